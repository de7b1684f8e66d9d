"""The comparisons `== != < <= > >=`: how two types are compared, and the comparison itself."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TypeAlias, cast

from hostproof.expr import untyped
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.unknown import Cause
from hostproof.facts.versions import version_key

Test: TypeAlias = Callable[[Value, Value], bool]

SIGNS: dict[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": cast("Callable[[object, object], bool]", operator.lt),
    "<=": cast("Callable[[object, object], bool]", operator.le),
    ">": cast("Callable[[object, object], bool]", operator.gt),
    ">=": cast("Callable[[object, object], bool]", operator.ge),
}
FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def manner(left: Type, right: Type) -> str:
    """Say how values of two comparable types are compared.

    `plain` as Python compares the erased values, `untyped` with a look at both, and by the keys of `VERSIONS`.
    """
    kinds = {left.kind, right.kind}
    if Kind.VERSION in kinds or Kind.DEBIAN in kinds:
        return str(Kind.VERSION if Kind.VERSION in kinds else Kind.DEBIAN)
    return "untyped" if _untyped(left) or _untyped(right) else "plain"


def _untyped(of: Type) -> bool:
    if of.kind in {Kind.LIST, Kind.SAMPLES}:
        return of.item is not None and (_untyped(of.item) or of.item.kind in {Kind.VERSION, Kind.DEBIAN})
    return of.kind is Kind.ANY


def test(sign: str, how: str) -> Test:
    """Return the comparison `sign` in the manner `how`; it raises UndecidedError for untyped data it cannot compare."""
    plain = SIGNS[sign]
    if how == "plain":
        return cast("Test", plain)
    if how in VERSIONS:
        order = VERSIONS[how]
        return lambda left, right: plain(order(left), order(right))
    if sign in {"==", "!="}:
        return lambda left, right: untyped.equal(left, right) is (sign == "==")
    return lambda left, right: plain(*untyped.ordered(left, right))


def version_order(value: Value) -> object:
    """Return what a version is ordered by; null stays null, which equals only itself."""
    return None if value is None else version_key(untyped.text(value))


def debian_order(value: Value) -> object:
    """Return what a Debian version is ordered by; null stays null."""
    from hostproof.facts.debian import debian_key  # few rules compare packages

    if value is None:
        return None
    try:
        return debian_key(untyped.text(value))
    except ValueError as problem:
        raise UndecidedError(Cause.PARSE_ERROR, str(problem)) from None


# How versions of each kind are ordered.
VERSIONS: dict[str, Callable[[Value], object]] = {
    str(Kind.VERSION): version_order,
    str(Kind.DEBIAN): debian_order,
}


def member(item: Value, items: Value, how: str) -> bool:
    """Say whether an item stands in a list (or among the keys of a map), compared in the manner `how`.

    Untyped data may turn out to be neither; a text in particular holds no items.
    """
    if isinstance(items, dict):
        return untyped.text(item) in items
    if not isinstance(items, list):
        raise untyped.mistyped(items, "a list or map")
    same = test("==", how)
    return any(same(item, other) for other in items)
