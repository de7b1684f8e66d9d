"""All faults: the tables of the areas, and the rules they may name."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from faults.fault import Fault

HERE = Path(__file__).parent
NO_TABLES = {"__main__", "conftest", "fault", "needs", "outside", "part", "running", "tables", "seccomp", "noticing"}


@cache
def all_faults() -> tuple[Fault, ...]:
    """Return every row of every area's table, by area; an area is a module beside this one that has `FAULTS`."""
    names = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("test_"))
    areas = [importlib.import_module(f"faults.{name}") for name in names if name not in NO_TABLES]
    return tuple(fault for area in areas for fault in area.FAULTS)


@cache
def go_faults() -> tuple[Fault, ...]:
    """Return every row of the tables about Go, the modules of `tests/gofaults` that have `FAULTS`."""
    names = sorted(path.stem for path in (HERE.parent / "gofaults").glob("*.py") if not path.stem.startswith("test_"))
    areas = [importlib.import_module(f"gofaults.{name}") for name in names]
    return tuple(fault for area in areas for fault in getattr(area, "FAULTS", ()))


def in_guest(fault: Fault) -> bool:
    """Whether the fault needs another kernel than this machine's."""
    return "guest" in fault.needs
