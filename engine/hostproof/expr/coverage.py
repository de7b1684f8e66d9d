"""Coverage of one expression: its goals (sides, operands that decide alone, facts not known), and which an `Env` met.

Goals are pairs of a node, or a fact's name, and what it came to; lets count once, wherever they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from hostproof.expr import model
from hostproof.expr.kleene import Result, every, some
from hostproof.expr.model import Expr, Node
from hostproof.expr.quoting import quoted
from hostproof.expr.scope import Env
from hostproof.expr.walk import Frame, Walk
from hostproof.facts.unknown import Unknown
from hostproof.source.records import record
from hostproof.source.spans import Span

TRUE, FALSE, UNKNOWN, KNOWN, ALONE = "true", "false", "unknown", "known", "alone"
Event: TypeAlias = tuple[Node | str, str]


@record(eq=False)
class Goal:
    """Something that a case should show; `said` is what no case shows: "`a >= 5` alone makes the `and` false".

    `path` tells an Unknown path from a branch. `where` is None for an expression that was thawed.
    """

    event: Event
    said: str
    path: bool = False
    where: Span | None = None


def goals(expr: Expr) -> tuple[Goal, ...]:
    """Return the goals of a condition and of the lets it reads; the first two are that it is true, and false."""
    where = _where(expr, expr.root)
    sides = (Goal((expr.root, event), f"it is {event}", where=where) for event in (TRUE, FALSE))
    found: dict[Event, Goal] = {}
    for goal in (*sides, *_goals(expr, expr.root, set())):
        found.setdefault(goal.event, goal)
    return tuple(found.values())


def events(expr: Expr, env: Env) -> tuple[Result, set[Event]]:
    """Return what a condition comes to, and all that happened on the way."""
    watch = _Watch(env)
    return watch.value(expr.root), watch.seen


def _goals(expr: Expr, node: Node, lets: set[str]) -> Iterator[Goal]:
    for event, said, place in _branches(node, expr.text):
        yield Goal((place, event), said, where=_where(expr, place))
    if isinstance(node, model.Fact):
        said = f"`{quoted(node, expr.text)}` is unknown"
        yield Goal((node.name, UNKNOWN), said, path=True, where=_where(expr, node))
    if isinstance(node, model.Let) and node.name not in lets:
        lets.add(node.name)
        yield from _goals(node.expr, node.expr.root, lets)
    for inner in model.below(node):
        yield from _goals(expr, inner, lets)


def _branches(node: Node, text: str) -> Iterator[tuple[str, str, Node]]:
    """Yield the branches at a node: what should come about, in words, and at which node."""
    match node:
        case model.And(operands=operands):
            yield TRUE, f"`{quoted(node, text)}` is true", node
            yield from ((ALONE, f"`{quoted(one, text)}` alone makes the `and` false", one) for one in operands)
        case model.Or(operands=operands):
            yield FALSE, f"`{quoted(node, text)}` is false", node
            yield from ((ALONE, f"`{quoted(one, text)}` alone makes the `or` true", one) for one in operands)
        case model.Conditional(condition=condition):
            yield TRUE, f"`{quoted(condition, text)}` is true", condition
            yield FALSE, f"`{quoted(condition, text)}` is false", condition
        case model.Default(operands=operands):
            yield from ((KNOWN, f"`{quoted(one, text)}` is what `??` gives", one) for one in operands)


def _where(expr: Expr, node: Node) -> Span | None:
    return None if expr.source is None else expr.source.span(node.start, node.end)


class _Watch(Walk):
    """A walk that notes what every node came to, and looks at each operand of `and` and `or`."""

    __slots__ = ("seen",)

    def __init__(self, env: Env) -> None:
        super().__init__(env)
        self.seen: set[Event] = set()

    def value(self, node: Node, frame: Frame = ()) -> Result:
        """Return what a node stands for."""
        found = self._joined(node, frame) if isinstance(node, (model.And, model.Or)) else super().value(node, frame)
        if isinstance(found, Unknown):
            self.seen.add((node, UNKNOWN))
            if isinstance(node, model.Fact):
                self.seen.add((node.name, UNKNOWN))
            return found
        self.seen.add((node, KNOWN))
        if isinstance(found, bool):
            self.seen.add((node, TRUE if found else FALSE))
        return found

    def _joined(self, node: model.And | model.Or, frame: Frame) -> Result:
        values = [self.value(operand, frame) for operand in node.operands]
        decides = isinstance(node, model.Or)
        deciding = [at for at, value in enumerate(values) if value is decides]
        if len(deciding) == 1:
            self.seen.add((node.operands[deciding[0]], ALONE))
        return some(values) if decides else every(values)
