"""Other readings: a place where a fact is read in, the same never known or in another unit out."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.dimensions import SEQUENCES, combine
from hostproof.expr.model import Node, Step
from hostproof.expr.mutants.change import Change
from hostproof.expr.quoting import quoted, root_of
from hostproof.facts.types import INT, Kind, Type, list_of

# What one unit is mistaken for another by: ms for s, MB for kB, percent for a ratio, bits for bytes.
FACTORS = {Kind.DURATION: 1000, Kind.BYTES: 1024, Kind.RATIO: 100, Kind.RATE: 8}
_WORDS = {"*": "too large", "/": "too small"}
_NEVER = " (never known)"  # no fact has such a name


def reading_changes(node: Node, text: str, above: Node | None, slots: int) -> Iterator[Change]:
    """Yield a fact that is never known, and a path's amount in another unit.

    `above` is the node it is part of, `slots` counts the walks over lists around it.
    """
    shown = quoted(node, text)
    if isinstance(node, model.Fact):
        missing = model.Fact(node.start, node.end, node.type, node.name + _NEVER)
        said = f"`{shown}` was never known"
        yield Change("reading", node, missing, node.start, node.end, f"unknown({shown})", said)
    if _is_read(node, above) and not _is_any_amount_alike(node, above):
        for sign, word in _WORDS.items():
            scaled = _scaled(node, sign, slots)
            if scaled is not None:
                other, factor = scaled
                said = f"`{shown}` was {factor} times {word}: another unit"
                yield Change("reading", node, other, node.start, node.end, f"({shown} {sign} {factor})", said)


def _is_read(node: Node, above: Node | None) -> bool:
    """Say whether a node is a whole path, and reads something of the host."""
    if isinstance(above, (model.Field, model.Index)) and node is above.target:
        return False
    return isinstance(root_of(node), (model.Fact, model.Variable)) and not isinstance(node, model.Checked)


def _is_any_amount_alike(node: Node, above: Node | None) -> bool:
    """Say whether the unit makes no difference: only being 0, null or known is asked for."""
    if isinstance(above, (model.Known, model.CauseOf)):
        return True
    if not isinstance(above, model.Comparison):
        return False
    others = [other for other in model.below(above) if other is not node]
    return all(isinstance(other, model.Literal) and not other.value for other in others)


def _scaled(node: Node, sign: str, slots: int) -> tuple[Node, int] | None:
    """Return a path times or by the factor of its unit; of a list or samples, each item; None for no unit."""
    if node.type.kind not in SEQUENCES:
        return _amount(node, sign)
    item = node.type.item
    if item is None or item.kind not in FACTORS:
        return None
    variable = model.Variable(node.start, node.end, item, "x", slots)
    scaled = _amount(variable, sign)
    if scaled is None:
        return None
    of = list_of(item)
    return model.Comprehension(node.start, node.end, of, "map", "x", slots, node, scaled[0], 3), scaled[1]


def _amount(node: Node, sign: str) -> tuple[Node, int] | None:
    factor = FACTORS.get(node.type.kind)
    if factor is None:
        return None
    of: Type = node.type.required()
    found = combine(sign, of, INT)
    if found is None:
        return None
    literal = model.Literal(node.start, node.end, INT, factor)
    return model.Arithmetic(node.start, node.end, of, node, (Step(found[0], literal, of, sign),)), factor
