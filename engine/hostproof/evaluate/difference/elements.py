"""Values taken apart: a fact's value on both sides in, the places inside it that differ out, by name or key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, BOOL, FLOAT, INT, STRING, Kind, Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

MOST_PLACES = 2_000  # of one fact; one in which more differ is told as a whole
# What tells the items of a list of records apart, the best first.
KEYS = ("name", "path", "id", "key", "device", "address")
ABSENT = Unknown(Cause.ABSENT, "it has none", "look at the value as a whole")
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)

Known: TypeAlias = "Value | Unknown"


@record
class Place:
    """One place that differs: its name, its type, its values before, after and in earlier baselines."""

    name: str
    type: Type
    before: Known
    after: Known
    repeats: tuple[Known, ...] = ()


def places(whole: Place) -> Iterator[Place]:
    """Yield the places in which a fact differs; the fact itself where it has no parts, or too many differ."""
    if same(whole.before, whole.after):
        return
    found = list(islice(_differing(whole), MOST_PLACES + 1))
    yield from found if len(found) <= MOST_PLACES else [whole]


def same(one: Known, other: Known) -> bool:
    """Tell whether two values are the same; unlike in Python, true is not 1. All that is unknown is the same."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return isinstance(one, Unknown) and isinstance(other, Unknown)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def met(of: Type, before: Known, after: Known) -> Type:
    """Return the type that both values are of: that of untyped data is what they turn out to be."""
    if of.kind is not Kind.ANY:
        return of
    types = {_met(value) for value in (before, after) if value is not None and not isinstance(value, Unknown)}
    if types == {INT, FLOAT}:
        return FLOAT
    return types.pop() if len(types) == 1 else ANY


def _met(value: Value) -> Type:
    plain = {bool: BOOL, int: INT, float: FLOAT, str: STRING}
    return plain.get(type(value), ANY)


def _differing(place: Place) -> Iterator[Place]:
    if same(place.before, place.after):
        return
    parts = _parts(place)
    if parts is None:
        yield place
        return
    for part in parts:
        yield from _differing(part)


def _parts(place: Place) -> Iterator[Place] | None:
    """Return what two values of a kind that has parts are made of; None where they must be taken as a whole."""
    before, after = place.before, place.after
    if isinstance(before, dict) and isinstance(after, dict):
        return _entries(place, before, after)
    if isinstance(before, list) and isinstance(after, list) and place.type.kind in (Kind.LIST, Kind.ANY):
        key = _key_of(before, after)
        return _items(place, before, after, key) if key else None
    return None


def _entries(place: Place, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Place]:
    for name in sorted(before.keys() | after.keys()):
        of = place.type.item or place.type.field(name) or ANY
        repeats = tuple(one.get(name, ABSENT) if isinstance(one, dict) else ABSENT for one in place.repeats)
        path = f".{name}" if _WORD.fullmatch(name) else f'["{name}"]'
        yield Place(f"{place.name}{path}", of, before.get(name, ABSENT), after.get(name, ABSENT), repeats)


def _items(place: Place, before: list[Value], after: list[Value], key: str) -> Iterator[Place]:
    olds, news = _by_key(before, key), _by_key(after, key)
    repeated = [_by_key(one, key) if isinstance(one, list) else {} for one in place.repeats]
    for name in sorted(olds.keys() | news.keys()):
        repeats = tuple(one.get(name, ABSENT) for one in repeated)
        of = place.type.item or ANY
        yield Place(f"{place.name}[{name}]", of, olds.get(name, ABSENT), news.get(name, ABSENT), repeats)


def _key_of(before: Sequence[Value], after: Sequence[Value]) -> str:
    """Return the field by which the records of both lists are told apart; empty if there is none."""
    return next((key for key in KEYS if _tells_apart(before, key) and _tells_apart(after, key)), "")


def _tells_apart(items: Sequence[Value], key: str) -> bool:
    named = _by_key(items, key)
    return len(named) == len(items)


def _by_key(items: Sequence[Value], key: str) -> dict[str, Value]:
    return {name: item for item in items if isinstance(item, dict) and isinstance(name := item.get(key), str)}
