"""Arithmetic: whether two amounts go together under a sign, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from hostproof.expr import model
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.needs import checked, solid
from hostproof.expr.check.words import UNITS, article, with_unit
from hostproof.expr.dimensions import NUMBERS, QUANTITIES, combine
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.facts.types import FLOAT, INT, STRING, Kind, Type

# What each sign is for, where nothing better can be said.
_USES = {
    "+": "+ takes two amounts of one kind, two texts or two lists",
    "-": "- takes two amounts of one kind",
    "*": "* takes an amount and a number or ratio, or a rate and a duration",
    "/": "/ takes two amounts of one kind, an amount and a number, or a size and a duration or rate",
    "%": "% takes two whole numbers, durations or sizes",
}


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
    end = first.end
    for (sign, _), operand in zip(parsed.rest, operands[1:], strict=True):
        combined = combine(sign, so_far, operand.type)
        if combined is None:
            _tell(sheet, _Side(sheet.quote(first.start, end), so_far), sign, operand, first.start)
            return None
        operation, result = combined
        if sign in "/%" and isinstance(operand, model.Literal) and operand.value == 0:
            hint = "it has no result on any host; write another divisor"
            sheet.report(
                "HP-E226", f"{sheet.quote(first.start, operand.end)} divides by zero", operand.start, operand.end, hint
            )
            return None
        wanted = _untyped_as(sign, result)
        if not steps and first.type.kind is Kind.ANY:
            first = checked(first, wanted)
        looked = checked(operand, wanted) if operand.type.kind is Kind.ANY else operand
        steps.append(model.Step(operation, looked, result, sign))
        so_far, end = result, operand.end
    return model.Arithmetic(parsed.start, parsed.end, so_far, first, tuple(steps))


def _untyped_as(sign: str, result: Type) -> Type:
    if result.kind is Kind.STRING:
        return STRING
    return INT if sign == "%" else FLOAT


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands on one side of a sign, as written."""

    text: str
    type: Type

    @property
    def literal(self) -> bool:
        """Whether it is a bare number."""
        return self.text.replace(".", "", 1).isdigit()


def _tell(sheet: Sheet, left: _Side, sign: str, operand: Node, start: int) -> None:
    right = _Side(sheet.shown(operand), operand.type)
    shown = sheet.quote(start, operand.end)
    message = f"{article(left.type)} and {article(right.type)} don't go together in {shown}"
    hint = _hint(left, sign, right) or _hint(right, sign, left) or _USES[sign]
    sheet.report("HP-E227", message, start, operand.end, hint)


def _hint(one: _Side, sign: str, other: _Side) -> str:
    """Return what to write for `one` beside `other`, or an empty text."""
    kind, beside = one.type.kind, other.type.kind
    if kind in NUMBERS and beside in UNITS and sign in "+-%":
        unit = with_unit(one.text, beside) if one.literal else f"{one.text} * 1{UNITS[beside][0]}"
        return f"give both a unit: write {unit}"
    if kind is Kind.ANY and beside in UNITS:
        return f"untyped data has no unit: write {one.text} * 1{UNITS[beside][0]}"
    if kind is Kind.STRING and sign == "+":
        together = f"a message puts values together: {{{one.text}}} {{{other.text}}}"
        return f'+ joins two texts: write "{other.text}"' if other.text[0].isdigit() else together
    if kind is Kind.SAMPLES:
        return f"reduce the samples first, as in mean({one.text})"
    if kind is beside is Kind.TIME:
        return "a time minus a time is a duration; times don't add up"
    return ""


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
