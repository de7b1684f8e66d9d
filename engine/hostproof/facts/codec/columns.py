"""The columns of a decoded snapshot: checked when it is read, turned into objects only when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, overload

from hostproof.facts.catalog import Owner
from hostproof.facts.fits import Check, checker
from hostproof.facts.snapshot import Evidence, FactInfo
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown

Document: TypeAlias = "dict[str, Any]"

FACT_COLUMNS = ("name", "type", "owner", "evidence")
EVIDENCE_COLUMNS = ("kind", "what", "status", "took", "size", "head", "tail")

_type = lru_cache(maxsize=1024)(parse_type)


class FactColumns(Mapping[str, FactInfo]):
    """`Snapshot.facts` over checked columns."""

    __slots__ = ("_columns", "_places")

    def __init__(self, columns: Document) -> None:
        self._columns = columns
        self._places: dict[str, int] = {}

    def __getitem__(self, name: str) -> FactInfo:
        if not self._places:
            self._places = {known: at for at, known in enumerate(self._columns["name"])}
        _, kinds, owners, evidence = (self._columns[column] for column in FACT_COLUMNS)
        at = self._places[name]
        return FactInfo(_type(kinds[at]), Owner(owners[at]), tuple(evidence[at]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns["name"])

    def __len__(self) -> int:
        return len(self._columns["name"])

    def spelled(self) -> dict[str, str]:
        """Return the types of all facts as they are spelled in the file."""
        return dict(zip(self._columns["name"], self._columns["type"], strict=True))


class UnknownRows(Mapping[str, Unknown]):
    """`Snapshot.unknown` over checked rows."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Document) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> Unknown:
        row = self._rows[name]
        return Unknown(Cause(row["cause"]), row["detail"], row["cure"], row.get("fact", name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class EvidenceColumns(Sequence[Evidence]):
    """`Snapshot.evidence` over checked columns."""

    __slots__ = ("_columns",)

    def __init__(self, columns: Document) -> None:
        self._columns = columns

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, index: int | slice) -> Evidence | tuple[Evidence, ...]:
        columns = [self._columns[column][index] for column in EVIDENCE_COLUMNS]
        if isinstance(index, slice):
            return tuple(Evidence(*row) for row in zip(*columns, strict=True))
        return Evidence(*columns)

    def __len__(self) -> int:
        return len(self._columns["kind"])

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


@lru_cache(maxsize=1024)
def value_check(spelling: str) -> Check:
    """Return the check of values of a type. Raises ValueError if the text is no type."""
    return checker(_type(spelling))
