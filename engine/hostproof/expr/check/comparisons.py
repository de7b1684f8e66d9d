"""Comparisons and memberships: whether two types may meet."""

from __future__ import annotations

import re

from hostproof.expr import model
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.mismatches import tell_incomparable, tell_items, tell_no_container, tell_no_key
from hostproof.expr.check.needs import as_type, checked, solid
from hostproof.expr.check.words import article
from hostproof.expr.dimensions import SEQUENCES, comparable, ordered
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.facts.types import ANY, BOOL, STRING, Kind, list_of

_UP, _DOWN = frozenset({"<", "<="}), frozenset({">", ">="})
_VERSION_LIKE = re.compile(r"(?:go|v)?[0-9]+\.[0-9]+[A-Za-z0-9.+~-]*")


def check_comparison(sheet: Sheet, parsed: nodes.Comparison, context: Context) -> Node | None:
    """Check a chain of `== != < <= > >=`."""
    signs = [sign for sign, _ in parsed.rest]
    one_way = _points_one_way(sheet, parsed, signs)
    operands = sheet.nodes((parsed.first, *(operand for _, operand in parsed.rest)), context)
    if operands is None:
        return None
    links = zip(operands, signs, operands[1:], strict=False)
    sound = [_check_link(sheet, left, sign, right) for left, sign, right in links]
    if not one_way or not all(sound):
        return None
    rest = tuple(zip(signs, operands[1:], strict=True))
    return model.Comparison(parsed.start, parsed.end, BOOL, operands[0], rest)


def _points_one_way(sheet: Sheet, parsed: nodes.Comparison, signs: list[str]) -> bool:
    together = set(signs)
    if len(signs) == 1 or together <= _UP or together <= _DOWN or together == {"=="}:
        return True
    message = f"a chain of comparisons goes one way, and this one has {' and '.join(dict.fromkeys(signs))}"
    operands = [sheet.quote(node.start, node.end) for node in (parsed.first, *(node for _, node in parsed.rest))]
    links = (f"{left} {sign} {right}" for left, sign, right in zip(operands, signs, operands[1:], strict=False))
    sheet.report("HP-E213", message, parsed.start, parsed.end, f"join them by `and`: {' and '.join(links)}")
    return False


def _check_link(sheet: Sheet, left: Node, sign: str, right: Node) -> bool:
    if sign in {"==", "!="}:
        if not comparable(left.type, right.type):
            tell_incomparable(sheet, left, right)
            return False
        _warn_never_null(sheet, left, right)
        return True
    if not (solid(sheet, left) & solid(sheet, right)):
        return False
    if not comparable(left.type, right.type):
        tell_incomparable(sheet, left, right)
        return False
    unordered = [node for node in (left, right) if not ordered(node.type)]
    for node in unordered[:1]:
        message = f"{article(node.type)} has no order, so {sign} means nothing for {sheet.shown(node)}"
        sheet.report("HP-E233", message, node.start, node.end, "compare with == or !=")
    _warn_text_order(sheet, left, right)
    return not unordered


def _warn_never_null(sheet: Sheet, left: Node, right: Node) -> None:
    for node, other in ((left, right), (right, left)):
        is_null = isinstance(other, model.Literal) and other.value is None
        if is_null and not node.type.nullable and node.type.kind not in {Kind.ANY, Kind.NULL}:
            message = f"{sheet.shown(node)} is {article(node.type)} and never null"
            hint = f"whether it could be learnt is known({sheet.shown(node)})"
            sheet.report("HP-W202", message, left.start, right.end, hint)


def _warn_text_order(sheet: Sheet, left: Node, right: Node) -> None:
    for node in (left, right):
        text = node.value if isinstance(node, model.Literal) and node.type.kind is Kind.STRING else None
        if isinstance(text, str) and _VERSION_LIKE.fullmatch(text):
            hint = f'compare versions: version({sheet.shown(right if node is left else left)}) and version("{text}")'
            sheet.report("HP-W203", 'texts are ordered letter by letter: "4.9" > "4.10"', node.start, node.end, hint)


def check_membership(sheet: Sheet, parsed: nodes.Membership, context: Context) -> Node | None:
    """Check `item in container`: a list, or the keys of a map."""
    item, container = sheet.node(parsed.item, context), sheet.node(parsed.container, context)
    if item is None or container is None or not solid(sheet, container):
        return None
    kind = container.type.kind
    if kind is Kind.ANY:
        if not comparable(item.type, ANY):
            _tell_unit_lost(sheet, item, container)
            return None
        key = item.type.kind is Kind.STRING
        container = container if key else checked(container, list_of(ANY))
    elif kind in SEQUENCES:
        inner = container.type.item
        if inner is not None and not comparable(item.type, inner):
            tell_items(sheet, item, container, inner)
            return None
    elif kind in {Kind.MAP, Kind.RECORD}:
        if as_type(item, STRING) is None:
            tell_no_key(sheet, item, container)
            return None
    else:
        tell_no_container(sheet, item, container)
        return None
    return model.Membership(parsed.start, parsed.end, BOOL, item, container, parsed.negated)


def _tell_unit_lost(sheet: Sheet, item: Node, container: Node) -> None:
    shown, listed = sheet.shown(item), sheet.shown(container)
    message = f"{listed} is untyped, and {shown} is {article(item.type)}: it can't be among untyped data"
    unit = {Kind.DURATION: "1ms", Kind.BYTES: "1B", Kind.RATIO: "1%"}.get(item.type.kind)
    hint = f"give the items their unit: any(i in {listed}: i * {unit} == {shown})" if unit else "look for a plain value"
    sheet.report("HP-E232", message, item.start, item.end, hint)
