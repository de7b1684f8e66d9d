"""Careful measuring: a clock, placement on processors, series of latencies, and what disturbed them meanwhile."""

import os
import select
import time

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECOND = 1000000000
TICKS = os.sysconf("SC_CLK_TCK")


def coarse_ticks() -> int:
    """Return CLOCK_MONOTONIC in nanoseconds by way of a float, for Python 3.6."""
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * SECOND)


ticks: "Callable[[], int]" = getattr(time, "perf_counter_ns", coarse_ticks)  # since Python 3.7; CLOCK_MONOTONIC too


def cpus() -> "list[int]":
    """Return the processors this process may run on."""
    return sorted(os.sched_getaffinity(0))


def pin(wanted: "Iterable[int]") -> None:
    """Keep this process to some processors. Raises OSError."""
    os.sched_setaffinity(0, wanted)


def pause(seconds: float) -> None:
    """Wait, by select(2): without clock_nanosleep(2), which a sandbox may refuse, and which is measured elsewhere."""
    select.select((), (), (), seconds)


def latencies(function: "Callable[[], object]", count: int) -> "list[int]":
    """Return how long each of `count` calls took, in nanoseconds, our own overhead included."""
    found = []
    for _ in range(count):
        started = ticks()
        function()
        found.append(ticks() - started)
    return found


def nothing() -> None:
    """Do nothing: what it takes to measure this is the floor below which nothing can be measured."""


def call_cost(count: int = 200) -> int:
    """Return the median time of an empty measured call in nanoseconds: our own overhead."""
    return sorted(latencies(nothing, count))[count // 2]


class Disturbance:
    """What kept us from the processors while the `with` lasted: `steal` and `pressure`, both shares of the time.

    `steal` is what a hypervisor took (proc_stat(5)), `pressure` the time in which somebody waited for a processor
    (Documentation/accounting/psi.rst); None where the kernel doesn't say.
    """

    def __init__(self) -> None:
        self.steal: "float | None" = None
        self.pressure: "float | None" = None

    def __enter__(self) -> "Disturbance":
        self.before = (ticks(), stolen(), waited())
        return self

    def __exit__(self, *_: object) -> None:
        past = max(1, ticks() - self.before[0])
        self.steal = share(self.before[1], stolen(), past * (os.cpu_count() or 1))
        self.pressure = share(self.before[2], waited(), past)


def share(before: "int | None", after: "int | None", past: int) -> "float | None":
    """Return what part of the time went by, None where it isn't known."""
    return None if before is None or after is None else min(1.0, (after - before) / past)


def stolen() -> "int | None":
    """Return the nanoseconds that the hypervisor took from all processors, None where it can't be read."""
    try:
        with open("/proc/stat", "rb") as file:
            return int(file.readline().split()[8]) * (SECOND // TICKS)
    except (OSError, IndexError, ValueError):
        return None


def waited() -> "int | None":
    """Return the nanoseconds in which some task waited for a processor, None where the kernel doesn't count."""
    try:
        with open("/proc/pressure/cpu", "rb") as file:
            return int(file.readline().split(b"total=")[1]) * 1000
    except (OSError, IndexError, ValueError):
        return None
