"""How parts of an expression are quoted: the text of a node, what a path begins with, what an item is called."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.model import Node
from hostproof.facts.snapshot import Value
from hostproof.facts.units import show_text

MOST_TEXT = 80
_NAMING = ("name", "path", "device", "id", "interface", "key", "mount")


def quoted(node: Node, text: str, most: int = MOST_TEXT) -> str:
    """Return a node as written in `text`, on one line of at most `most` characters, without brackets around it all."""
    return show_text(_without_brackets(" ".join(text[node.start : node.end].split())), most)


def on_one_line(text: str) -> str:
    """Return a part of an expression on one line; what a text in it has that a terminal might obey is escaped."""
    return show_text(" ".join(text.split()))


def _without_brackets(text: str) -> str:
    """Take off brackets that are around all of a text."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:-1].strip() if at and at == len(text) - 1 and text[0] == "(" else text
    return text


def root_of(node: Node) -> Node | None:
    """Return the fact, parameter, let or variable that a path begins with; None if the node is no path."""
    while isinstance(node, (model.Field, model.Index, model.Checked)):
        node = node.operand if isinstance(node, model.Checked) else node.target
    return node if isinstance(node, (model.Fact, model.Param, model.Let, model.Variable)) else None


def is_fixed(node: Node) -> bool:
    """Say whether a value doesn't depend on the host: made of literals and parameters alone."""
    if isinstance(node, (model.Fact, model.Variable)):
        return False
    inside = (node.expr.root,) if isinstance(node, model.Let) else model.below(node)
    return all(map(is_fixed, inside))


def stands_there(node: Node) -> bool:
    """Say whether a value can be read off the expression: made of literals alone."""
    return not isinstance(node, (model.Fact, model.Variable, model.Param, model.Let)) and all(
        map(stands_there, model.below(node))
    )


def name_of(item: Value) -> str:
    """Return what a person calls an item: a text itself, or the first naming field of a record."""
    if isinstance(item, dict):
        item = next((item[field] for field in _NAMING if isinstance(item.get(field), str)), None)
    return show_text(item, MOST_TEXT) if isinstance(item, str) else ""
