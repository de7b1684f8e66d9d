"""What to say of two values that can't be compared, and what to write instead."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.check.context import Sheet
from hostproof.expr.check.words import AMOUNTS, UNITS, article, plural, spelling, with_unit, without_unit
from hostproof.expr.dimensions import HOLDERS, NUMBERS, ORDERED, SEQUENCES, comparable
from hostproof.expr.model import Node
from hostproof.facts.types import Kind, Type

# The function that makes a version of a text.
_MADE_BY = {Kind.VERSION: "version", Kind.DEBIAN: "debian_version"}


def tell_incomparable(sheet: Sheet, left: Node, right: Node) -> None:
    """Say why two values can't be compared: which of them to blame, and how it is written."""
    for node, other in ((right, left), (left, right)):
        if _tell_literal(sheet, node, other):
            return
    for node, other in ((left, right), (right, left)):
        if node.type.kind is Kind.ANY and other.type.kind in UNITS:
            unit = UNITS[other.type.kind][0]
            shown, amount = sheet.shown(node), sheet.shown(other)
            message = f"{shown} is untyped and has no unit, and {amount} is {article(other.type)}"
            hint = f"give it its unit: {shown} * 1{unit}"
            sheet.report("HP-E232", message, node.start, node.end, hint)
            return
    what = f"{sheet.shown(left)} is {article(left.type)}, and {sheet.shown(right)} is {article(right.type)}"
    hint = _hint(sheet, left, right)
    sheet.report("HP-E231", f"{what}: they can't be compared", left.start, right.end, hint)


def _hint(sheet: Sheet, left: Node, right: Node) -> str:
    for node, other in ((left, right), (right, left)):
        shown, written, kind = sheet.shown(node), sheet.shown(other), node.type.kind
        if kind in SEQUENCES:
            return _list_hint(shown, node.type, written, other.type)
        if kind in _MADE_BY and other.type.kind in {Kind.STRING, Kind.VERSION}:
            return f"write {_MADE_BY[kind]}({written})"
        if kind is Kind.RATIO and other.type.kind in NUMBERS:
            return f"write {shown} * 100 to count percents"
        if kind is Kind.RECORD:
            return f"compare a field of it, as in {shown}.{node.type.fields[0][0]}"
    return "only values of one kind are compared"


def _list_hint(shown: str, of: Type, written: str, other: Type) -> str:
    if of.kind is Kind.SAMPLES and other.kind in ORDERED:
        return f"write p99({shown}) or max({shown})"
    if other.kind in NUMBERS:
        return f"write len({shown})"
    if of.item is not None and other.kind not in HOLDERS and comparable(of.item, other):
        return f"write {written} in {shown}"
    return f"compare its items, as in all(i in {shown}: ...)"


def _tell_literal(sheet: Sheet, node: Node, other: Node) -> bool:
    """Tell the problem if `node` is a literal that should have been written differently beside `other`."""
    if not isinstance(node, model.Literal) or other.type.kind in HOLDERS | {Kind.ANY, Kind.RECORD}:
        return False
    code, hint = _as_written(sheet, node, other)
    what = f"{sheet.shown(other)} is {article(other.type)}"
    sheet.report(code, f"{what}, and {sheet.shown(node)} is {article(node.type)}", node.start, node.end, hint)
    return True


def _as_written(sheet: Sheet, node: model.Literal, other: Node) -> tuple[str, str]:
    """Return the code, and how the literal is written beside the other value; empty if that can't be said."""
    kind, written = other.type.kind, sheet.shown(node)
    if node.type.kind in NUMBERS:
        return _number_written(written, other)
    if node.type.kind in UNITS and kind in NUMBERS:
        return "HP-E232", f"write {without_unit(written, node.value)}, without a unit"
    if node.type.kind in UNITS and kind in UNITS:
        return "HP-E232", f"write {article(other.type.required())} such as {AMOUNTS[kind]}"
    if node.type.kind is Kind.STRING and kind in _MADE_BY:
        return "HP-E231", f"write {_MADE_BY[kind]}({written})"
    if node.type.kind is Kind.STRING and (kind in NUMBERS or kind in UNITS):
        return "HP-E231", f"write {str(node.value)[:40]} without quotes"
    return "HP-E231", _spelt(other.type)


