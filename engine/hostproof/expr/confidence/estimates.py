"""Estimates: a value that was computed from quantiles in, and between which bounds it lies out.

Each quantile has its interval (`functions.ranks`), which is followed through arithmetic (`bounds`); where one quantile
stands twice the result is too wide at worst. Each part of an expression is evaluated once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import TypeAlias, cast

from hostproof.expr import model
from hostproof.expr.arithmetic import OPERATIONS, Number
from hostproof.expr.confidence.bounds import NOWHERE, Bounds, applied, combined
from hostproof.expr.confidence.quantiles import is_quantile, lost, of_quantile, quantiles
from hostproof.expr.functions.ranks import RISK, interval
from hostproof.expr.functions.samples import SHARES
from hostproof.expr.kleene import Result
from hostproof.expr.model import Node
from hostproof.expr.walk import Frame, Walk, called, fact_of
from hostproof.facts.types import Type
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown
from hostproof.source.records import record


@record
class Measured:
    """A quantile itself: the function that was called, the samples and the share, and the fact they belong to."""

    function: str
    samples: list[Number]
    share: float
    fact: str


@record
class Estimate:
    """A value, and the bounds it lies between but for the risk.

    `counts` are the sizes of the samples behind it; none behind a value that is simply so. `measured` is the quantile
    that it is, None if it was computed from some.
    """

    value: Number
    bounds: Bounds
    counts: tuple[int, ...] = ()
    risk: float = RISK
    measured: Measured | None = None

    def shown(self, of: Type) -> str:
        """Return `95%: 4.1ms..6ms of 1000`; or what the samples are too few for."""
        low, high = (format_value(end, of) if isfinite(end) else "" for end in self.bounds)
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
    return _Reader(walk, risk).read(node, frame)


@record
class _Reader:
    walk: Walk
    risk: float

    def read(self, node: Node, frame: Frame) -> Estimate | Result:
        if not of_quantile(node):
            return _plain(self.walk.value(node, frame))
        rule = _RULES.get(type(node))
        return rule(self, node, frame) if rule else _plain(self.walk.value(node, frame), NOWHERE)

    def let(self, node: model.Let, _: Frame) -> Estimate | Result:
        return self.read(node.expr.root, ())

    def checked(self, node: model.Checked, frame: Frame) -> Estimate | Result:
        return self.read(node.operand, frame)

    def first_known(self, node: model.Default, frame: Frame) -> Estimate | Result:
        found: Estimate | Result = None
        for operand in node.operands:
            found = self.read(operand, frame)
            if not isinstance(found, Unknown):
                break
        return found

    def chosen(self, node: model.Conditional, frame: Frame) -> Estimate | Result:
        condition = self.walk.value(node.condition, frame)
        if not isinstance(condition, Unknown):
            return self.read(node.then if condition else node.otherwise, frame)
        then, otherwise = self.read(node.then, frame), self.read(node.otherwise, frame)
        if not isinstance(then, Estimate) or not isinstance(otherwise, Estimate) or then.value != otherwise.value:
            return condition
        # Whichever it is, the value is the same; the bounds hold for both.
        ends = [*then.bounds, *otherwise.bounds]
        return self.made(then.value, (min(ends), max(ends)), (then, otherwise))

    def negated(self, node: model.Negative, frame: Frame) -> Estimate | Result:
        found = self.read(node.operand, frame)
        if not isinstance(found, Estimate):
            return found
        value = self.walk.attempt(node, frame, lambda: OPERATIONS["subtract"](0, found.value))
        return self.made(value, combined("subtract", (0, 0), found.bounds), (found,))

    def computed(self, node: model.Arithmetic, frame: Frame) -> Estimate | Result:
        so_far = self.read(node.first, frame)
        for step in node.steps:
            operand = self.read(step.operand, frame)
            if not isinstance(so_far, Estimate) or not isinstance(operand, Estimate):
                return operand if isinstance(so_far, Estimate) else so_far
            compute = partial(OPERATIONS[step.operation], so_far.value, operand.value)
            bounds = combined(step.operation, so_far.bounds, operand.bounds)
            so_far = self.made(self.walk.attempt(node, frame, compute), bounds, (so_far, operand))
        return so_far

    def quantile(self, node: model.Call, frame: Frame) -> Estimate | Result:
        arguments = self.walk.all_known(node.arguments, frame)
        if isinstance(arguments, Unknown):
            return arguments
        value = called(self.walk, node, frame, arguments)
        if not isinstance(value, (int, float)):
            return value
        samples = cast("list[Number]", arguments[0])
        share = cast("float", arguments[1]) if len(arguments) > 1 else SHARES[node.function]
        found = interval(samples, share, self.risk)
        measured = Measured(node.function, samples, share, fact_of(node, frame))
        return Estimate(value, (found.low, found.high), (len(samples),), self.risk, measured)

    def called(self, node: model.Call, frame: Frame) -> Estimate | Result:
        if is_quantile(node):
            return self.quantile(node, frame)
        arguments: list[Estimate] = []
        for argument in node.arguments:
            found = self.read(argument, frame)
            if not isinstance(found, Estimate):
                return found
            arguments.append(found)
        value = called(self.walk, node, frame, [argument.value for argument in arguments])
        return self.made(value, applied(node.function, [argument.bounds for argument in arguments]), (*arguments,))

    def made(self, value: Result, bounds: Bounds, of: tuple[Estimate, ...]) -> Estimate | Result:
        """Return what was computed from estimates, unless it is Unknown."""
        if not isinstance(value, (int, float)):
            return value
        counts = dict.fromkeys(count for one in of for count in one.counts)
        return Estimate(value, bounds, tuple(counts), self.risk)


_Rule: TypeAlias = "Callable[[_Reader, Node, Frame], Estimate | Result]"
_RULES: dict[type, _Rule] = {
    model.Let: cast("_Rule", _Reader.let),
    model.Checked: cast("_Rule", _Reader.checked),
    model.Default: cast("_Rule", _Reader.first_known),
    model.Conditional: cast("_Rule", _Reader.chosen),
    model.Negative: cast("_Rule", _Reader.negated),
    model.Arithmetic: cast("_Rule", _Reader.computed),
    model.Call: cast("_Rule", _Reader.called),
}


def _plain(value: Result, bounds: Bounds | None = None) -> Estimate | Result:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return Estimate(value, bounds or (value, value))
