"""The section `redact` of a pack: patterns of secrets that only those who wrote it know the look of."""

from __future__ import annotations

from hostproof.facts.redact import pattern_fault
from hostproof.rulepack.sections.shape import Shape
from hostproof.source.nodes import Node

MOST_PATTERNS = 50
MOST_PATTERN = 1_000
_EXAMPLE = r"redact: ['licence=(?P<licence>\S+)']"


def read_redact(node: Node | None, shape: Shape) -> tuple[str, ...]:
    """Return the patterns that are right; the others are left out, with their problems added."""
    if node is None:
        return ()
    items = shape.sequence(node, "`redact`", _EXAMPLE) or ()
    if len(items) > MOST_PATTERNS:
        message = f"a pack may have {MOST_PATTERNS} patterns of secrets, and this one has {len(items):,}"
        shape.problems.add("HP-E122", message, items[MOST_PATTERNS].where)
    scalars = [shape.text(item, "a pattern of a secret", MOST_PATTERN) for item in items[:MOST_PATTERNS]]
    found = []
    for scalar in scalars:
        if scalar is None:
            continue
        fault, hint = pattern_fault(scalar.text)
        if fault:
            shape.problems.add("HP-E135", f"{scalar.text[:80]!r}: {fault}", scalar.where, hint)
        else:
            found.append(scalar.text)
    return tuple(dict.fromkeys(found))
