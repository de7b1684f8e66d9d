"""A change of a checked expression: one node replaced by another, and how the same would be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import cast

from hostproof.expr import model
from hostproof.expr.model import Expr, Node, Step, Typed
from hostproof.expr.quoting import on_one_line
from hostproof.source.records import record


@record(eq=False)
class Change:
    """`node` becomes `other`, which is what the text would be with `text` from `start` up to `end`.

    `kind` is what sort of slip it is, `said` tells a person of it: "`>=` became `>`".
    """

    kind: str
    node: Node
    other: Node
    start: int
    end: int
    text: str
    said: str


def applied(change: Change, expr: Expr) -> Expr:
    """Return the expression with the change made, as well typed as it was; its `text` stays, which places count in."""
    return _with_root(expr, _rebuilt(expr.root, change.node, change.other))


def written(change: Change, expr: Expr) -> str:
    """Return how the changed expression would be written, on one line."""
    return on_one_line(expr.text[: change.start] + change.text + expr.text[change.end :])


def lets_of(*exprs: Expr | None) -> Mapping[str, Expr]:
    """Return every `let` that expressions read, by name, those that others read first."""
    found: dict[str, Expr] = {}
    for expr in exprs:
        for let in () if expr is None else _lets(expr.root):
            found |= {name: inner for name, inner in lets_of(let.expr).items() if name not in found}
            found.setdefault(let.name, let.expr)
    return found


def with_let(expr: Expr, name: str, other: Expr) -> Expr:
    """Return the expression with another meaning of a `let`, wherever it or one of its lets reads that."""
    if name not in lets_of(expr):
        return expr
    root = expr.root
    for let in tuple(_lets(expr.root)):
        inner = other if let.name == name else with_let(let.expr, name, other)
        if inner is not let.expr:
            root = _rebuilt(root, let, model.Let(let.start, let.end, let.type, let.name, inner))
    return _with_root(expr, root)


def _with_root(expr: Expr, root: Node) -> Expr:
    return Expr(expr.text, expr.type, expr.types, expr.size, expr.depth, lambda: root, expr.source)


def _lets(node: Node) -> Iterator[model.Let]:
    if isinstance(node, model.Let):
        yield node
    for inner in model.below(node):
        yield from _lets(inner)


def _rebuilt(node: Node, old: Node, new: Node) -> Node:
    return cast("Node", _part(node, old, new))


def _part(part: object, old: Node, new: Node) -> object:
    """Return a part of a tree with `old` replaced; the very same where it isn't in there."""
    if part is old:
        return new
    if isinstance(part, tuple):
        inside = tuple(_part(inner, old, new) for inner in part)
        return inside if any(one is not other for one, other in zip(inside, part, strict=True)) else part
    if not isinstance(part, (Typed, Step)):
        return part
    changed = {name: _part(getattr(part, name), old, new) for name in part.parts}
    if all(value is getattr(part, name) for name, value in changed.items()):
        return part
    twin = copy(part)
    twin.__dict__.update(changed)
    return twin


def params_read(expr: Expr) -> Iterator[tuple[str, int, int]]:
    """Yield each parameter an expression itself reads, and where that stands in its text."""
    yield from _params(expr.root)


def _params(node: Node) -> Iterator[tuple[str, int, int]]:
    if isinstance(node, model.Param):
        yield node.name, node.start, node.end
    for inner in model.below(node):
        yield from _params(inner)
