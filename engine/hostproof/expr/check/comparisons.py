"""Comparisons and memberships: whether two types may meet, and what to write where they may not."""

from __future__ import annotations

import re

from hostproof.expr import model
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.needs import article, as_type, checked, solid
from hostproof.expr.dimensions import HOLDERS, NUMBERS, ORDERED, SEQUENCES, comparable, ordered
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.facts.types import ANY, BOOL, STRING, Kind, Type, list_of
from hostproof.facts.units import format_value

_UP, _DOWN = frozenset({"<", "<="}), frozenset({">", ">="})
_VERSION_LIKE = re.compile(r"(?:go|v)?[0-9]+\.[0-9]+[A-Za-z0-9.+~-]*")
# The unit offered for a bare number, by what it is compared with.
_UNITS = {Kind.DURATION: ("ms", "s"), Kind.BYTES: ("B", "KiB"), Kind.RATIO: ("%",), Kind.RATE: ("B/s", "MB/s")}
_EXAMPLES = {Kind.TIME: 'timestamp("2024-05-01T00:00:00Z")', Kind.VERSION: 'version("6.1")', Kind.STRING: '"text"'}


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
    sheet.report("HP-E213", message, parsed.start, parsed.end, "join two comparisons by `and`")
    return False


def _check_link(sheet: Sheet, left: Node, sign: str, right: Node) -> bool:
    if sign in {"==", "!="}:
        if not comparable(left.type, right.type):
            _tell(sheet, left, right)
            return False
        _warn_never_null(sheet, left, right)
        return True
    if not (solid(sheet, left) & solid(sheet, right)):
        return False
    if not comparable(left.type, right.type):
        _tell(sheet, left, right)
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


def _tell(sheet: Sheet, left: Node, right: Node) -> None:
    """Say why two values can't be compared, and what to write instead."""
    for node, other in ((right, left), (left, right)):
        if _tell_literal(sheet, node, other):
            return
    for node, other in ((left, right), (right, left)):
        if node.type.kind is Kind.ANY and other.type.kind in _UNITS:
            unit = _UNITS[other.type.kind][0]
            message = f"{sheet.shown(node)} is untyped and has no unit, {sheet.shown(other)} is {article(other.type)}"
            hint = f"give it its unit: {sheet.shown(node)} * 1{unit}"
            sheet.report("HP-E232", message, node.start, node.end, hint)
            return
    message = f"{sheet.shown(left)} is {article(left.type)}, {sheet.shown(right)} is {article(right.type)}"
    sheet.report(
        "HP-E231", f"{message}: they can't be compared", left.start, right.end, _general_hint(sheet, left, right)
    )


def _general_hint(sheet: Sheet, left: Node, right: Node) -> str:
    for node, other in ((left, right), (right, left)):
        if node.type.kind in {Kind.SAMPLES, Kind.LIST} and other.type.kind in ORDERED:
            shown = sheet.shown(node)
            return f"write p99({shown}) or max({shown})" if node.type.kind is Kind.SAMPLES else f"write len({shown})"
        if node.type.kind is Kind.VERSION and other.type.kind is Kind.STRING:
            return f"write version({sheet.shown(other)})"
        if node.type.kind is Kind.RATIO and other.type.kind in NUMBERS:
            return f"write {sheet.shown(node)} * 100 to count percents"
    return ""


def _tell_literal(sheet: Sheet, node: Node, other: Node) -> bool:
    """Tell the problem if `node` is a literal that should have been written differently beside `other`."""
    if not isinstance(node, model.Literal) or other.type.kind in HOLDERS:
        return False
    kind, written = other.type.kind, sheet.shown(node)
    what = f"{sheet.shown(other)} is {article(other.type)}"
    hint, code = "", "HP-E231"
    if node.type.kind in NUMBERS:
        hint, code = _number_hint(sheet, node, other)
    elif node.type.kind is Kind.STRING and kind is Kind.VERSION:
        hint = f"write version({written})"
    elif node.type.kind is Kind.STRING and (kind in NUMBERS or kind in _UNITS):
        hint = f"write {str(node.value)[:40]} without quotes"
    elif node.type.kind in _UNITS and kind in NUMBERS and isinstance(node.value, (int, float)):
        hint, code = f"write {format_value(node.value, Type(Kind.INT))}, without a unit", "HP-E232"
    elif node.type.kind in _UNITS and kind in _UNITS:
        hint, code = f"write {kind} such as 1{_UNITS[kind][0]}", "HP-E232"
    elif kind in _EXAMPLES:
        hint = f"{article(other.type)} is written {_EXAMPLES[kind]}"
    else:
        return False
    sheet.report(code, f"{what}, and {written} is {article(node.type)}", node.start, node.end, hint)
    return True


def _number_hint(sheet: Sheet, node: model.Literal, other: Node) -> tuple[str, str]:
    kind, written = other.type.kind, sheet.shown(node)
    if kind is Kind.RATIO and isinstance(other, model.Arithmetic):
        return f"write {written}.0 for {written} times as much, or {written}%", "HP-E232"
    if kind in _UNITS:
        return "write " + " or ".join(f"{written}{unit}" for unit in _UNITS[kind]), "HP-E232"
    if kind is Kind.VERSION:
        return f'write version("{written}")', "HP-E231"
    if kind is Kind.STRING:
        return f'write "{written}"', "HP-E231"
    return (f"{article(other.type)} is written {_EXAMPLES[kind]}" if kind in _EXAMPLES else ""), "HP-E231"


def check_membership(sheet: Sheet, parsed: nodes.Membership, context: Context) -> Node | None:
    """Check `item in container`: a list, or the keys of a map."""
    item, container = sheet.node(parsed.item, context), sheet.node(parsed.container, context)
    if item is None or container is None or not solid(sheet, container):
        return None
    kind = container.type.kind
    if kind is Kind.ANY:
        key = item.type.kind is Kind.STRING
        container = container if key else checked(container, list_of(ANY))
    elif kind in SEQUENCES:
        inner = container.type.item
        if inner is not None and not comparable(item.type, inner):
            _tell_items(sheet, item, container, inner)
            return None
    elif kind in {Kind.MAP, Kind.RECORD}:
        if as_type(item, STRING) is None:
            message = f"the keys of {sheet.shown(container)} are texts, and {sheet.shown(item)} is {article(item.type)}"
            sheet.report("HP-E231", message, item.start, item.end)
            return None
    else:
        _no_container(sheet, item, container)
        return None
    return model.Membership(parsed.start, parsed.end, BOOL, item, container, parsed.negated)


def _tell_items(sheet: Sheet, item: Node, container: Node, inner: Type) -> None:
    message = (
        f"the items of {sheet.shown(container)} are of type {inner}, and {sheet.shown(item)} is {article(item.type)}"
    )
    hint = ""
    if isinstance(container, model.ListOf) and item.type.kind in _UNITS and inner.kind in NUMBERS:
        hint = f"write the items with a unit, such as 1{_UNITS[item.type.kind][0]}"
    if isinstance(container, model.ListOf) and item.type.kind is Kind.VERSION:
        hint = 'write the items as version("6.1")'
    sheet.report("HP-E231", message, item.start, item.end, hint)


def _no_container(sheet: Sheet, item: Node, container: Node) -> None:
    shown = sheet.shown(container)
    hint = "`in` looks into lists, and among the keys of maps"
    if container.type.kind is Kind.STRING:
        hint = f"write contains({shown}, {sheet.shown(item)}), or == for the whole text"
    sheet.report(
        "HP-E236", f"{shown} is {article(container.type)} and holds no items", container.start, container.end, hint
    )
