"""Other signs: a comparison, membership or sum in, the same with one sign mistaken out."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import TypeVar

from hostproof.expr import model
from hostproof.expr.comparing import FLIPPED
from hostproof.expr.dimensions import NUMBERS, combine
from hostproof.expr.model import Node, Step
from hostproof.expr.mutants.change import Change
from hostproof.facts.types import Type

T = TypeVar("T", bound=Node)

BOUNDARY = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
UNEQUAL = {"==": "!=", "!=": "=="}
SUMS = {"+": "-", "-": "+", "*": "/", "/": "*"}


def sign_changes(node: Node, text: str) -> Iterator[Change]:
    """Yield the slips of a node's own signs; none for a node without any."""
    match node:
        case model.Comparison():
            yield from _compared(node, text)
        case model.Membership():
            old, new = ("not in", "in") if node.negated else ("in", "not in")
            at = text.index(old.split()[0], node.item.end, node.container.start)
            end = text.index("in", at, node.container.start) + 2
            yield Change("sign", node, changed(node, negated=not node.negated), at, end, new, _became(old, new))
        case model.Arithmetic():
            yield from _summed(node, text)


def changed(node: T, **parts: object) -> T:
    """Return a node with other parts."""
    twin = copy(node)
    twin.__dict__.update(parts)
    return twin


def _compared(node: model.Comparison, text: str) -> Iterator[Change]:
    left = node.first
    for at, (sign, right) in enumerate(node.rest):
        start = text.index(sign, left.end, right.start)
        for new in _instead(node, sign):
            rest = (*node.rest[:at], (new, right), *node.rest[at + 1 :])
            yield Change("sign", node, changed(node, rest=rest), start, start + len(sign), new, _became(sign, new))
        left = right


def _instead(node: model.Comparison, sign: str) -> Iterator[str]:
    """Yield what a sign may be mistaken for; a chain goes on pointing one way."""
    if sign in UNEQUAL:
        yield from [UNEQUAL[sign]] if len(node.rest) == 1 else []
        return
    if not isinstance(node, model.ConfidentComparison):
        yield BOUNDARY[sign]
    if len(node.rest) == 1:
        yield FLIPPED[sign]


def _summed(node: model.Arithmetic, text: str) -> Iterator[Change]:
    left, of = node.first, node.first.type
    for at, step in enumerate(node.steps):
        new = SUMS.get(step.sign, "")
        other = _step(new, of, step) if new else None
        if other is not None:
            start = text.index(step.sign, left.end, step.operand.start)
            steps = (*node.steps[:at], other, *node.steps[at + 1 :])
            end = start + len(step.sign)
            yield Change("sign", node, changed(node, steps=steps), start, end, new, _became(step.sign, new))
        left, of = step.operand, step.type


def _step(sign: str, of: Type, step: Step) -> Step | None:
    """Return the same step by another sign; None where that would come to another type."""
    found = combine(sign, of.required(), step.operand.type.required())
    if found is None or not (found[1] == step.type or {found[1].kind, step.type.kind} <= NUMBERS):
        return None
    return Step(found[0], step.operand, step.type, sign)


def _became(old: str, new: str) -> str:
    return f"`{old}` became `{new}`"
