"""The `hostproof` command: arguments of the process in, its exit code out; `--version` imports nothing more."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command and leave the process with its exit code."""
    try:
        if sys.argv[1:] == ["--version"]:
            from hostproof import __version__

            print(f"hostproof {__version__}")  # noqa: T201 - the fast path of the one floor that prints
            return
        import gc

        # Importing makes many objects that all live on: looking through them for garbage is a tenth of a short run.
        gc.set_threshold(200_000, 50, 50)
        from hostproof.cli.main import run

        code = run(tuple(sys.argv[1:]))
    except KeyboardInterrupt:
        code = 130  # Ctrl-C before `run` was there to see it
    sys.exit(code)


if __name__ == "__main__":
    main()
