"""Functions over numbers: rounding, reading numbers from texts, bits, shares."""

from __future__ import annotations

import math

from hostproof.expr.arithmetic import Number, bounded, divide
from hostproof.expr.functions.row import Constants, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.unknown import Cause

MOST_DIGITS = 64


def absolute(number: Number) -> Number:
    """Return the number without its sign."""
    return bounded(abs(number))


def nearest(number: Number) -> int:
    """Return the nearest whole number, halves to even."""
    return int(bounded(round(number)))


def floor(number: Number) -> int:
    """Return the largest whole number that is not larger."""
    return int(bounded(math.floor(number)))


def ceil(number: Number) -> int:
    """Return the smallest whole number that is not smaller."""
    return int(bounded(math.ceil(number)))


def read_int(text: str, base: int = 10) -> int:
    """Read a whole number; with base 0 or 16 a prefix such as 0x is allowed."""
    if len(text) > MOST_DIGITS or "_" in text:
        raise _unreadable(text)
    try:
        return int(bounded(int(text, base)))
    except ValueError:
        raise _unreadable(text) from None


def read_float(text: str) -> float:
    """Read a number."""
    if len(text) > MOST_DIGITS or "_" in text:
        raise _unreadable(text)
    try:
        return float(bounded(float(text)))
    except ValueError:
        raise _unreadable(text) from None


def _unreadable(text: str) -> UndecidedError:
    return UndecidedError(Cause.PARSE_ERROR, f"{text[:MOST_DIGITS]!r} is not a number")


def bit_and(left: int, right: int) -> int:
    """Return the bits that both have."""
    return left & right


def has_bits(number: int, mask: int) -> bool:
    """Say whether a number has all bits of a mask."""
    return number & mask == mask


def has_bit(number: int, position: int) -> bool:
    """Say whether one bit of a number is set; the lowest is bit 0."""
    if not 0 <= position < 64:
        raise UndecidedError(Cause.ARITHMETIC, "a number has bits 0 to 63")
    return bool(number >> position & 1)


def _bad_position(arguments: Constants) -> tuple[int, str] | None:
    position = arguments[1]
    return (1, "a number has bits 0 to 63") if isinstance(position, int) and not 0 <= position < 64 else None


def _bad_base(arguments: Constants) -> tuple[int, str] | None:
    base = arguments[1] if len(arguments) > 1 else None
    if isinstance(base, int) and base != 0 and not 2 <= base <= 36:
        return 1, "a base is 0 or from 2 to 36"
    return None


_PARTS = (("Q", "Q"), "ratio")

ROWS: tuple[Function, ...] = (
    Function("abs", (Form(("Q",), "Q", absolute),), "The amount without its sign.", ("abs(-5ms)", "5ms")),
    Function(
        "round", (Form(("float",), "int", nearest),), "The nearest whole number, halves to even.", ("round(2.5)", "2")
    ),
    Function("floor", (Form(("float",), "int", floor),), "The next whole number below.", ("floor(2.7)", "2")),
    Function("ceil", (Form(("float",), "int", ceil),), "The next whole number above.", ("ceil(2.1)", "3")),
    Function(
        "ratio",
        (Form(*_PARTS, divide),),
        "One amount as a share of another, both of one type.",
        ("ratio(30, 40)", "75%"),
    ),
    Function(
        "int",
        (Form(("string",), "int", read_int), Form(("string", "int"), "int", read_int)),
        "A text as a whole number, in base 10 or another (0 takes it from a prefix such as 0x).",
        ('int("a8", 16)', "168"),
        _bad_base,
    ),
    Function("float", (Form(("string",), "float", read_float),), "A text as a number.", ('float("2.5e3")', "2500")),
    Function("bit_and", (Form(("int", "int"), "int", bit_and),), "The bits that both have.", ("bit_and(6, 3)", "2")),
    Function(
        "has_bits",
        (Form(("int", "int"), "bool", has_bits),),
        "Whether a number has all bits of a mask.",
        ("has_bits(0b1010, 0b1000)", "true"),
    ),
    Function(
        "has_bit",
        (Form(("int", "int"), "bool", has_bit),),
        "Whether one bit of a number is set, counted from 0: a capability by its number, say.",
        ('has_bit(int("3fffffffff", 16), 12)', "true"),
        _bad_position,
    ),
)
