"""One rule for each kind of parsed node: a typed node out, or None with a problem told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from hostproof.expr import model
from hostproof.expr.check.calls import check_call, check_matching
from hostproof.expr.check.comparisons import check_comparison, check_membership
from hostproof.expr.check.comprehensions import check_comprehension
from hostproof.expr.check.context import Context, Sheet, solid_if
from hostproof.expr.check.mismatches import unit_hint
from hostproof.expr.check.names import check_path
from hostproof.expr.check.needs import truth
from hostproof.expr.check.sums import check_arithmetic, check_negative
from hostproof.expr.check.words import article
from hostproof.expr.dimensions import unify
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.expr.syntax.literals import Misspelt, read_number, read_text
from hostproof.facts.snapshot import Value
from hostproof.facts.types import BOOL, NULL, Kind, Type


def check_node(sheet: Sheet, parsed: nodes.Parsed, context: Context) -> Node | None:
    """Check one node of any kind; counts it."""
    sheet.size += 1
    return RULES[type(parsed)](sheet, parsed, context)


def _number(sheet: Sheet, parsed: nodes.Number, _: Context) -> Node | None:
    return _literal(sheet, parsed, read_number(parsed.text))


def _text(sheet: Sheet, parsed: nodes.Text, _: Context) -> Node | None:
    return _literal(sheet, parsed, read_text(parsed.text))


def _literal(sheet: Sheet, parsed: nodes.Parsed, read: Misspelt | tuple[Value, Type]) -> Node | None:
    if isinstance(read, Misspelt):
        sheet.report(read.code, read.message, parsed.start + read.start, parsed.start + read.end, read.hint)
        return None
    value, of = read
    return model.Literal(parsed.start, parsed.end, of, value)


def _constant(_: Sheet, parsed: nodes.Constant, __: Context) -> Node | None:
    value = {"true": True, "false": False, "null": None}[parsed.word]
    return model.Literal(parsed.start, parsed.end, NULL if value is None else BOOL, value)


def _list(sheet: Sheet, parsed: nodes.ListOf, context: Context) -> Node | None:
    items = sheet.nodes(parsed.items, context)
    if items is None:
        return None
    of: Type | None = items[0].type if items else None
    for item in items[1:]:
        joined = unify(of, item.type) if of is not None else None
        if joined is None:
            _tell_mixed(sheet, items[0], item)
            return None
        of = joined
    return model.ListOf(parsed.start, parsed.end, Type(Kind.LIST, of), items)


def _tell_mixed(sheet: Sheet, first: Node, item: Node) -> None:
    shown = sheet.shown(item)
    message = f"the items of a list are of one type: {shown} is {article(item.type)}, not {article(first.type)}"
    hint = unit_hint(sheet, item, first.type) or "write two lists, or compare with each: x == a or x == b"
    sheet.report("HP-E235", message, item.start, item.end, hint)


def _joined(sheet: Sheet, parsed: nodes.Joined, context: Context) -> Node | None:
    return _default(sheet, parsed, context) if parsed.sign == "??" else _logic(sheet, parsed, context)


def _logic(sheet: Sheet, parsed: nodes.Joined, context: Context) -> Node | None:
    """Check `and` and `or`; what an operand rules out, the operands behind it may rely on."""
    operands: list[Node] = []
    for operand in parsed.operands:
        node = sheet.node(operand, context)
        node = None if node is None else truth(sheet, node, f"`{parsed.sign}`")
        if node is not None:
            operands.append(node)
            context = context.knowing(solid_if(node, truth=parsed.sign == "and"))
    if len(operands) != len(parsed.operands):
        return None
    kind = model.And if parsed.sign == "and" else model.Or
    return kind(parsed.start, parsed.end, BOOL, tuple(operands))


def _default(sheet: Sheet, parsed: nodes.Joined, context: Context) -> Node | None:
    operands = sheet.nodes(parsed.operands, context)
    if operands is None:
        return None
    of = operands[0].type
    for operand in operands[1:]:
        joined = unify(of, operand.type)
        if joined is None:
            message = f"?? gives one type: {sheet.shown(operand)} is {article(operand.type)}, not {article(of)}"
            hint = unit_hint(sheet, operand, of) or f"write {article(of)}"
            sheet.report("HP-E235", message, operand.start, operand.end, hint)
            return None
        of = joined
    return model.Default(parsed.start, parsed.end, of, operands)


def _prefix(sheet: Sheet, parsed: nodes.Prefix, context: Context) -> Node | None:
    if parsed.sign == "-":
        return check_negative(sheet, parsed, context)
    operand = sheet.node(parsed.operand, context)
    operand = None if operand is None else truth(sheet, operand, "`not`")
    return None if operand is None else model.Not(parsed.start, parsed.end, BOOL, operand)


def _conditional(sheet: Sheet, parsed: nodes.Conditional, context: Context) -> Node | None:
    condition = sheet.node(parsed.condition, context)
    condition = None if condition is None else truth(sheet, condition, "`if`")
    if condition is None:
        return None
    then = sheet.node(parsed.then, context.knowing(solid_if(condition, truth=True)))
    otherwise = sheet.node(parsed.otherwise, context.knowing(solid_if(condition, truth=False)))
    if then is None or otherwise is None:
        return None
    of = unify(then.type, otherwise.type)
    if of is None:
        shown, found = sheet.shown(otherwise), article(otherwise.type)
        message = f"a choice gives one type: {shown} is {found}, not {article(then.type)}"
        hint = unit_hint(sheet, otherwise, then.type) or f"write {article(then.type)}"
        sheet.report("HP-E235", message, otherwise.start, otherwise.end, hint)
        return None
    return model.Conditional(parsed.start, parsed.end, of, then, condition, otherwise)


_Rule: TypeAlias = "Callable[[Sheet, nodes.Parsed, Context], Node | None]"
RULES: dict[type[nodes.Parsed], _Rule] = {
    nodes.Path: cast("_Rule", check_path),
    nodes.Attribute: cast("_Rule", check_path),
    nodes.Subscript: cast("_Rule", check_path),
    nodes.Number: cast("_Rule", _number),
    nodes.Text: cast("_Rule", _text),
    nodes.Constant: cast("_Rule", _constant),
    nodes.ListOf: cast("_Rule", _list),
    nodes.Joined: cast("_Rule", _joined),
    nodes.Prefix: cast("_Rule", _prefix),
    nodes.Conditional: cast("_Rule", _conditional),
    nodes.Comparison: cast("_Rule", check_comparison),
    nodes.Membership: cast("_Rule", check_membership),
    nodes.Matching: cast("_Rule", check_matching),
    nodes.Arithmetic: cast("_Rule", check_arithmetic),
    nodes.Call: cast("_Rule", check_call),
    nodes.Comprehension: cast("_Rule", check_comprehension),
}
