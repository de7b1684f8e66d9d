"""The key `read` of a pack's own fact: how a command's output or a file becomes the declared type."""

from __future__ import annotations

from hostproof.facts.requests import Reader
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import BYTE_UNITS, DURATION_UNITS
from hostproof.rulepack.sections.shape import Shape, described
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence

READERS = ("text", "lines", "json", "keyvalue", "table", "regex", "number")
_WITH_OPTION = ("keyvalue", "table", "regex", "number")
_CONTAINERS = frozenset({Kind.LIST, Kind.MAP, Kind.RECORD, Kind.SAMPLES})
_MANY = frozenset({Kind.LIST, Kind.SAMPLES, Kind.ANY})
_NAMED = frozenset({Kind.RECORD, Kind.MAP, Kind.ANY})
_UNITS = (*DURATION_UNITS, *BYTE_UNITS, *(f"{unit}/s" for unit in BYTE_UNITS), "%")


def read_reader(node: Node | None, gives: Type | None, shape: Shape) -> Reader | None:
    """Return the reader that `read` names, a word or `{word: option}`; None with problems added, or for no node."""
    if node is None:
        return None
    if isinstance(node, Mapping):
        return _with_option(node, gives, shape)
    kind = _kind(node, shape)
    if kind == "regex":
        hint = r"write read: {regex: '(?P<name>\d+)'}"
        shape.problems.add("HP-E116", "the reader `regex` needs its expression", node.where, hint)
        return None
    if kind and gives is not None:
        _check_gives(kind, gives, node, shape)
    return Reader(kind) if kind else None


def _kind(node: Node, shape: Shape) -> str:
    return shape.word(node, READERS, "HP-E116", "a reader")


def _with_option(node: Mapping, gives: Type | None, shape: Shape) -> Reader | None:
    if len(node.entries) != 1:
        message = f"`read` names one reader, not {len(node.entries)}"
        shape.problems.add("HP-E116", message, node.where, f"readers are {', '.join(READERS)}")
        return None
    key, value = node.entries[0]
    kind = _kind(key, shape)
    if not kind:
        return None
    if kind not in _WITH_OPTION:
        shape.problems.add("HP-E116", f"the reader {kind!r} takes no option", key.where, f"write read: {kind}")
        return None
    option = _option(kind, value, shape)
    if option is None:
        return None
    if gives is not None:
        _check_gives(kind, gives, node, shape)
        if kind == "regex":
            _check_groups(option, gives, value, shape)
    return Reader(kind, option)


def _option(kind: str, node: Node, shape: Shape) -> str | None:
    if kind == "table":
        return _columns(node, shape)
    if isinstance(node, Scalar) and kind == "keyvalue" and node.text and not node.text.strip():
        return node.text  # blanks separate: `{keyvalue: " "}`
    scalar = shape.text(node, f"the option of `{kind}`", most=2000)
    if scalar is not None and kind == "number" and scalar.text not in _UNITS:
        near = nearest(scalar.text, _UNITS)
        hint = f"did you mean {near!r}?" if near else f"units are {', '.join(_UNITS)}"
        shape.problems.add("HP-E116", f"{scalar.text[:40]!r} is not a unit", scalar.where, hint)
        return None
    return scalar.text if scalar else None


def _columns(node: Node, shape: Shape) -> str | None:
    """Return the names of a table's columns, joined by commas."""
    if not isinstance(node, Sequence):
        message = f"the option of `table` is a list of columns, not {described(node)}"
        shape.problems.add(shape.codes.kind, message, node.where, "write read: {table: [name, size]}")
        return None
    names = [shape.text(item, "a column") for item in node.items]
    if not names:
        shape.problems.add(
            "HP-E105", "`table` names no columns", node.where, "write read: table for a table with a head"
        )
    wrong = next((name for name in names if name is not None and "," in name.text), None)
    if wrong is not None:
        shape.problems.add("HP-E116", f"{wrong.text!r} has a comma, and is not a column's name", wrong.where)
    known = [name.text for name in names if name is not None]
    return ",".join(known) if known and len(known) == len(names) and wrong is None else None


def _check_gives(kind: str, gives: Type, node: Node, shape: Shape) -> None:
    """Tell of a reader that can never give the declared type."""
    if gives.kind not in _possible(kind):
        hint = {"lines": "list<string>", "keyvalue": "map<string>", "table": "list<{name: string}>"}.get(kind, "")
        message = f"the reader `{kind}` cannot give {gives}"
        shape.problems.add("HP-E118", message, node.where, f"it gives {hint}, for example" if hint else "")


def _possible(kind: str) -> frozenset[Kind]:
    if kind in ("json", "regex"):
        return frozenset(Kind)
    if kind == "lines":
        return _MANY
    if kind == "keyvalue":
        return _NAMED
    if kind == "table":
        return _MANY | {Kind.RECORD}
    plain = frozenset(Kind) - _CONTAINERS
    return plain - {Kind.BOOL, Kind.STRING, Kind.VERSION, Kind.DEBIAN} if kind == "number" else plain


def _check_groups(expression: str, gives: Type, node: Node, shape: Shape) -> None:
    """Tell of an expression that RE2 refuses, and of a record's field for which it has no group."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        groups = set(re2.compile(expression, options).groupindex)
    except re2.error as error:
        hint = "RE2 knows no look-around and no back references: github.com/google/re2/wiki/Syntax"
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        shape.problems.add("HP-E117", f"not a regular expression: {reason}", node.where, hint)
        return
    row = gives.item if gives.kind in _MANY and gives.item else gives
    for name in [name for name, _ in row.fields if name not in groups]:
        message = f"the expression has no group for {name!r}"
        shape.problems.add("HP-E118", message, node.where, f"write (?P<{name}>...) around what it is")
