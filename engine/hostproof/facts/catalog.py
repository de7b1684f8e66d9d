"""The catalog: every fact somebody collects, by name, so that rules are checked before any host is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from hostproof.facts.types import Type
from hostproof.source.records import record


class Owner(StrEnum):
    """Whose reading a fact is: a container's own limits are not the host's."""

    HOST_KERNEL = "host-kernel"  # one for the whole machine, whoever asks
    NAMESPACE = "namespace"  # of the network, mount, pid... namespace the agent runs in
    CGROUP = "cgroup"  # of the control group the agent runs in, ancestors included
    PROCESS = "process"  # of the agent's own process: limits, affinity, seccomp mode
    FILES = "files"  # of the file system the agent sees


@record
class FactSpec:
    """One row. A name ending in `.*` is a family: any further path belongs to it and has the row's type.

    `collector` names the collector that learns it (`collect.builtin`), or the pack that defines it.
    """

    name: str
    type: Type
    owner: Owner
    meaning: str
    collector: str

    @property
    def family(self) -> bool:
        """Whether the row stands for all names below it."""
        return self.name.endswith(".*")


class Catalog:
    """An immutable set of rows, found by the longest name that a dotted path begins with."""

    __slots__ = ("_families", "_rows")

    def __init__(self, rows: Iterable[FactSpec]) -> None:
        self._rows = {row.name: row for row in rows}
        self._families = {name[:-2]: row for name, row in self._rows.items() if row.family}

    def __iter__(self) -> Iterator[FactSpec]:
        return iter(self._rows.values())

    def get(self, name: str) -> FactSpec | None:
        """Return the row that gives exactly the fact `name`, through a family if need be."""
        if name in self._rows and not name.endswith(".*"):
            return self._rows[name]
        parts = name.split(".")
        for used in range(len(parts) - 1, 0, -1):
            row = self._families.get(".".join(parts[:used]))
            if row is not None:
                return row
        return None

    def resolve(self, path: tuple[str, ...]) -> tuple[FactSpec, int] | None:
        """Find the row a path begins with, and how many of its parts name the fact.

        `("net", "interfaces", "count")` gives the row of `net.interfaces` and 2. A family takes all parts.
        """
        for used in range(len(path), 0, -1):
            name = ".".join(path[:used])
            if name in self._rows and not name.endswith(".*"):
                return self._rows[name], used
        row = self.get(".".join(path))
        return None if row is None else (row, len(path))

    def with_rows(self, rows: Iterable[FactSpec]) -> Catalog:
        """Return a catalog that has `rows` besides its own."""
        return Catalog([*self, *rows])
