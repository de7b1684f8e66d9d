"""The operations behind `+ - * / %`: two erased values in, one out, or `UndecidedError` where there is no result.

Whole numbers stay within 64 bits and floats finite. `/` on numbers gives a float. `%` has the sign of its left side,
as in C, Go and CEL. A result in nanoseconds or bytes is rounded to a whole one, halves to even (IEEE 754).
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TypeAlias, cast

from hostproof.expr.undecided import UndecidedError
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause

Number: TypeAlias = "int | float"

SMALLEST, LARGEST = -(2**63), 2**63 - 1
MOST_TEXT = 65_536  # characters a text may grow to
MOST_ITEMS = 100_000  # items a list may grow to
_SECOND = 1_000_000_000


def bounded(number: Number) -> Number:
    """Return the number itself if it is within 64 bits, or finite."""
    if SMALLEST <= number <= LARGEST if isinstance(number, int) else isfinite(number):
        return number
    raise UndecidedError(Cause.ARITHMETIC, "the result is out of range")


def whole(number: Number) -> int:
    """Return the nearest whole number, halves to even."""
    return int(bounded(round(bounded(number))))


def add(left: Number, right: Number) -> Number:
    """Return left + right."""
    return bounded(left + right)


def subtract(left: Number, right: Number) -> Number:
    """Return left - right."""
    return bounded(left - right)


def multiply(left: Number, right: Number) -> Number:
    """Return left * right."""
    return bounded(left * right)


def multiply_whole(left: Number, right: Number) -> Number:
    """Return left * right as a whole number."""
    return whole(left * right)


def divide(left: Number, right: Number) -> Number:
    """Return left / right as a float."""
    return bounded(left / _divisor(right))


def divide_whole(left: Number, right: Number) -> Number:
    """Return left / right as a whole number; exact when both are whole."""
    _divisor(right)
    if isinstance(left, float) or isinstance(right, float):
        return whole(left / right)
    quotient, rest = divmod(left, right)
    twice = 2 * abs(rest)
    up = twice > abs(right) or (twice == abs(right) and quotient % 2 == 1)
    return bounded(quotient + up)


def remainder(left: Number, right: Number) -> Number:
    """Return what is left of `left` after taking `right` away as often as it goes; the sign is that of `left`."""
    rest = abs(left) % abs(_divisor(right))
    return -rest if left < 0 else rest


def transferred(left: Number, right: Number) -> Number:
    """Return the bytes that pass at a rate in a duration, in either order."""
    return whole(left * right / _SECOND)


def per_second(size: Number, took: Number) -> Number:
    """Return bytes per second."""
    return bounded(size * _SECOND / _divisor(took))


def seconds_for(size: Number, rate: Number) -> Number:
    """Return how many nanoseconds so many bytes take at a rate."""
    return whole(size * _SECOND / _divisor(rate))


def negative(number: Number) -> Number:
    """Return -number."""
    return bounded(-number)


def _divisor(number: Number) -> Number:
    if number == 0:
        raise UndecidedError(Cause.ARITHMETIC, "division by zero", "guard it: a / b if b != 0 else 0.0")
    return number


def join_texts(left: str, right: str) -> str:
    """Return both texts as one."""
    if len(left) + len(right) > MOST_TEXT:
        raise UndecidedError(Cause.TOO_LARGE, f"a text may grow to {MOST_TEXT} characters at most")
    return left + right


def join_lists(left: list[Value], right: list[Value]) -> list[Value]:
    """Return the items of both."""
    if len(left) + len(right) > MOST_ITEMS:
        raise UndecidedError(Cause.TOO_LARGE, f"a list may grow to {MOST_ITEMS} items at most")
    return left + right


Operation: TypeAlias = Callable[[Value, Value], Value]

# The check has made sure of the operands' types: see `dimensions.combine`, which names these.
OPERATIONS: dict[str, Operation] = {
    operation.__name__: cast("Operation", operation)
    for operation in (
        add,
        subtract,
        multiply,
        multiply_whole,
        divide,
        divide_whole,
        remainder,
        transferred,
        per_second,
        seconds_for,
        join_texts,
        join_lists,
    )
}
