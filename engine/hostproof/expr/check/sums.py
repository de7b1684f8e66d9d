"""Arithmetic: whether two amounts go together under a sign, and what comes out."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.needs import article, checked, solid
from hostproof.expr.dimensions import NUMBERS, QUANTITIES, combine
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.facts.types import FLOAT, INT, STRING, Kind, Type

_WORDS = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by", "%": "divided by"}
_UNITS = {Kind.DURATION: "ms", Kind.BYTES: "KiB", Kind.RATIO: "%", Kind.RATE: "MB/s"}


def check_arithmetic(sheet: Sheet, parsed: nodes.Arithmetic, context: Context) -> Node | None:
    """Check a chain of `+ -` or of `* / %`, from left to right."""
    operands = sheet.nodes((parsed.first, *(operand for _, operand in parsed.rest)), context)
    if operands is None:
        return None
    unsound = [operand for operand in operands if not solid(sheet, operand)]
    if unsound:
        return None
    first, so_far = operands[0], operands[0].type
    steps: list[model.Step] = []
    for (sign, _), operand in zip(parsed.rest, operands[1:], strict=True):
        combined = combine(sign, so_far, operand.type)
        if combined is None:
            _tell(sheet, first, so_far, sign, operand)
            return None
        operation, result = combined
        if sign in "/%" and isinstance(operand, model.Literal) and operand.value == 0:
            sheet.report("HP-E226", "division by zero", operand.start, operand.end)
            return None
        wanted = _untyped_as(sign, result)
        if not steps and first.type.kind is Kind.ANY:
            first = checked(first, wanted)
        looked = checked(operand, wanted) if operand.type.kind is Kind.ANY else operand
        steps.append(model.Step(operation, looked, result, sign))
        so_far = result
    return model.Arithmetic(parsed.start, parsed.end, so_far, first, tuple(steps))


def _untyped_as(sign: str, result: Type) -> Type:
    if result.kind is Kind.STRING:
        return STRING
    return INT if sign == "%" else FLOAT


def _tell(sheet: Sheet, first: Node, left: Type, sign: str, right: Node) -> None:
    shown = sheet.quote(first.start, right.end)
    message = f"{article(left)} and {article(right.type)} don't go together in {shown}"
    sheet.report("HP-E227", message, first.start, right.end, _hint(sheet, left, sign, right))


def _hint(sheet: Sheet, left: Type, sign: str, right: Node) -> str:
    pair = ((left, right.type), (right.type, left))
    for one, other in pair:
        if sign in "+-" and one.kind in _UNITS and other.kind in NUMBERS:
            written = sheet.shown(right) if isinstance(right, model.Literal) and other is right.type else "1"
            return f"give both a unit: write {written}{_UNITS[one.kind]}"
        if one.kind is Kind.ANY and other.kind in _UNITS:
            return f"untyped data has no unit: give it one, as in x * 1{_UNITS[other.kind]}"
        if one.kind is Kind.STRING and other.kind not in QUANTITIES - NUMBERS:
            return "a message puts values together: write {name} inside it"
        if one.kind is Kind.TIME and other.kind is Kind.TIME:
            return "a time minus a time is a duration; times don't add up"
        if one.kind is Kind.SAMPLES:
            return "reduce the samples first, as in mean(x)"
    return "see the table of units in the language reference"


def check_negative(sheet: Sheet, parsed: nodes.Prefix, context: Context) -> Node | None:
    """Check `-operand`; a negative literal is one literal."""
    operand = sheet.node(parsed.operand, context)
    if operand is None or not solid(sheet, operand):
        return None
    of = operand.type
    if of.kind not in (QUANTITIES - {Kind.TIME}) | {Kind.ANY}:
        sheet.report("HP-E227", f"{article(of)} has no sign", parsed.start, parsed.end, "- takes numbers and amounts")
        return None
    result = INT if of.kind is Kind.COUNT else FLOAT if of.kind is Kind.ANY else of
    if isinstance(operand, model.Literal) and isinstance(operand.value, (int, float)):
        return model.Literal(parsed.start, parsed.end, result, -operand.value)
    return model.Negative(parsed.start, parsed.end, result, checked(operand, FLOAT) if of.kind is Kind.ANY else operand)
