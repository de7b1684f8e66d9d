"""What a sign makes of two types: which values may be compared, added, multiplied, and what comes out."""

from __future__ import annotations

from hostproof.facts.types import (
    ANY,
    BYTES,
    COUNT,
    DURATION,
    FLOAT,
    INT,
    RATE,
    RATIO,
    STRING,
    TIME,
    Kind,
    Type,
)

NUMBERS = frozenset({Kind.INT, Kind.COUNT, Kind.FLOAT})
QUANTITIES = frozenset({*NUMBERS, Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.RATE, Kind.TIME})
WHOLE = frozenset({Kind.INT, Kind.COUNT, Kind.DURATION, Kind.BYTES, Kind.TIME})
SEQUENCES = frozenset({Kind.LIST, Kind.SAMPLES})
ORDERED = frozenset({*QUANTITIES, Kind.VERSION, Kind.DEBIAN, Kind.STRING})
HOLDERS = frozenset({*SEQUENCES, Kind.MAP})
UNITS = frozenset({Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.RATE, Kind.TIME})
# What untyped JSON can be: it never carries a unit.
UNTYPED = frozenset({*NUMBERS, Kind.STRING, Kind.BOOL, Kind.VERSION, Kind.DEBIAN, Kind.LIST, Kind.NULL, Kind.ANY})

# (sign, left, right) -> operation, result. Numbers among themselves follow other rules: `_numbers`.
_TABLE: dict[tuple[str, Kind, Kind], tuple[str, Type]] = {
    ("*", Kind.RATE, Kind.DURATION): ("transferred", BYTES),
    ("*", Kind.DURATION, Kind.RATE): ("transferred", BYTES),
    ("*", Kind.RATIO, Kind.RATIO): ("multiply", RATIO),
    ("/", Kind.BYTES, Kind.DURATION): ("per_second", RATE),
    ("/", Kind.BYTES, Kind.RATE): ("seconds_for", DURATION),
    ("/", Kind.RATIO, Kind.RATIO): ("divide", RATIO),
    ("/", Kind.RATE, Kind.RATE): ("divide", RATIO),
    ("/", Kind.DURATION, Kind.DURATION): ("divide", RATIO),
    ("/", Kind.BYTES, Kind.BYTES): ("divide", RATIO),
    ("%", Kind.DURATION, Kind.DURATION): ("remainder", DURATION),
    ("%", Kind.BYTES, Kind.BYTES): ("remainder", BYTES),
    ("%", Kind.TIME, Kind.DURATION): ("remainder", DURATION),
    ("+", Kind.TIME, Kind.DURATION): ("add", TIME),
    ("+", Kind.DURATION, Kind.TIME): ("add", TIME),
    ("-", Kind.TIME, Kind.DURATION): ("subtract", TIME),
    ("-", Kind.TIME, Kind.TIME): ("subtract", DURATION),
    ("+", Kind.RATIO, Kind.FLOAT): ("add", RATIO),
    ("+", Kind.FLOAT, Kind.RATIO): ("add", RATIO),
    ("-", Kind.RATIO, Kind.FLOAT): ("subtract", RATIO),
    ("-", Kind.FLOAT, Kind.RATIO): ("subtract", RATIO),
    ("+", Kind.STRING, Kind.STRING): ("join_texts", STRING),
    ("+", Kind.STRING, Kind.ANY): ("join_texts", STRING),
    ("+", Kind.ANY, Kind.STRING): ("join_texts", STRING),
}
_SCALED = {Kind.DURATION: DURATION, Kind.BYTES: BYTES, Kind.RATE: RATE}
_ADDED = {"+": "add", "-": "subtract"}


def combine(sign: str, left: Type, right: Type) -> tuple[str, Type] | None:
    """Return the operation and the type of `left sign right`, or None if they don't go together.

    Nulls must have been ruled out before.
    """
    found = _TABLE.get((sign, left.kind, right.kind))
    if found is not None:
        return found
    if _is_number(left) and _is_number(right):
        return _numbers(sign, left, right)
    if left.kind is right.kind and sign in _ADDED and left.kind in {Kind.DURATION, Kind.BYTES, Kind.RATE, Kind.RATIO}:
        return _ADDED[sign], left.required()
    if sign in "*/":
        return _scale(sign, left, right)
    if sign == "+" and left.kind is right.kind is Kind.LIST:
        item = unify(left, right)
        return None if item is None else ("join_lists", item)
    return None


def _is_number(of: Type) -> bool:
    return of.kind in NUMBERS or of.kind is Kind.ANY


def _numbers(sign: str, left: Type, right: Type) -> tuple[str, Type] | None:
    """Numbers without a unit, untyped ones included: those give floats, as they may be either."""
    kinds = {left.kind, right.kind}
    if sign == "/":
        return "divide", FLOAT
    if sign == "%":
        return None if Kind.FLOAT in kinds else ("remainder", INT)
    if kinds & {Kind.FLOAT, Kind.ANY}:
        return {"+": "add", "-": "subtract", "*": "multiply"}[sign], FLOAT
    counts = kinds == {Kind.COUNT} and sign != "-"
    return {"+": "add", "-": "subtract", "*": "multiply"}[sign], COUNT if counts else INT


