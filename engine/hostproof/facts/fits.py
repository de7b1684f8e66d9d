"""Whether a value is what its type says: any JSON value and a `Type` in, yes or no out."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

from hostproof.facts.types import Kind, Type

DEEPEST = 64
_SMALLEST_INT, _LARGEST_INT = -(2**63), 2**63 - 1

Check: TypeAlias = "Callable[[object], bool]"

_SCALARS: dict[Kind, frozenset[type]] = {
    Kind.BOOL: frozenset({bool}),
    Kind.INT: frozenset({int}),
    Kind.FLOAT: frozenset({int, float}),
    Kind.RATIO: frozenset({int, float}),
    Kind.RATE: frozenset({int, float}),
    Kind.DURATION: frozenset({int}),
    Kind.BYTES: frozenset({int}),
    Kind.TIME: frozenset({int}),
    Kind.VERSION: frozenset({str}),
    Kind.STRING: frozenset({str}),
    Kind.NULL: frozenset({type(None)}),
}


def fits(value: object, wanted: Type) -> bool:
    """Tell whether a JSON value is of a type.

    A count is not negative, a ratio may be a whole number, a boolean is no number. A record may lack fields (one that
    could not be learnt) and have others besides; `any` takes everything that isn't nested too deeply. That the value is
    JSON at all is not looked at: see `not_storable`.
    """
    return checker(wanted)(value)


@lru_cache(maxsize=512)
def checker(wanted: Type) -> Check:
    """Return the function that tells whether a value is of the type; for many values of one type."""
    check = _checker(wanted)
    if wanted.nullable:
        return lambda value: value is None or check(value)
    return check


def not_storable(value: object, deepest: int = DEEPEST) -> str:
    """Return why a snapshot cannot hold a value, or an empty text.

    NaN and infinities are not JSON, integers beyond 64 bits and lone surrogates don't survive it, and depth is bounded.
    """
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return "" if value.isascii() or _encodes(value) else "a text that is not Unicode"
    if isinstance(value, int):
        return "" if _SMALLEST_INT <= value <= _LARGEST_INT else "a number beyond 64 bits"
    if isinstance(value, float):
        return "" if isfinite(value) else f"the number {value}"
    return _inner_not_storable(value, deepest)


def _inner_not_storable(value: object, deepest: int) -> str:
    if deepest == 0:
        return f"values nested deeper than {DEEPEST}"
    if isinstance(value, list):
        return next((why for item in value if (why := not_storable(item, deepest - 1))), "")
    if not isinstance(value, dict):
        return f"a {type(value).__name__}"
    if not all(isinstance(name, str) for name in value):
        return "a key that is not text"
    both = (part for item in value.items() for part in item)
    return next((why for part in both if (why := not_storable(part, deepest - 1))), "")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _checker(wanted: Type) -> Check:
    if wanted.kind in _SCALARS:
        classes = _SCALARS[wanted.kind]
        return lambda value: type(value) in classes
    if wanted.kind is Kind.ANY:
        return _shallow
    if wanted.kind is Kind.COUNT:
        return lambda value: type(value) is int and value >= 0
    if wanted.kind is Kind.RECORD:
        return _record_checker(wanted)
    item = checker(wanted.item) if wanted.item else _shallow
    if wanted.kind is Kind.MAP:
        return lambda value: isinstance(value, dict) and all(map(item, value.values()))
    return lambda value: isinstance(value, list) and all(map(item, value))


def _record_checker(wanted: Type) -> Check:
    fields = {name: checker(of) for name, of in wanted.fields}

    def check(value: object) -> bool:
        return isinstance(value, dict) and all(fields.get(name, _shallow)(item) for name, item in value.items())

    return check


def _shallow(value: object, deepest: int = DEEPEST) -> bool:
    """Tell whether untyped data is nested 64 deep at most: comparing deeper data would exhaust the stack."""
    if isinstance(value, (list, dict)):
        inner = value.values() if isinstance(value, dict) else value
        return deepest > 0 and all(_shallow(item, deepest - 1) for item in inner)
    return True
