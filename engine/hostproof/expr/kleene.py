"""Kleene's three-valued logic: true, false and Unknown in, one of them out (S. C. Kleene, 1952, §64)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

Result: TypeAlias = "Value | Unknown"
# What a comprehension goes through: each item, and what its body came to.
Bodies: TypeAlias = Iterable[tuple[Value, Result]]


def negated(value: Result) -> Result:
    """Return `not value`."""
    return value if isinstance(value, Unknown) else not value


def every(values: Iterable[Result]) -> Result:
    """Return `and` of all: false at the first false one, else the first Unknown, else true."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif not value:
            return False
    return True if unknown is None else unknown


def some(values: Iterable[Result]) -> Result:
    """Return `or` of all: true at the first true one, else the first Unknown, else false."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            return True
    return False if unknown is None else unknown


def _one(bodies: Bodies) -> Result:
    """Exactly one is true: two are too many whatever the Unknown ones are."""
    unknown, true = None, 0
    for _, value in bodies:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            true += 1
        if true > 1:
            return False
    return unknown if unknown is not None else true == 1


def _filtered(bodies: Bodies) -> list[Value] | Unknown:
    chosen = []
    for item, value in bodies:
        if isinstance(value, Unknown):
            return value
        if value:
            chosen.append(item)
    return chosen


def _counted(bodies: Bodies) -> Result:
    chosen = _filtered(bodies)
    return chosen if isinstance(chosen, Unknown) else len(chosen)


def _mapped(bodies: Bodies) -> Result:
    values: list[Value] = []
    for _, value in bodies:
        if isinstance(value, Unknown):
            return value
        values.append(value)
    return values


# What each kind of comprehension makes of its bodies.
GATHER: dict[str, Callable[[Bodies], Result]] = {
    "all": lambda bodies: every(value for _, value in bodies),
    "any": lambda bodies: some(value for _, value in bodies),
    "none": lambda bodies: negated(some(value for _, value in bodies)),
    "one": _one,
    "count": _counted,
    "filter": _filtered,
    "map": _mapped,
}
