"""Where quantiles stand in a checked expression, and which of its comparisons are about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import is_
from typing import cast

from hostproof.expr import model
from hostproof.expr.functions.samples import SHARES
from hostproof.expr.model import Expr, Node, Step, Typed

# What an interval can be followed through: arithmetic but for `%`, and functions that take several amounts.
FOLLOWED = ("abs", "min", "max", "ratio")
_UNFOLLOWED_STEP = "remainder"


def is_quantile(node: Node) -> bool:
    """Say whether a node is a call of `p50`, `median`, `quantile`..."""
    return isinstance(node, model.Call) and (node.function in SHARES or node.function == "quantile")


def quantiles(node: Node) -> Iterator[Node]:
    """Yield the quantiles that a value is made of; what only comparisons below it or `known` ask for is not."""
    if isinstance(node, (model.Comparison, model.Known, model.CauseOf)):
        return
    if is_quantile(node):
        yield node
    for inner in _inside(node):
        yield from quantiles(inner)


def of_quantile(node: Node) -> bool:
    """Say whether a value is made of a quantile."""
    return any(True for _ in quantiles(node))


def astray(node: Node) -> Iterator[Node]:
    """Yield what stands for quantiles that no comparison can judge, for want of a way to follow their intervals.

    A let that hides one is yielded itself. Quantiles that only `known` and `cause` ask for are left out.
    """
    if isinstance(node, (model.Known, model.CauseOf)):
        return
    if isinstance(node, model.Comparison):
        for operand in model.below(node):
            yield from lost(operand)
    elif is_quantile(node):
        yield node
    elif isinstance(node, model.Let):
        yield from [node] if any(True for _ in astray(node.expr.root)) else []
    else:
        for inner in model.below(node):
            yield from astray(inner)


def lost(node: Node) -> Iterator[Node]:
    """Yield the same of a value that is compared: of its quantiles those behind something that can't be followed."""
    match node:
        case model.Let():
            yield from [node] if any(True for _ in lost(node.expr.root)) else []
        case model.Conditional():
            yield from (*astray(node.condition), *lost(node.then), *lost(node.otherwise))
        case _ if is_quantile(node):
            for inner in model.below(node):
                yield from astray(inner)
        case _ if _is_followed(node):
            for inner in model.below(node):
                yield from lost(inner)
        case _:
            yield from astray(node)


def _is_followed(node: Node) -> bool:
    match node:
        case model.Checked() | model.Default() | model.Negative():
            return True
        case model.Arithmetic(steps=steps):
            return all(step.operation != _UNFOLLOWED_STEP for step in steps)
        case model.Call(function=function, arguments=arguments):
            return function in FOLLOWED and (function == "abs" or len(arguments) > 1)
    return False


def _inside(node: Node) -> Iterator[Node]:
    yield from (node.expr.root,) if isinstance(node, model.Let) else model.below(node)


def confident(expr: Expr) -> Expr:
    """Return an expression whose comparisons of quantiles are decided only where intervals do; itself if it has none.

    Its lets are those it was checked with: make them confident first.
    """
    root = _confident(expr.root)
    if root is expr.root:
        return expr
    return Expr(expr.text, expr.type, expr.types, expr.size, expr.depth, lambda: root, expr.source)


def is_confident(expr: Expr) -> bool:
    """Say whether an expression, or one of its lets, has comparisons that only intervals decide."""
    return any(isinstance(node, model.ConfidentComparison) for node in _all(expr.root))


def _all(node: Node) -> Iterator[Node]:
    yield node
    for inner in _inside(node):
        yield from _all(inner)


def _confident(node: Node) -> Node:
    old = [getattr(node, name) for name in node.parts]
    new = [_part(part) for part in old]
    compares = isinstance(node, model.Comparison) and any(map(of_quantile, model.below(node)))
    if not compares and all(map(is_, old, new)):
        return node
    return cast("Callable[..., Node]", model.ConfidentComparison if compares else type(node))(*new)


def _part(part: object) -> object:
    """Return a part of a node with the nodes in it made confident; the same object if there is nothing to do."""
    if isinstance(part, Typed):
        return _confident(cast("Node", part))
    if isinstance(part, Step):
        operand = _confident(part.operand)
        return part if operand is part.operand else Step(part.operation, operand, part.type, part.sign)
    if isinstance(part, tuple):
        inside = tuple(map(_part, part))
        return part if all(map(is_, part, inside)) else inside
    return part
