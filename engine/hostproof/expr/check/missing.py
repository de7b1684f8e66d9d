"""What to say of a name, a field or an item that isn't there, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hostproof.expr.check.context import Context, Part, Sheet
from hostproof.expr.check.words import article, spelling
from hostproof.expr.dimensions import SEQUENCES
from hostproof.expr.functions import functions
from hostproof.expr.model import Node
from hostproof.facts.types import Kind, Type
from hostproof.source.near import nearest

MOST_LISTED = 6
# What other languages write for true, false and null.
_OTHER_WORDS = {
    "True": "true",
    "False": "false",
    "None": "null",
    "nil": "null",
    "none": "null",
    "undefined": "null",
    "NULL": "null",
    "TRUE": "true",
    "FALSE": "false",
    "yes": "true",
    "no": "false",
}
# Fields that tell one record of a list from the others.
_NAMING = ("name", "path", "id", "key")
_WITH_HYPHENS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)+")


def listed(names: Iterable[str]) -> str:
    """Return some names for a hint, and how many more there are."""
    found = [*names]
    more = f" and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
    return ", ".join(found[:MOST_LISTED]) + more


def tell_no_fact(sheet: Sheet, parts: list[Part], context: Context, start: int) -> None:
    """Say that a path names nothing, or only the beginning of facts."""
    name = ".".join(part.name for part in parts)
    below = [row.name for row in sheet.scope.catalog if row.name.startswith(name + ".")]
    end = parts[-1].until
    if below:
        hint = f"go on to a fact: {listed(below)}"
        sheet.report("HP-E221", f"{name} is not a fact, but the beginning of some", start, end, hint)
        return
    known = [*sheet.scope.aliases, *(row.name for row in sheet.scope.catalog if not row.family)]
    single = len(parts) == 1
    if single:
        known += [*context.variables, *sheet.scope.lets]
    message = f'nothing is called "{name}": no fact, let or variable' if single else f'no fact is called "{name}"'
    hint = _hyphen_hint(sheet, start, end) or (_single_hint(sheet, name) if single else "") or _near_hint(name, known)
    sheet.report("HP-E220", message, start, end, hint)


def _near_hint(name: str, known: list[str]) -> str:
    near = nearest(name, known) or _near_beginning(name, known)
    return f"did you mean {near}?" if near else "`hostproof facts` lists the built-in facts"


def _near_beginning(name: str, known: list[str]) -> str | None:
    """Return the fact near a path that goes on behind it: `net.interface.mtu` begins like `net.interfaces`."""
    name = ".".join(name.split(".")[: MOST_LISTED + 1])
    while "." in name:
        name = name.rpartition(".")[0]
        near = name if name in known else nearest(name, known)
        if near is not None:
            return near
    return None


def _single_hint(sheet: Sheet, name: str) -> str:
    if name in _OTHER_WORDS:
        return f"write {_OTHER_WORDS[name]}"
    return f"did you mean params.{name}?" if name in sheet.scope.params else ""


def _hyphen_hint(sheet: Sheet, start: int, end: int) -> str:
    """Tell of a name with hyphens, which reads as a difference: `sysctl.fs.file-max`."""
    for match in _WITH_HYPHENS.finditer(sheet.source.text):
        head, _, last = match[0].rpartition(".")
        if match.start() <= start and end <= match.end() and "-" in last and "-" not in head and head:
            return f'a name with a "-" stands in quotes: {head}["{last}"]'
    return ""


def tell_no_field(sheet: Sheet, target: Node, part: Part) -> None:
    """Say that a value has no such field."""
    shown, of = sheet.shown(target), target.type
    fields = [name for name, _ in of.fields]
    if fields:
        near = nearest(part.name, fields)
        hint = f"did you mean {near}?" if near else f"its fields are {listed(fields)}"
        sheet.report("HP-E223", f'{shown} has no field "{part.name}"', part.start, part.end, hint)
    elif of.kind in SEQUENCES and part.quoted:
        message = f"{shown} is {article(of)}: its items have numbers, not names"
        sheet.report("HP-E224", message, part.start, part.end, _by_name(shown, of, part.name))
    else:
        message = f"{shown} is {article(of)} and has no fields"
        sheet.report("HP-E223", message, part.start, part.end, _field_hint(shown, of, part.name))


def _by_name(shown: str, of: Type, name: str) -> str:
    """Return how an item of a list is found by what it holds."""
    fields = {field: inner.kind for field, inner in of.item.fields} if of.item is not None else {}
    naming = next((field for field in (*_NAMING, *fields) if fields.get(field) is Kind.STRING), "")
    if naming:
        return f'look for it: any(i in {shown}: i.{naming} == "{name}" and ...)'
    return f"write {shown}[0] for the first"


def _field_hint(shown: str, of: Type, name: str) -> str:
    if of.kind in SEQUENCES:
        return f"write {shown}[0].{name}, or all(i in {shown}: i.{name} ...)"
    if name in functions():
        return f"write {name}({shown})"
    if spelling(of) and of.kind is not Kind.STRING:
        return f"compare it as it is, as in {shown} >= {spelling(of)}"
    return "only records and maps have fields"


def tell_no_item(sheet: Sheet, target: Node, key: Node) -> None:
    """Say that a value has no item of that kind."""
    shown, of = sheet.shown(target), target.type
    message = f"{shown} is {article(of)} and has no item {sheet.shown(key)}"
    if of.kind in SEQUENCES:
        hint = f"the items of a list have whole numbers, from {shown}[0] on"
    elif of.kind is Kind.MAP:
        hint = f'a map is looked up by text: {shown}["name"]; values({shown}) is a list'
    elif of.kind is Kind.RECORD:
        hint = f"write {shown}.{of.fields[0][0]}, or another of its fields"
    else:
        hint = "only lists, maps and records have items"
    sheet.report("HP-E224", message, key.start, key.end, hint)
