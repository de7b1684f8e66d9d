"""FactRequest: the only thing packs and collectors share: which fact is wanted, and how to learn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.source.records import record

SECOND = 1_000_000_000
DEFAULT_TIMEOUT = 10 * SECOND


@record
class FileSource:
    """Read one file of the target."""

    path: str


@record
class RunSource:
    """Run a program of the target: `argv` without a shell, or `shell` through /bin/sh -c; one of them is empty."""

    argv: tuple[str, ...] = ()
    shell: str = ""


@record
class ProbeSource:
    """Run a probe of the agent with other arguments than the built-in facts of that probe are learnt by.

    `arguments` are erased values by name, the probe's defaults standing for the others; `bound` gives for an argument
    the pack's parameter whose value it has, once that is settled.
    """

    name: str
    arguments: tuple[tuple[str, Value], ...] = ()
    bound: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:
        """Return a hash without the values, which may be lists."""
        return hash((self.name, tuple(name for name, _ in self.arguments), self.bound))


Source: TypeAlias = FileSource | RunSource | ProbeSource


@record
class Reader:
    """How an answer becomes a value: `kind` is text, lines, json, keyvalue, table, regex or number.

    `option` is the regular expression of `regex`, the separator of `keyvalue`, the comma-joined column
    names of `table` (its first line when empty), the unit of a bare `number`; empty elsewhere.
    """

    kind: str
    option: str = ""


@record
class FactRequest:
    """One fact that rules need.

    A built-in fact has only a `name` of the catalog. A pack's own fact is named `pack:fact` and says where
    it comes from; when `gives` is a record, each field becomes a fact `pack:fact.field`. Of a probe the fields are
    the short names of its facts. `timeout` is in nanoseconds.
    """

    name: str
    source: Source | None = None
    reader: Reader | None = None
    gives: Type | None = None
    timeout: int = DEFAULT_TIMEOUT

    @property
    def builtin(self) -> bool:
        """Whether a built-in collector answers it."""
        return self.source is None

    def settled(self, params: Mapping[str, Value], needs: frozenset[str]) -> FactRequest:
        """Return the request with its probe's arguments settled by the pack's parameters, for the facts in `needs`.

        A request that names no probe is as it was.
        """
        source, gives = self.source, self.gives
        if not isinstance(source, ProbeSource) or gives is None:
            return self
        given = (*source.arguments, *((argument, params[name]) for argument, name in source.bound))
        fields = tuple(field for field in gives.fields if f"{self.name}.{field[0]}" in needs)
        return FactRequest(self.name, ProbeSource(source.name, given), None, Type(Kind.RECORD, fields=fields))
