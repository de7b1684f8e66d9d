"""Whether a value is what its type says: any JSON value and a `Type` in, yes or no out."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

from hostproof.facts.types import ANY, Kind, Type

DEEPEST = 64
_SMALLEST_INT, _LARGEST_INT = -(2**63), 2**63 - 1

Check: TypeAlias = "Callable[[object], bool]"

_CLASSES: dict[Kind, frozenset[type]] = {
    Kind.BOOL: frozenset({bool}),
    Kind.VERSION: frozenset({str}),
    Kind.DEBIAN: frozenset({str}),
    Kind.STRING: frozenset({str}),
    Kind.NULL: frozenset({type(None)}),
}
_WHOLE = frozenset({Kind.INT, Kind.DURATION, Kind.BYTES, Kind.TIME})
_FRACTIONAL = frozenset({Kind.FLOAT, Kind.RATIO, Kind.RATE})


def fits(value: object, wanted: Type) -> bool:
    """Tell whether a JSON value is of a type.

    A count is not negative, a whole number has 64 bits, a ratio may be one, a boolean is no number. A record may lack
    fields (one that could not be learnt) and have others besides; `any` takes everything that isn't nested too deeply.
    That the value is JSON at all is not looked at: see `not_storable`.
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
    kind = wanted.kind
    if kind in (Kind.LIST, Kind.SAMPLES, Kind.MAP):
        return _many_checker(wanted)
    if kind is Kind.RECORD:
        return _record_checker(wanted)
    if kind in _CLASSES:
        classes = _CLASSES[kind]
        return lambda value: type(value) in classes
    if kind is Kind.COUNT:
        return lambda value: type(value) is int and 0 <= value <= _LARGEST_INT
    if kind in _FRACTIONAL:
        return lambda value: type(value) is float or _whole(value)
    return _whole if kind in _WHOLE else _shallow


def _many_checker(wanted: Type) -> Check:
    every = _every(wanted.item or ANY)
    if wanted.kind is Kind.MAP:
        return lambda value: isinstance(value, dict) and every([*value.values()])
    return lambda value: isinstance(value, list) and every(value)


def _every(wanted: Type) -> Callable[[list[object]], bool]:
    """Return the check of many values of one type; of texts only the classes are looked at, at the speed of C."""
    if wanted.kind in _CLASSES:
        classes = _CLASSES[wanted.kind] | ({type(None)} if wanted.nullable else set())
        return lambda values: classes.issuperset(map(type, values))
    item = checker(wanted)
    return lambda values: all(map(item, values))


def _record_checker(wanted: Type) -> Check:
    fields = {name: checker(of) for name, of in wanted.fields}

    def check(value: object) -> bool:
        return isinstance(value, dict) and all(fields.get(name, _shallow)(item) for name, item in value.items())

    return check


def _whole(value: object) -> bool:
    return type(value) is int and _SMALLEST_INT <= value <= _LARGEST_INT


def _shallow(value: object, deepest: int = DEEPEST) -> bool:
    """Tell whether untyped data is nested 64 deep at most, as comparing deeper data would exhaust the stack.

    Its whole numbers have 64 bits, like all others.
    """
    if isinstance(value, (list, dict)):
        inner = value.values() if isinstance(value, dict) else value
        return deepest > 0 and all(_shallow(item, deepest - 1) for item in inner)
    return type(value) is not int or _SMALLEST_INT <= value <= _LARGEST_INT
