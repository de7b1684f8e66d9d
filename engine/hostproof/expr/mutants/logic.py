"""Other logic: a node that joins conditions in, the same with one operand forgotten or another word out."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.functions import functions
from hostproof.expr.model import Node
from hostproof.expr.mutants.change import Change
from hostproof.expr.mutants.signs import changed
from hostproof.expr.quoting import quoted

WALKS = {"all": "any", "any": "all", "none": "any", "one": "any"}
FUNCTIONS = {
    "min": "max",
    "max": "min",
    "startswith": "endswith",
    "endswith": "startswith",
    "p50": "p99",
    "p90": "p50",
    "p95": "p50",
    "p99": "p50",
    "p999": "p50",
}


def logic_changes(node: Node, text: str) -> Iterator[Change]:
    """Yield the slips of the logic of a node itself; none for a node that joins nothing."""
    match node:
        case model.And():
            yield from _joined(node, text, "and", "or", model.Or)
            yield from _left_out(node, text)
        case model.Or():
            yield from _joined(node, text, "or", "and", model.And)
            yield from _left_out(node, text)
        case model.Default():
            yield from _left_out(node, text)
        case model.Not(operand=operand):
            at = text.index("not", node.start, operand.start)
            yield Change("logic", node, operand, at, operand.start, "", "`not` was left out")
        case model.Conditional(condition=condition):
            negated = model.Not(condition.start, condition.end, condition.type, condition)
            shown = quoted(condition, text)
            said = f"the condition `{shown}` was turned round"
            yield Change("logic", condition, negated, condition.start, condition.end, f"not ({shown})", said)
        case model.Comprehension(kind=kind) if kind in WALKS:
            at, new = text.index(kind, node.start, node.source.start), WALKS[kind]
            yield Change("logic", node, changed(node, kind=new), at, at + len(kind), new, f"`{kind}` became `{new}`")
        case model.Call(function=name) if _is_like(node, FUNCTIONS.get(name, "")):
            at, new = text.index(name, node.start, node.end), FUNCTIONS[name]
            yield Change(
                "logic", node, changed(node, function=new), at, at + len(name), new, f"`{name}` became `{new}`"
            )


def _joined(
    node: model.And | model.Or, text: str, old: str, new: str, kind: type[model.And | model.Or]
) -> Iterator[Change]:
    """Yield the node with all its `and` for `or`, or the other way round, in brackets."""
    pieces = [text[operand.start : operand.end] for operand in node.operands]
    other = kind(node.start, node.end, node.type, node.operands)
    said = f"`{old}` became `{new}`"
    yield Change("logic", node, other, node.start, node.end, f"({f' {new} '.join(pieces)})", said)


def _left_out(node: model.And | model.Or | model.Default, text: str) -> Iterator[Change]:
    """Yield the node without each of its operands."""
    operands = node.operands
    for at, operand in enumerate(operands):
        left = operands[:at] + operands[at + 1 :]
        other = left[0] if len(left) == 1 else changed(node, operands=left)
        start, end = (operands[at - 1].end, operand.end) if at else (operand.start, operands[1].start)
        said = f"`{quoted(operand, text)}` was left out"
        yield Change("logic", node, other, start, end, "", said)


def _is_like(node: model.Call, other: str) -> bool:
    """Say whether another function takes and gives the same in the same form."""
    table = functions()
    if other not in table or node.form >= len(table[other].forms):
        return False
    one, two = table[node.function].forms[node.form], table[other].forms[node.form]
    return (one.takes, one.gives, one.repeats) == (two.takes, two.gives, two.repeats)
