"""Untyped data met at run time: the checks that give Unknown(`type`) when a value isn't what the expression needs."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from hostproof.expr.undecided import UndecidedError
from hostproof.facts.fits import checker
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause

Order: TypeAlias = "int | float | str"
_HOLDERS: dict[Kind, type] = {Kind.LIST: list, Kind.SAMPLES: list, Kind.MAP: dict}


def describe(value: Value) -> str:
    """Name what a value is, for a person."""
    if value is None:
        return "null"
    words = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a map"}
    return words[type(value)]


def mistyped(value: Value, wanted: str) -> UndecidedError:
    """Return the error that says what was met instead of `wanted`."""
    return UndecidedError(Cause.TYPE, f"it is {describe(value)}, not {wanted}")


def looks_at_items(of: Type) -> bool:
    """Say whether `need` has to look at each item to tell whether a value is of the type."""
    return of.kind in _HOLDERS and of.item is not None and of.item.kind is not Kind.ANY


def need(value: Value, type_text: str) -> Value:
    """Return the value itself if it is of the type (as `str(Type)` spells it)."""
    wanted = _wanted(type_text)
    plain = None if looks_at_items(wanted) else _HOLDERS.get(wanted.kind)
    if isinstance(value, plain) if plain else checker(wanted)(value):
        return value
    raise mistyped(value, f"a {type_text}" if type_text[0] not in "aeiou" else f"an {type_text}")


@lru_cache(maxsize=256)
def _wanted(type_text: str) -> Type:
    return parse_type(type_text)


def number(value: Value) -> int | float:
    """Return the value itself if it is a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise mistyped(value, "a number")


def text(value: Value) -> str:
    """Return the value itself if it is a text."""
    if isinstance(value, str):
        return value
    raise mistyped(value, "a text")


def truth(value: Value) -> bool:
    """Return the value itself if it is true or false."""
    if isinstance(value, bool):
        return value
    raise mistyped(value, "true or false")


def equal(left: Value, right: Value) -> bool:
    """Compare two values of which one is untyped; null equals only null, and kinds don't mix."""
    if left is None or right is None:
        return left is right
    if _class(left) is not _class(right):
        raise UndecidedError(Cause.TYPE, f"{describe(left)} was compared with {describe(right)}")
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        raise UndecidedError(Cause.TYPE, "maps cannot be compared")
    return left == right


def ordered(left: Value, right: Value) -> tuple[Order, Order]:
    """Return both values if `<` has a meaning for them: two numbers or two texts."""
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    return number(left), number(right)


def _class(value: Value) -> type:
    return float if type(value) is int else type(value)
