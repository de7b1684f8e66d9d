"""What kept an expression from being decided: the Unknowns that mattered, each with its fact, cause and cure."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.model import Expr, Node
from hostproof.expr.scope import Env
from hostproof.expr.walk import Frame, Walk
from hostproof.facts.unknown import Unknown

MOST_UNKNOWNS = 20


def undecided(expr: Expr, env: Env) -> tuple[Unknown, ...]:
    """Return the Unknowns but for which the expression would have a value; none if it has one.

    In `a and b` with a known to be true only those of b count. Each stands once, at most 20 in all.
    """
    found: dict[tuple[str, str, str], Unknown] = {}
    for unknown in _mattering(Walk(env, memory={}), expr.root, ()):
        found.setdefault((unknown.fact, unknown.cause, unknown.detail), unknown)
        if len(found) == MOST_UNKNOWNS:
            break
    return tuple(found.values())


def _mattering(walk: Walk, node: Node, frame: Frame) -> Iterator[Unknown]:
    """Yield the Unknowns that made `node` Unknown: those of its parts, or its own if all of its parts are known."""
    own = walk.value(node, frame)
    if not isinstance(own, Unknown):
        return
    if isinstance(node, model.Let):
        yield from _mattering(walk, node.expr.root, ())
        return
    inner = False
    for part, within in _parts(walk, node, frame):
        for unknown in _mattering(walk, part, within):
            inner = True
            yield unknown
    if not inner:
        yield own


def _parts(walk: Walk, node: Node, frame: Frame) -> Iterator[tuple[Node, Frame]]:
    """Yield what the value of an Unknown node was made from."""
    if isinstance(node, model.Comprehension):
        turns = walk.turns(node, frame)
        if isinstance(turns, Unknown):
            yield node.source, frame
        else:
            yield from ((node.body, (*frame, turn)) for turn in turns)
    elif isinstance(node, model.Conditional):
        condition = walk.value(node.condition, frame)
        known = not isinstance(condition, Unknown)
        yield (node.then if condition else node.otherwise) if known else node.condition, frame
    else:
        yield from ((part, frame) for part in model.below(node))
