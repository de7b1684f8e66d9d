"""The rows of a decoded snapshot: checked at once, turned into objects only when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, overload

from hostproof.facts.catalog import Owner
from hostproof.facts.fits import Check, checker
from hostproof.facts.snapshot import Evidence, FactInfo
from hostproof.facts.typetext import parse_type

Row: TypeAlias = "dict[str, Any]"

_type = lru_cache(maxsize=1024)(parse_type)


class FactRows(Mapping[str, FactInfo]):
    """`Snapshot.facts` over checked rows."""

    __slots__ = ("_rows",)

    def __init__(self, rows: dict[str, Row]) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> FactInfo:
        row = self._rows[name]
        return FactInfo(_type(row["type"]), Owner(row["owner"]), tuple(row["evidence"]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class EvidenceRows(Sequence[Evidence]):
    """`Snapshot.evidence` over checked rows."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, index: int | slice) -> Evidence | tuple[Evidence, ...]:
        if isinstance(index, slice):
            return tuple(Evidence(**row) for row in self._rows[index])
        return Evidence(**self._rows[index])

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


@lru_cache(maxsize=1024)
def value_check(spelling: str) -> Check:
    """Return the check of values of a type. Raises ValueError if the text is no type."""
    return checker(_type(spelling))
