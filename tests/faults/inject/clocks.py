"""Faults of time: a C library that lies about it, and another timer slack."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Setup
from faults.inject.prefixes import Words

HERE = Path(__file__).parent
CLOCKS = {"realtime": 0, "monotonic": 1}


def lying_library(clock: str, seconds: int) -> Setup:
    """Return the set-up of a preloaded library by which a clock is some seconds ahead (or behind); it needs `gcc`."""

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        library = folder / "liar.so"
        flags = ("-shared", "-fPIC", "-O1", f"-DWHICH={CLOCKS[clock]}", f"-DAHEAD=({seconds})")
        subprocess.run(("gcc", *flags, "-o", str(library), str(HERE / "liar.c")), check=True, capture_output=True)
        library.chmod(0o755)
        yield ("env", f"LD_PRELOAD={library}")

    return set_up


def timer_slack(nanoseconds: int) -> Words:
    """Return the words for another timer slack."""
    return (sys.executable, str(HERE / "slack.py"), str(nanoseconds))
