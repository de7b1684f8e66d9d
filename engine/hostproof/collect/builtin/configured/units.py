"""Learns services.* of systemd: what is wanted at start, by links, and whether there is such a unit at all.

It is the name of a link below `*.wants` that counts, not where it leads (systemd.unit(5)): the unit of that name is
looked for in the folders of units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from posixpath import dirname

from hostproof.collect.builtin.configured.dropins import Entry

FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
WAYS = ("wants", "requires", "upholds")
_WANT = re.compile(r"(.+)\.(wants|requires|upholds)")
# Units of these kinds exist without a file, or generators make it: fstab, the kernel's devices.
_MADE = (".device", ".slice", ".scope", ".mount", ".swap", ".automount")
GENERATED = "generated"


class Units:
    """The unit files of a system."""

    def __init__(self, entries: Iterable[Entry], scripts: frozenset[str]) -> None:
        self._entries = tuple(entries)
        self._scripts = scripts  # of /etc/init.d, each of which is a service too (systemd-sysv-generator(8))

    @cached_property
    def places(self) -> dict[str, Entry]:
        """What counts of each name: that of the first folder that has it."""
        found: dict[str, Entry] = {}
        for folder in FOLDERS:
            for entry in self._entries:
                if dirname(entry.path) == folder and entry.kind in {"file", "link"}:
                    found.setdefault(entry.path.rpartition("/")[2], entry)
        return found

    def unit(self, name: str) -> str | None:
        """Return the file of a unit, `generated` for one that needs none, None where there is none."""
        instance = re.fullmatch(r"([^@]+@)[^@]+(\.[a-z]+)", name)
        for one in (name, instance[1] + instance[2]) if instance else (name,):
            entry = self.places.get(one)
            if entry is not None and not entry.dangles:
                return entry.path
        if name.endswith(_MADE) or name.removesuffix(".service") in self._scripts:
            return GENERATED
        return None

    def masked(self, name: str) -> bool:
        """Tell whether a unit is masked, by itself or as an instance."""
        place = self.places.get(name)
        return place is not None and place.masks

    def wanted(self) -> Iterator[tuple[str, str, str, Entry]]:
        """Yield the name of each unit that another wants, that other, the way, and the link."""
        for entry in self._entries:
            found = _WANT.fullmatch(dirname(entry.path).rpartition("/")[2])
            if found and dirname(dirname(entry.path)) in FOLDERS and not entry.masks:
                yield entry.path.rpartition("/")[2], found[1], found[2], entry

    def links(self) -> Iterator[Entry]:
        """Yield all links among them that lead nowhere."""
        return (entry for entry in self._entries if entry.dangles)
