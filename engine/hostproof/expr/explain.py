"""Explaining: an expression and an `Env` in, a tree of every sub-value out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from hostproof.expr import model
from hostproof.expr.model import Expr, Node
from hostproof.expr.scope import Env
from hostproof.expr.walk import Frame, Turn, Walk
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown

MOST_TURNS = 8  # of one comprehension


@dataclass(frozen=True, slots=True)
class Explained:
    """One part of an expression as written, its value with units or `unknown (cause)`, and the parts it was made of."""

    text: str
    value: str
    parts: tuple[Explained, ...] = ()

    def lines(self, indent: str = "") -> Iterator[str]:
        """Yield the tree as text, one part a line, deeper parts further in."""
        yield f"{indent}{self.text} = {self.value}"
        for part in self.parts:
            yield from part.lines(indent + "  ")


def explain(expr: Expr, env: Env) -> Explained:
    """Return the tree of an expression; literals are left out, of a comprehension the first eight items are shown."""
    return _Reader(Walk(env, memory={}), expr.text, ()).read(expr.root)


@dataclass(frozen=True, slots=True)
class _Reader:
    walk: Walk
    text: str
    frame: Frame

    def read(self, node: Node) -> Explained:
        if isinstance(node, model.Checked):
            return self.read(node.operand)
        value = self.walk.value(node, self.frame)
        shown = f"unknown ({value.cause})" if isinstance(value, Unknown) else format_value(value, node.type)
        text = " ".join(self.text[node.start : node.end].split())
        return Explained(text, shown, tuple(self.parts(node)))

    def parts(self, node: Node) -> Iterator[Explained]:
        if isinstance(node, model.Let):
            yield replace(self, text=node.expr.text, frame=()).read(node.expr.root)
        elif isinstance(node, model.Comprehension):
            yield self.read(node.source)
            turns = self.walk.turns(node, self.frame)
            for turn in () if isinstance(turns, Unknown) else islice(turns, MOST_TURNS):
                yield self.turn(node, turn)
        elif not isinstance(node, model.Field):
            yield from (self.read(inner) for inner in model.below(node) if not isinstance(inner, model.Literal))

    def turn(self, node: model.Comprehension, turn: Turn) -> Explained:
        inner = replace(self, frame=(*self.frame, turn)).read(node.body)
        return replace(inner, text=f"{node.variable} = item {turn.index}: {inner.text}")
