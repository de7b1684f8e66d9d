"""What a place in an expression asks of the value that stands there: a type, no null, a hint for what to write."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.check.context import Sheet, place
from hostproof.expr.check.words import article, spelling
from hostproof.expr.dimensions import NUMBERS, assignable, has_any
from hostproof.expr.model import Node
from hostproof.facts.types import BOOL, Kind, Type


def solid(sheet: Sheet, node: Node) -> bool:
    """Say whether a value can't be null here; tells the problem if it can."""
    if not node.type.nullable and node.type.kind is not Kind.NULL:
        return True
    shown = sheet.shown(node)
    if node.type.kind is Kind.NULL:
        hint = "null is only compared, with == or !="
        sheet.report("HP-E234", "null is no value to work with", node.start, node.end, hint)
        return False
    hint = f"say what null means: {shown} == null or ... lets it pass, {shown} != null and ... doesn't"
    if place(node) is None:
        hint = "give it a name in `let`, and write name != null and ... before it"
    message = f"{shown} is {article(node.type)}, and null must be ruled out here"
    sheet.report("HP-E234", message, node.start, node.end, hint)
    return False


def as_type(node: Node, wanted: Type) -> Node | None:
    """Return the node as a value of the type, looked at when met if it is untyped; None if it can't be one."""
    if not assignable(node.type, wanted):
        return None
    return checked(node, wanted) if has_any(node.type) and not has_any(wanted) else node


def checked(node: Node, wanted: Type) -> Node:
    """Return a node that looks at untyped data when it is met."""
    return model.Checked(node.start, node.end, wanted, node)


def truth(sheet: Sheet, node: Node, where: str) -> Node | None:
    """Return the node as true or false; `where` says who asks: `and`, `if`..."""
    if not solid(sheet, node):
        return None
    found = as_type(node, BOOL)
    if found is None:
        message = f"{where} needs true or false, and {sheet.shown(node)} is {article(node.type)}"
        sheet.report("HP-E230", message, node.start, node.end, truth_hint(sheet, node))
    return found


def truth_hint(sheet: Sheet, node: Node) -> str:
    """Return how a value that is neither true nor false becomes a condition."""
    shown, kind = sheet.shown(node), node.type.kind
    if kind in {Kind.LIST, Kind.MAP, Kind.SAMPLES}:
        return f"write len({shown}) > 0"
    if kind in NUMBERS:
        return f"compare it, as in {shown} != 0"
    if not spelling(node.type):
        return "compare it with something"
    return f"compare it, as in {shown} {'==' if kind is Kind.STRING else '>='} {spelling(node.type)}"
