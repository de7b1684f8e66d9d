"""Estimates: a value that was computed from quantiles in, and between which bounds it lies out.

A bound is infinite where there is none. Each quantile has its interval (`functions.ranks`); arithmetic is done on the
ends of intervals, which is exact for operations that only rise or only fall, and too wide at worst where one quantile
stands twice.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import product
from math import inf, isfinite, isnan
from typing import TypeAlias, cast

from hostproof.expr import model
from hostproof.expr.arithmetic import OPERATIONS, Number
from hostproof.expr.confidence.quantiles import is_quantile, lost, of_quantile, quantiles
from hostproof.expr.functions.ranks import RISK, interval
from hostproof.expr.functions.samples import SHARES
from hostproof.expr.kleene import Result
from hostproof.expr.model import Node
from hostproof.expr.undecided import UndecidedError
from hostproof.expr.walk import Frame, Walk
from hostproof.facts.types import Type
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown
from hostproof.source.records import record

Bounds: TypeAlias = tuple[Number, Number]

_NOWHERE: Bounds = (-inf, inf)
# What the operations come to where an end is infinite; units don't matter there.
_BEYOND: dict[str, Callable[[Number, Number], Number]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "multiply_whole": operator.mul,
    "transferred": operator.mul,
    "divide": operator.truediv,
    "divide_whole": operator.truediv,
    "per_second": operator.truediv,
    "seconds_for": operator.truediv,
}


@record
class Estimate:
    """A value, and the bounds it lies between but for the risk.

    `counts` are the sizes of the samples behind it; none behind a value that is simply so.
    """

    value: Number
    low: Number
    high: Number
    counts: tuple[int, ...] = ()
    risk: float = RISK

    def shown(self, of: Type) -> str:
        """Return `95%: 4.1ms..6ms of 1000`; or what the samples are too few for."""
        low = format_value(self.low, of) if isfinite(self.low) else ""
        high = format_value(self.high, of) if isfinite(self.high) else ""
        size, level = " and ".join(map(str, self.counts)), f"{(1 - self.risk) * 100:.3g}%"
        if not low and not high:
            return f"{size} sample{'s' * (size != '1')}, too few for a {level} interval"
        lack = "" if low and high else f", too few for {'an upper' if low else 'a lower'} bound"
        return f"{level}: {low}..{high} of {size}{lack}"


def beside(walk: Walk, node: Node, frame: Frame) -> str:
    """Return what belongs beside the shown value of a node: the interval of what quantiles say; else nothing."""
    if not of_quantile(node) or any(True for _ in lost(node)):
        return ""
    found = estimate(walk, node, frame, RISK / sum(1 for _ in quantiles(node)))
    return found.shown(node.type) if isinstance(found, Estimate) else ""


def estimate(walk: Walk, node: Node, frame: Frame, risk: float) -> Estimate | Result:
    """Return a number with its bounds, each of its quantiles at the given risk; anything else as it is."""
    value = walk.value(node, frame)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    reader = _Reader(walk, risk, [])
    low, high = reader.bounds(node, frame)
    return Estimate(value, low, high, tuple(dict.fromkeys(reader.counts)), risk)


def peeled(walk: Walk, node: Node, frame: Frame) -> tuple[Node, Frame]:
    """Return the node that a node's value comes from unchanged: through lets, `??`, `if` and looks at its type."""
    while True:
        match node:
            case model.Let(expr=expr):
                node, frame = expr.root, ()
            case model.Checked(operand=operand):
                node = operand
            case model.Default(operands=operands):
                known = (one for one in operands if not isinstance(walk.value(one, frame), Unknown))
                node = next(known, operands[-1])
            case model.Conditional(condition=condition):
                chosen = walk.value(condition, frame)
                if isinstance(chosen, Unknown):
                    return node, frame
                node = node.then if chosen else node.otherwise
            case _:
                return node, frame


def measured(walk: Walk, node: Node, frame: Frame) -> tuple[list[Number], float] | None:
    """Return the samples of a quantile, and its share; None for another node."""
    if not isinstance(node, model.Call) or not is_quantile(node):
        return None
    samples, *rest = (walk.value(argument, frame) for argument in node.arguments)
    share = rest[0] if rest else SHARES[node.function]
    return cast("list[Number]", samples), cast("float", share)


@record
class _Reader:
    """Reads bounds off nodes whose value is known; notes the sizes of the samples on the way."""

    walk: Walk
    risk: float
    counts: list[int]

    def bounds(self, node: Node, frame: Frame) -> Bounds:
        node, frame = peeled(self.walk, node, frame)
        if not of_quantile(node):
            value = cast("Number", self.walk.value(node, frame))
            return value, value
        found = measured(self.walk, node, frame)
        if found is not None:
            self.counts.append(len(found[0]))
            within = interval(*found, self.risk)
            return within.low, within.high
        match node:
            case model.Negative(operand=operand):
                low, high = self.bounds(operand, frame)
                return -high, -low
            case model.Arithmetic(first=first, steps=steps):
                so_far = self.bounds(first, frame)
                for step in steps:
                    so_far = _combined(step.operation, so_far, self.bounds(step.operand, frame))
                return so_far
            case model.Call(function=function, arguments=arguments):
                return _called(function, [self.bounds(argument, frame) for argument in arguments])
        return self.either(node, frame) if isinstance(node, model.Conditional) else _NOWHERE

    def either(self, node: model.Conditional, frame: Frame) -> Bounds:
        """Return what holds whichever branch is taken: its condition is Unknown, and both have the same value."""
        one, other = self.bounds(node.then, frame), self.bounds(node.otherwise, frame)
        return min(one[0], other[0]), max(one[1], other[1])


def _called(function: str, arguments: list[Bounds]) -> Bounds:
    if function == "ratio":
        return _combined("divide", *arguments)
    if function == "abs":
        low, high = arguments[0]
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    best = {"min": min, "max": max}.get(function)
    if best is None:
        return _NOWHERE
    return best(low for low, _ in arguments), best(high for _, high in arguments)


def _combined(operation: str, left: Bounds, right: Bounds) -> Bounds:
    """Return the least and the largest that an operation comes to, at the ends of both intervals."""
    if operation not in _BEYOND:
        return _NOWHERE
    if _BEYOND[operation] is operator.truediv and right[0] <= 0 <= right[1]:
        return _NOWHERE
    ends = [_end(operation, *pair) for pair in product(left, right)]
    return _NOWHERE if any(map(isnan, ends)) else (min(ends), max(ends))


def _end(operation: str, left: Number, right: Number) -> Number:
    if not isfinite(left) or not isfinite(right):
        return _BEYOND[operation](left, right)
    try:
        return cast("Number", OPERATIONS[operation](left, right))
    except UndecidedError:  # out of range
        return _BEYOND[operation](float(left), float(right))
