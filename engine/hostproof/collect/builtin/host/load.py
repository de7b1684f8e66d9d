"""Learns load.*, processes.* and psi.* from /proc/loadavg, /proc/pressure and a count of /proc."""

from __future__ import annotations

import re
from collections.abc import Callable

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import MOUNT_PROC, Reading, collector, from_call, from_text
from hostproof.collect.builtin.words import decimal, natural, short, strings
from hostproof.facts.builtin.machine import PRESSURES, WINDOWS
from hostproof.facts.snapshot import Value

_LOADAVG = re.compile(r"([0-9.]+) ([0-9.]+) ([0-9.]+) [0-9]+/([0-9]+) [0-9]+")
_NO_PSI = "boot with psi=1 a kernel since 4.20 built with CONFIG_PSI"


def parse_loadavg(text: str) -> tuple[float, float, float, int]:
    r"""Return the load over 1, 5 and 15 minutes, and how many threads exist. Raises ValueError.

    Source: Documentation/filesystems/proc.rst.

    >>> parse_loadavg("0.87 0.28 0.14 3/108 6231\n")
    (0.87, 0.28, 0.14, 108)
    """
    found = _LOADAVG.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{short(text)} is not five fields")
    return decimal(found[1]), decimal(found[2]), decimal(found[3]), natural(found[4])


def parse_pressure(text: str, who: str, window: str) -> float:
    r"""Return the share of time of one line and window of a pressure file, as a ratio. Raises ValueError.

    Source: Documentation/accounting/psi.rst.

    >>> parse_pressure("some avg10=5.06 avg60=2.27 avg300=0.68 total=8646665\n", "some", "avg60")
    0.0227
    """
    found = re.search(rf"^{who} .*?\b{window}=([0-9.]+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"it has no {window} in a line {who}")
    return round(decimal(found[1]) / 100, 6)


def count_processes(value: Value) -> int:
    """Count the folders of processes among the names in /proc. Raises ValueError, also when there is none.

    >>> count_processes(["1", "742", "cpuinfo", "self"])
    2
    """
    found = sum(name.isascii() and name.isdigit() for name in strings(value))
    if not found:
        raise ValueError("it shows no process")
    return found


def _pressure(who: str, window: str) -> Callable[[str], Value]:
    return lambda text: parse_pressure(text, who, window)


def _load(place: int) -> Reading:
    return from_text("/proc/loadavg", lambda text: parse_loadavg(text)[place], MOUNT_PROC)


LOAD = collector(
    "load",
    {
        "load.avg1": _load(0),
        "load.avg5": _load(1),
        "load.avg15": _load(2),
        "processes.threads": _load(3),
        "processes.count": from_call(Call("listdir", ("/proc",)), count_processes, MOUNT_PROC),
    },
)

PSI = collector(
    "psi",
    {
        f"psi.{resource}.{who}.{window}": from_text(f"/proc/pressure/{resource}", _pressure(who, window), _NO_PSI)
        for resource, who in PRESSURES
        for window, _ in WINDOWS
    },
)
