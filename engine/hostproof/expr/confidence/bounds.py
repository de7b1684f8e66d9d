"""Arithmetic on intervals: an operation and the bounds of its operands in, the bounds of its result out.

A bound is infinite where there is none. The ends of the intervals give the ends of the result, which is exact for
operations that only rise or only fall in each operand.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import product
from math import inf, isfinite, isnan
from typing import TypeAlias, cast

from hostproof.expr.arithmetic import OPERATIONS, Number
from hostproof.expr.undecided import UndecidedError

Bounds: TypeAlias = tuple[Number, Number]

NOWHERE: Bounds = (-inf, inf)
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


def combined(operation: str, left: Bounds, right: Bounds) -> Bounds:
    """Return the least and the largest that an operation comes to.

    >>> combined("divide", (1, 2), (4, 5)), combined("divide", (1, 2), (-1, 1)), combined("add", (1, inf), (1, 2))
    ((0.2, 0.5), (-inf, inf), (2, inf))
    """
    if operation not in _BEYOND:
        return NOWHERE
    if _BEYOND[operation] is operator.truediv and right[0] <= 0 <= right[1]:
        return NOWHERE
    ends = [_end(operation, *pair) for pair in product(left, right)]
    return NOWHERE if any(map(isnan, ends)) else (min(ends), max(ends))


def _end(operation: str, left: Number, right: Number) -> Number:
    if not isfinite(left) or not isfinite(right):
        return _BEYOND[operation](left, right)
    try:
        return cast("Number", OPERATIONS[operation](left, right))
    except UndecidedError:  # out of range
        return _BEYOND[operation](float(left), float(right))


def applied(function: str, arguments: Sequence[Bounds]) -> Bounds:
    """Return the least and the largest that `abs`, `min`, `max` or `ratio` comes to; of any other nothing is known.

    >>> applied("abs", [(-3, 2)]), applied("min", [(1, 5), (2, 3)]), applied("len", [(1, 5)])
    ((0, 3), (1, 3), (-inf, inf))
    """
    if function == "ratio":
        return combined("divide", *arguments)
    if function == "abs":
        low, high = arguments[0]
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    best = {"min": min, "max": max}.get(function)
    if best is None:
        return NOWHERE
    return best(low for low, _ in arguments), best(high for _, high in arguments)
