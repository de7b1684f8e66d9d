"""Ways: a condition in, its disjunctive normal form out: every way in which leaves can make it true, or false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypeAlias

from hostproof.expr import model
from hostproof.expr.leaves import Leaf, Place
from hostproof.expr.model import Node
from hostproof.expr.ranges import Range

# All of its leaves must be so.
Way: TypeAlias = tuple[Leaf, ...]

MOST_WAYS = 256


class TooManyError(Exception):
    """Raised for a condition with more ways than anybody would read."""


def ways_to(place: Place, node: Node, want: bool) -> list[Way]:
    """Return the ways to have a condition as wanted; raises TooManyError."""
    match node:
        case model.Not(operand=operand):
            return ways_to(place, operand, not want)
        case model.And(operands=operands) | model.Or(operands=operands):
            each = (ways_to(place, operand, want) for operand in operands)
            return both(each) if isinstance(node, model.And) is want else either(each)
        case model.Let(expr=expr) if not _is_path(expr.root):
            return ways_to(Place(place.walk, expr.text), expr.root, want)
        case model.Conditional():
            return _chosen(place, node, want)
        case model.Comparison():
            links = (_of(link) for link in place.links(node, want))
            return both(links) if want else either(links)
    return _of(place.membership(node, want) if isinstance(node, model.Membership) else place.truth(node, want))


def _is_path(node: Node) -> bool:
    return isinstance(node, (model.Fact, model.Field, model.Index))


def _of(leaf: bool | Leaf) -> list[Way]:
    """Return the ways to a single leaf: one, or for what is fixed either one that takes nothing, or none."""
    if isinstance(leaf, bool):
        return [()] if leaf else []
    return [(leaf,)]


def _chosen(place: Place, node: model.Conditional, want: bool) -> list[Way]:
    """Return the ways to a branch and to the condition that takes it, or to both branches."""
    then, otherwise = ways_to(place, node.then, want), ways_to(place, node.otherwise, want)
    return either(
        [
            both([ways_to(place, node.condition, want=True), then]),
            both([ways_to(place, node.condition, want=False), otherwise]),
            both([then, otherwise]),
        ]
    )


def either(each: Iterable[list[Way]]) -> list[Way]:
    """Return the ways to have one of several conditions."""
    return _bounded([way for ways in each for way in ways])


def both(each: Iterable[list[Way]]) -> list[Way]:
    """Return the ways to have all of several conditions."""
    joined: list[Way] = [()]
    for ways in each:
        joined = _bounded([merged for one in joined for other in ways if (merged := _merged(one, other)) is not None])
    return joined


def _bounded(ways: list[Way]) -> list[Way]:
    distinct = list(dict.fromkeys(ways))
    if len(distinct) > MOST_WAYS:
        distinct = smallest(distinct)
    if len(distinct) > MOST_WAYS:
        raise TooManyError
    return distinct


def _merged(one: Way, other: Way) -> Way | None:
    """Return both ways as one, or None if they can't be gone together."""
    way = tuple(dict.fromkeys(one + other))
    return None if any(values.is_empty() for _, values in _ranges(way)) else way


def _ranges(way: Way) -> Iterator[tuple[str, Range]]:
    """Yield each subject with the values that all of a way's leaves leave it."""
    known = [(leaf.subject, leaf.values) for leaf in way if leaf.values is not None]
    for subject, rows in groupby(sorted(known, key=lambda row: row[0]), key=lambda row: row[0]):
        values = Range()
        for _, more in rows:
            values = values.meet(more)
        yield subject, values


def smallest(ways: list[Way]) -> list[Way]:
    """Return the ways but for those that take another one of them, and more."""
    kept: list[Way] = []
    for way in sorted(ways, key=len):
        if not any(_takes(way, other) for other in kept):
            kept = [other for other in kept if not _takes(other, way)] + [way]
    return [way for way in ways if way in kept]


def _takes(way: Way, other: Way) -> bool:
    """Say whether whoever goes one way has gone the other too."""
    left = dict(_ranges(way))
    return all(leaf in way or _is_implied(leaf, left) for leaf in other)


def _is_implied(leaf: Leaf, left: dict[str, Range]) -> bool:
    return leaf.values is not None and leaf.subject in left and left[leaf.subject].within(leaf.values)


def without_implied(way: Way) -> Way:
    """Return a way but for the leaves that follow from others of it: of `> 3` and `> 5` only `> 5` is left."""
    kept = list(way)
    for leaf in way:
        others = tuple(other for other in kept if other != leaf)
        if leaf.values is not None and _is_implied(leaf, dict(_ranges(others))):
            kept.remove(leaf)
    return tuple(kept)