def _scale(sign: str, left: Type, right: Type) -> tuple[str, Type] | None:
    """Combine a quantity with a number or a ratio, or a number with a ratio."""
    if sign == "*" and left.kind not in _SCALED:
        left, right = right, left
    factor = _is_number(right) or right.kind is Kind.RATIO
    if left.kind in _SCALED and factor:
        whole = "" if left.kind is Kind.RATE else "_whole"
        return {"*": "multiply", "/": "divide"}[sign] + whole, _SCALED[left.kind]
    if Kind.RATIO in {left.kind, right.kind} and (_is_number(left) or _is_number(right)):
        by_number = sign == "/" and left.kind is Kind.RATIO
        return {"*": "multiply", "/": "divide"}[sign], RATIO if by_number else FLOAT
    return None


def comparable(left: Type, right: Type) -> bool:
    """Say whether `left == right` has a meaning; null goes with whatever may be null."""
    if Kind.NULL in {left.kind, right.kind}:
        return True
    if Kind.ANY in {left.kind, right.kind}:
        return {left.kind, right.kind} <= UNTYPED and not has_unit(left) and not has_unit(right)
    if left.kind is Kind.LIST and right.kind is Kind.LIST:
        return left.item is None or right.item is None or comparable(left.item, right.item)
    if _group(left) is _group(right):
        return left.kind in ORDERED or left.kind is Kind.BOOL
    return {left.kind, right.kind} == {Kind.RATIO, Kind.FLOAT}


def _group(of: Type) -> Kind:
    return Kind.FLOAT if of.kind in NUMBERS else of.kind


def ordered(of: Type) -> bool:
    """Say whether `<` has a meaning for values of the type."""
    return of.kind in ORDERED or of.kind is Kind.ANY


def unify(left: Type, right: Type) -> Type | None:
    """Return the one type that holds values of both, or None."""
    nullable = left.nullable or right.nullable or Kind.NULL in {left.kind, right.kind}
    joined = _unify(left.required(), right.required())
    return joined.optional() if joined is not None and nullable and joined.kind is not Kind.ANY else joined


def _unify(left: Type, right: Type) -> Type | None:
    if left == right or right.kind is Kind.NULL:
        return left
    kinds = {left.kind, right.kind}
    if left.kind is Kind.NULL:
        return right
    if Kind.ANY in kinds:
        return None if has_unit(left) or has_unit(right) else ANY
    if kinds <= NUMBERS:
        return FLOAT if Kind.FLOAT in kinds else INT
    if kinds == {Kind.RATIO, Kind.FLOAT}:
        return RATIO
    return _unify_items(left, right) if left.kind is right.kind else None


def _unify_items(left: Type, right: Type) -> Type | None:
    if left.kind not in HOLDERS:
        return None
    if left.item is None or right.item is None:
        return left if right.item is None else right
    item = unify(left.item, right.item)
    return None if item is None else Type(left.kind, item)


def assignable(given: Type, wanted: Type) -> bool:
    """Say whether a value of type `given` may stand where `wanted` is asked for; `any` is looked at when it is met."""
    if Kind.ANY in {given.kind, wanted.kind}:
        return wanted.kind not in UNITS
    if given.nullable or given.kind is Kind.NULL:
        return wanted.kind is Kind.NULL or (
            wanted.nullable and (given.kind is Kind.NULL or assignable(given.required(), wanted))
        )
    if given.kind in HOLDERS and wanted.kind in HOLDERS:
        return _holds(given, wanted)
    if given.kind in NUMBERS and wanted.kind in NUMBERS:
        return wanted.kind is Kind.FLOAT or given.kind is not Kind.FLOAT
    return given.required() == wanted.required() or (given.kind, wanted.kind) == (Kind.FLOAT, Kind.RATIO)


def _holds(given: Type, wanted: Type) -> bool:
    """Compare what two lists, samples or maps hold; lists and samples may stand for each other."""
    if (given.kind is Kind.MAP) is not (wanted.kind is Kind.MAP):
        return False
    return given.item is None or wanted.item is None or assignable(given.item, wanted.item)


def has_unit(of: Type) -> bool:
    """Say whether a value, or one inside it, carries a unit: among untyped data it would be lost."""
    return of.kind in UNITS or any(map(has_unit, _inner(of)))


def has_any(of: Type) -> bool:
    """Say whether a type is untyped data, or holds some."""
    return of.kind is Kind.ANY or any(map(has_any, _inner(of)))


def _inner(of: Type) -> list[Type]:
    fields = [field for _, field in of.fields]
    return fields if of.item is None else [*fields, of.item]
