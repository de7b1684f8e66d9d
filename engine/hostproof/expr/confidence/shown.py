"""What belongs beside a shown value that was computed from quantiles; costs nothing where none was."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.model import Node
from hostproof.expr.walk import Frame, Walk


def beside(walk: Walk, node: Node, frame: Frame) -> str:
    """Return `95%: 4.1ms..6ms of 1000` for a value that was computed from quantiles; an empty text for any other."""
    if not _calls(node):
        return ""
    from hostproof.expr.confidence import estimates  # few values have to do with samples

    return estimates.beside(walk, node, frame)


def _calls(node: Node) -> bool:
    """Say whether a function has to do with a value."""
    inside = (node.expr.root,) if isinstance(node, model.Let) else model.below(node)
    return isinstance(node, model.Call) or any(map(_calls, inside))
