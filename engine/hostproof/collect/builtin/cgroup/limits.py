"""Reads limits and use of one control group, in the files of v1 and of v2.

Sources: Documentation/admin-guide/cgroup-v2.rst, Documentation/admin-guide/cgroup-v1/memory.rst and pids.rst,
Documentation/scheduler/sched-bwc.rst. A file that a group lacks (the root has no limits, a controller may be off)
limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.collect.builtin.cgroup.tree import Hierarchy, Level
from hostproof.collect.builtin.words import capped, natural, short, whole

# v1 says "no limit" with the most whole pages that fit a signed long (mm/page_counter.c); pages have 64 KiB at most.
_NO_LIMIT = 2**63 - 65536
_MICROSECOND = 1_000


def parse_limit(text: str | None) -> int | None:
    r"""Return a number, None for no limit. Raises ValueError.

    >>> parse_limit("max\n"), parse_limit("4915\n"), parse_limit("9223372036854771712\n"), parse_limit(None)
    (None, 4915, None, None)
    """
    if text is None or text.strip() == "max":
        return None
    limit = natural(text)
    return limit if limit < _NO_LIMIT else None


def parse_quota(text: str | None) -> float | None:
    r"""Return the processors that a v2 cpu.max allows, None for no quota. Raises ValueError.

    >>> parse_quota("150000 100000\n"), parse_quota("max 100000\n")
    (1.5, None)
    """
    if text is None:
        return None
    parts = text.split()
    if len(parts) != 2 or natural(parts[1]) == 0:
        raise ValueError(f"{short(text)} is not a quota and a period")
    return None if parts[0] == "max" else natural(parts[0]) / natural(parts[1])


def parse_counters(text: str | None) -> dict[str, int]:
    r"""Return the numbers of a file of names and numbers: cpu.stat, memory.events, memory.oom_control.

    >>> parse_counters("nr_periods 10\nnr_throttled 4\nthrottled_usec 1200\n")
    {'nr_periods': 10, 'nr_throttled': 4, 'throttled_usec': 1200}
    """
    rows = (row.split() for row in (text or "").split("\n"))
    return {row[0]: natural(row[1]) for row in rows if len(row) == 2}


def _either(level: Level, v2: str, v1: str) -> str | None:
    """Return the text of the file of v2, or else of v1."""
    text = level.text(v2)
    return level.text(v1) if text is None else text


def tasks(level: Level) -> int | None:
    """Return how many tasks a group and those below it may have."""
    return parse_limit(level.text("pids.max"))


def memory(level: Level) -> int | None:
    """Return how much memory a group and those below it may have."""
    return parse_limit(_either(level, "memory.max", "memory.limit_in_bytes"))


def high(level: Level) -> int | None:
    """Return the use of memory at which a group is throttled; v1 has no such thing."""
    return parse_limit(level.text("memory.high"))


def memory_used(level: Level) -> int | None:
    """Return how much memory a group and those below it use."""
    return parse_limit(_either(level, "memory.current", "memory.usage_in_bytes"))


def oom_kills(level: Level) -> int | None:
    """Return how many processes of a group were killed for want of memory (v1: since Linux 4.13)."""
    return parse_counters(_either(level, "memory.events", "memory.oom_control")).get("oom_kill")


def accounted(hierarchy: Hierarchy) -> Iterator[Level]:
    """Yield the levels whose memory limits hold: v1 goes up only through groups with use_hierarchy."""
    for place, level in enumerate(hierarchy.levels):
        if place and (level.text("memory.use_hierarchy") or "1").strip() == "0":
            return
        yield level


def processors(level: Level) -> float | None:
    """Return how many processors' time a group and those below it may use."""
    quota = level.text("cpu.cfs_quota_us")
    if quota is None:
        return parse_quota(level.text("cpu.max"))
    period = natural(level.text("cpu.cfs_period_us") or "0")
    if period == 0:
        raise ValueError("cpu.cfs_period_us is 0 or not there")
    return None if whole(quota) < 0 else whole(quota) / period


def throttled(level: Level) -> float:
    """Return the share of periods in which a group used up its quota."""
    counters = parse_counters(level.text("cpu.stat"))
    periods = counters.get("nr_periods", 0)
    return round(counters.get("nr_throttled", 0) / periods, 6) if periods else 0.0


def throttled_time(level: Level) -> int:
    """Return how long a group had to wait for its next period, in nanoseconds; v1 has those, v2 microseconds."""
    counters = parse_counters(level.text("cpu.stat"))
    return capped(counters.get("throttled_time", counters.get("throttled_usec", 0) * _MICROSECOND))
