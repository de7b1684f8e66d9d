"""A real toolchain for a fault, and ways to break a copy of it: the words that put it in front of PATH."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Setup
from gotools import FOLDER, toolchains

Edit = Callable[[Path], None]  # breaks something in the GOROOT it is given
# Kept between runs: a toolchain's standard library takes half a minute to build, once.
KEPT = FOLDER.parent
HOME = KEPT / "home"
SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def newest() -> Path:
    """Return the GOROOT of the newest toolchain; a path where nothing is if there is none."""
    return list(toolchains().values())[-1] if toolchains() else FOLDER / "none"


def oldest() -> Path:
    """Return the GOROOT of the oldest toolchain; a path where nothing is if there is none."""
    return next(iter(toolchains().values())) if toolchains() else FOLDER / "none"


NEEDS = (str(newest() / "bin" / "go"), "env")  # of each row: where there is no toolchain, that is told as missing


def with_go(goroot: Path) -> tuple[str, ...]:
    """Return the words after which `go` is that toolchain, alone on PATH, in an empty home, with a warm build cache."""
    return (
        "env",
        *(word for name in ("GOROOT", "GOFLAGS", "GOENV", "GOPROXY", "GOPATH", "GOTOOLCHAIN") for word in ("-u", name)),
        f"HOME={HOME}",
        f"XDG_CACHE_HOME={KEPT / 'cache'}",
        f"PATH={goroot / 'bin'}:{SYSTEM}",
    )


def with_env(**variables: object) -> tuple[str, ...]:
    """Return the words that set variables: `with_env(CC="/nowhere/cc")`."""
    return ("env", *(f"{name}={value}" for name, value in variables.items()))


def without_env(*names: str) -> tuple[str, ...]:
    """Return the words that unset variables: `without_env("HOME")`."""
    return ("env", *(word for name in names for word in ("-u", name)))


def broken_goroot(goroot: Path, *edits: Edit) -> Setup:
    """Return the set-up of a copy of a toolchain, broken by `edits`, first on PATH; the original stays whole.

    Its files are hard links: an edit must put new ones into their places, as those of this module do.
    """

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        copy = KEPT / "broken" / folder.name / "go"
        copy.parent.mkdir(parents=True)
        try:
            subprocess.run(("cp", "-al", str(goroot), str(copy)), check=True)
            for edit in edits:
                edit(copy)
            yield ("env", f"PATH={copy / 'bin'}:{SYSTEM}")
        finally:
            subprocess.run(("chmod", "-R", "u+w", str(copy.parent)), check=False, capture_output=True)
            shutil.rmtree(copy.parent, ignore_errors=True)

    return set_up


def removed(path: str) -> Edit:
    """Return the edit that removes a file or a whole folder."""

    def edit(goroot: Path) -> None:
        found = goroot / path
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        else:
            found.unlink()

    return edit


def written(path: str, change: Callable[[bytes], bytes], mode: int | None = None) -> Edit:
    """Return the edit that puts another file into the place of one: `change` gets its bytes, empty if there is none."""

    def edit(goroot: Path) -> None:
        found = goroot / path
        before = found.read_bytes() if found.exists() else b""
        bits = mode if mode is not None else found.stat().st_mode & 0o777 if found.exists() else 0o644
        found.unlink(missing_ok=True)
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_bytes(change(before))
        found.chmod(bits)

    return edit


def chmodded(path: str, mode: int) -> Edit:
    """Return the edit that gives a file another mode."""
    return written(path, bytes, mode)


def tool(name: str) -> str:
    """Return where a tool of the toolchain lies."""
    return f"pkg/tool/{machine()}/{name}"


def machine() -> str:
    """Return the name Go has for this machine, as its folder of tools has it."""
    found = sorted(newest().glob("pkg/tool/*"))
    return found[0].name if found else "linux_amd64"
