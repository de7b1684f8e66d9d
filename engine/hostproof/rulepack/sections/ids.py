"""Ids of rules, in packs and in policies: allowed, and each only once."""

from __future__ import annotations

from hostproof.rulepack.sections.include import other_place
from hostproof.rulepack.sections.names import rule_fault
from hostproof.rulepack.sections.shape import Shape
from hostproof.source.nodes import Node, Scalar
from hostproof.source.problems import Problems


def read_id(
    node: Node | None, seen: dict[str, Scalar], shape: Shape, problems: Problems, codes: tuple[str, str]
) -> Scalar | None:
    """Return a rule's id, which joins those `seen`; `codes` are those of a wrong id, and of one that stands twice."""
    name = shape.text(node, "an id")
    if name is None:
        return None
    fault = rule_fault(name.text)
    if fault:
        problems.add(codes[0], fault, name.where)
    elif name.text in seen:
        hint = other_place(name.where, seen[name.text].where)
        problems.add(codes[1], f"the id {name.text!r} stands twice", name.where, hint)
    seen.setdefault(name.text, name)
    return name
