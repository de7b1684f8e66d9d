"""`make bench`: every benchmark, or those named: `python tests/bench startup mixed`."""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path

BENCHMARKS = ("startup", "load", "mixed", "evaluation", "fleet", "languages", "yaml_reading")


def main(names: list[str]) -> None:
    """Run benchmarks one after the other, each in a folder of its own."""
    sys.path.insert(0, str(Path(__file__).parent))
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            import_module(name).main(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
