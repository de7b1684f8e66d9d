"""Learns limits.* from /proc/self/limits of the agent, which is what the programs it starts inherit."""

from __future__ import annotations

from hostproof.collect.builtin.answers import MOUNT_PROC, Reading, collector, from_text
from hostproof.collect.builtin.words import capped, natural
from hostproof.facts.builtin.process import LIMITS
from hostproof.facts.snapshot import Value

_TITLES = {
    "nofile": "Max open files",
    "nproc": "Max processes",
    "memlock": "Max locked memory",
    "stack": "Max stack size",
    "core": "Max core file size",
    "sigpending": "Max pending signals",
    "as": "Max address space",
    "data": "Max data size",
    "fsize": "Max file size",
    "msgqueue": "Max msgqueue size",
    "cpu": "Max cpu time",
    "rtprio": "Max realtime priority",
}
_SECOND = 1_000_000_000
_TITLE_WIDTH = 26  # the kernel prints "%-25s %-20s %-20s %-10s": fs/proc/base.c


def parse_limits(text: str) -> dict[str, tuple[int | None, int | None]]:
    r"""Return soft and hard limit by title, None where unlimited. Raises ValueError.

    Source: proc_pid_limits(5).

    >>> parse_limits("Limit                     Soft Limit           Hard Limit           Units     \n"
    ...              "Max open files            1024                 524288               files     \n"
    ...              "Max stack size            8388608              unlimited            bytes     \n")
    {'Max open files': (1024, 524288), 'Max stack size': (8388608, None)}
    """
    rows = (row for row in text.split("\n") if row.startswith("Max "))
    pairs = ((row[:_TITLE_WIDTH].strip(), row[_TITLE_WIDTH:].split()) for row in rows)
    return {title: (_limit(limits[0]), _limit(limits[1])) for title, limits in pairs if len(limits) > 1}


def _limit(text: str) -> int | None:
    return None if text == "unlimited" else natural(text)


def _reading(name: str, side: int) -> Reading:
    def parse(text: str) -> Value:
        limits = parse_limits(text)
        if _TITLES[name] not in limits:
            raise ValueError(f"it has no row {_TITLES[name]}")
        limit = limits[_TITLES[name]][side]
        return limit if limit is None or name != "cpu" else capped(limit * _SECOND)

    return from_text("/proc/self/limits", parse, MOUNT_PROC)


COLLECTOR = collector(
    "limits",
    {
        f"limits.{name}.{side}": _reading(name, place)
        for name, _, _ in LIMITS
        for place, side in enumerate(("soft", "hard"))
    },
)