def _spelt(of: Type) -> str:
    return f"{article(of)} is written {spelling(of)}" if spelling(of) else f"compare it with {article(of)}"


def _number_written(written: str, other: Node) -> tuple[str, str]:
    kind = other.type.kind
    if kind is Kind.RATIO and isinstance(other, model.Arithmetic):
        return "HP-E232", f"write {written}.0 for {written} times as much, or {written}%"
    if kind in UNITS:
        return "HP-E232", f"write {with_unit(written, kind)}"
    if kind in _MADE_BY:
        return "HP-E231", f'write {_MADE_BY[kind]}("{written}")'
    if kind is Kind.STRING:
        return "HP-E231", f'write "{written}"'
    return "HP-E231", _spelt(other.type)


def unit_hint(sheet: Sheet, node: Node, wanted: Type) -> str:
    """Return how a literal is written where an amount of another type is wanted; empty if that can't be said."""
    if not isinstance(node, model.Literal) or wanted.kind not in UNITS:
        return ""
    if node.type.kind in NUMBERS:
        return f"write {with_unit(sheet.shown(node), wanted.kind)}"
    return f"write {article(wanted.required())} such as {AMOUNTS[wanted.kind]}"


def tell_items(sheet: Sheet, item: Node, container: Node, inner: Type) -> None:
    """Say that a list holds values of another type than the one looked for."""
    shown, listed = sheet.shown(item), sheet.shown(container)
    message = f"the items of {listed} are {plural(inner)}, and {shown} is {article(item.type)}"
    sheet.report("HP-E231", message, item.start, item.end, _items_hint(sheet, item, container, inner))


def _items_hint(sheet: Sheet, item: Node, container: Node, inner: Type) -> str:
    shown, listed = sheet.shown(item), sheet.shown(container)
    if inner.kind is Kind.RECORD:
        return f"look at a field of each: any(i in {listed}: i.{inner.fields[0][0]} == {shown})"
    if not isinstance(container, model.ListOf):
        return f"look for {article(inner)}"
    first = sheet.shown(container.items[0])
    if item.type.kind in UNITS and inner.kind in NUMBERS:
        return f"write the items with a unit, as in [{first}{UNITS[item.type.kind][0]}]"
    if item.type.kind is Kind.VERSION:
        return f"write the items as versions, as in [{_version(first)}]"
    if item.type.kind is Kind.STRING:
        return "write the items in quotes"
    return "write the items without quotes" if inner.kind is Kind.STRING else f"look for {article(inner)}"


def _version(written: str) -> str:
    return f"version({written})" if written[:1] in "\"'r" else f'version("{written}")'


def tell_no_key(sheet: Sheet, item: Node, container: Node) -> None:
    """Say that what is looked for among the keys of a map is no text."""
    shown, listed = sheet.shown(item), sheet.shown(container)
    message = f"the keys of {listed} are texts, and {shown} is {article(item.type)}"
    sheet.report("HP-E231", message, item.start, item.end, f"look among its values: {shown} in values({listed})")


def tell_no_container(sheet: Sheet, item: Node, container: Node) -> None:
    """Say that nothing can be in a value."""
    shown = sheet.shown(container)
    hint = "`in` looks into lists, and among the keys of maps"
    if container.type.kind is Kind.STRING:
        hint = f"write contains({shown}, {sheet.shown(item)}), or == for the whole text"
    message = f"{shown} is {article(container.type)} and holds no items"
    sheet.report("HP-E236", message, container.start, container.end, hint)
