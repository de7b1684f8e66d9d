"""Samples that remember their order: measurements as they were taken, sorted once however many rules ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar, cast

from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type

Item = TypeVar("Item")


class Samples(list[Value]):
    """A list that is never changed, and that keeps its items in order of size once they were asked for."""

    __slots__ = ("_ranked",)
    _ranked: list[Value]

    def ranked(self) -> list[Value]:
        """Return the items, smallest first; always the same list, which must not be changed."""
        try:
            return self._ranked
        except AttributeError:
            self._ranked = _sorted(self)
            return self._ranked


def ranked(samples: Sequence[Item]) -> list[Item]:
    """Return samples in order of size; those of a snapshot that is being judged are sorted at the first call only.

    >>> ranked([3, 1, 2])
    [1, 2, 3]
    """
    return cast("list[Item]", samples.ranked() if isinstance(samples, Samples) else _sorted(samples))


def _sorted(samples: Sequence[Item]) -> list[Item]:
    return sorted(samples)  # type: ignore[type-var]  # their types have an order


def remembering(value: Value, of: Type) -> Value:
    """Return a value of the type in which all samples remember their order; itself if there are none in it."""
    if not isinstance(value, (list, dict)) or not has_samples(of):
        return value
    if of.kind is Kind.SAMPLES and isinstance(value, list):
        return Samples(value)
    if isinstance(value, list):
        return [remembering(item, of.item) for item in value] if of.item else value
    types = dict.fromkeys(value, of.item) if of.kind is Kind.MAP else dict(of.fields)
    return {name: remembering(item, inner) if (inner := types.get(name)) else item for name, item in value.items()}


@lru_cache(maxsize=512)
def has_samples(of: Type) -> bool:
    """Say whether values of the type hold samples.

    >>> has_samples(Type(Kind.LIST, Type(Kind.SAMPLES, Type(Kind.DURATION)))), has_samples(Type(Kind.MAP))
    (True, False)
    """
    inside = [*(inner for _, inner in of.fields), *([of.item] if of.item else [])]
    return of.kind is Kind.SAMPLES or any(map(has_samples, inside))
