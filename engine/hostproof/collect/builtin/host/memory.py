"""Learns memory.* from /proc/meminfo and the settings of transparent huge pages."""

from __future__ import annotations

import re

from hostproof.collect.builtin.answers import (
    MOUNT_PROC,
    MOUNT_SYS,
    Answers,
    NotLearntError,
    Reading,
    collector,
    missing,
    text_file,
    text_of,
)
from hostproof.collect.builtin.words import natural, short
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_MEMINFO = text_file("/proc/meminfo")
_THP_FOLDER = "/sys/kernel/mm/transparent_hugepage"
_ROWS = {
    "memory.total": "MemTotal",
    "memory.available": "MemAvailable",
    "memory.free": "MemFree",
    "memory.swap.total": "SwapTotal",
    "memory.swap.free": "SwapFree",
    "memory.committed": "Committed_AS",
    "memory.commit_limit": "CommitLimit",
    "memory.hugepages.total": "HugePages_Total",
    "memory.hugepages.free": "HugePages_Free",
    "memory.hugepages.size": "Hugepagesize",
}
_LINE = re.compile(r"^([\w()]+):\s+([0-9]{1,15})( kB)?$", re.MULTILINE | re.ASCII)


def parse_meminfo(text: str) -> dict[str, int]:
    r"""Return the numbers of /proc/meminfo by name, in bytes where the file has kB (KiB).

    Source: Documentation/filesystems/proc.rst.

    >>> parse_meminfo("MemTotal:       24684092 kB\nHugePages_Total:       0\nHugepagesize:       2048 kB\n")
    {'MemTotal': 25276510208, 'HugePages_Total': 0, 'Hugepagesize': 2097152}
    """
    return {name: natural(number) * (1024 if unit else 1) for name, number, unit in _LINE.findall(text)}


def parse_choice(text: str) -> str:
    r"""Return the word in brackets, which is the choice in force. Raises ValueError.

    >>> parse_choice("always [madvise] never\n")
    'madvise'
    """
    chosen = re.search(r"\[([\w+-]{1,64})\]", text)
    if not chosen:
        raise ValueError(f"no word of {short(text)} stands in brackets")
    return chosen[1]


def _number(name: str, row: str) -> Reading:
    def learn(answers: Answers) -> Value:
        numbers = parse_meminfo(text_of(answers, _MEMINFO, MOUNT_PROC))
        if name.startswith("memory.hugepages."):  # a kernel without huge pages has no such lines
            return numbers.get(row, 0)
        if row not in numbers:
            raise NotLearntError(
                Unknown(Cause.UNSUPPORTED, f"{_MEMINFO.path} has no line {row}", "use a kernel since 3.14")
            )
        return numbers[row]

    return Reading((_MEMINFO,), learn)


def _huge_pages(setting: str) -> Reading:
    """Read a setting; a kernel without transparent huge pages lacks the file and the AnonHugePages line alike."""
    file = text_file(f"{_THP_FOLDER}/{setting}")

    def learn(answers: Answers) -> Value:
        if missing(answers, file) and "AnonHugePages" not in parse_meminfo(text_of(answers, _MEMINFO, MOUNT_PROC)):
            return "never"
        return parse_choice(text_of(answers, file, MOUNT_SYS))

    return Reading((file, _MEMINFO), learn)


COLLECTOR = collector(
    "memory",
    {
        **{name: _number(name, row) for name, row in _ROWS.items()},
        "memory.thp": _huge_pages("enabled"),
        "memory.thp_defrag": _huge_pages("defrag"),
    },
)
