"""The key `each` of a rule: which fields of the items it walks over name them, so that each is reported by itself."""

from __future__ import annotations

from hostproof.expr.each import Each
from hostproof.expr.model import Expr
from hostproof.expr.objects import fields_of
from hostproof.facts.types import Kind, Type
from hostproof.rulepack.sections.shape import Shape
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node

_KEYS = {"name": Kind.STRING, "took": Kind.DURATION, "output": Kind.STRING}


def read_each(node: Node | None, holds: Expr | None, shape: Shape) -> Each | None:
    """Return which fields of an item are its name, its time and its output; None without the key, or after problems."""
    if node is None or holds is None:
        return None
    given = node if isinstance(node, Mapping) else None
    if given is not None:
        shape.keys(given, tuple(_KEYS), ("name",), "`each`")
    fields = fields_of(holds)
    if not fields:
        hint = "write assert: all(t in tests: ...), where the items of tests are records"
        shape.problems.add("HP-E133", "`each` needs an assert that walks over a list of records", node.where, hint)
        return None
    words = {name: given.get(name) for name in _KEYS} if given is not None else {"name": node}
    found = {name: _field(name, word, fields, shape) for name, word in words.items() if word is not None}
    return Each(**found) if found.get("name") else None


def _field(key: str, node: Node, fields: dict[str, Type], shape: Shape) -> str:
    """Return a field of the items, empty after a problem."""
    word = shape.text(node, f"`{key}` of `each`")
    if word is None:
        return ""
    wanted, found = _KEYS[key], fields.get(word.text)
    if found is not None and found.kind is wanted:
        return word.text
    fitting = [name for name, of in fields.items() if of.kind is wanted]
    near = nearest(word.text, fitting)
    hint = f"did you mean {near!r}?" if near else f"there is {', '.join(fitting) or 'none'}"
    what = f"{word.text!r} is {found}, not a {wanted}" if found else f"an item has no field {word.text!r}"
    shape.problems.add("HP-E134", what, word.where, hint)
    return ""
