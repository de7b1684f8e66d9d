"""Readers of structured text: `json`, `keyvalue` and `table`, all of them strict."""

from __future__ import annotations

import re

from hostproof.collect.readers.coerce import show
from hostproof.collect.readers.words import not_blank
from hostproof.facts.fits import not_storable
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type

_QUOTES = frozenset("\"'")
_NO_NAME = re.compile(r"[^a-z0-9]+")


def read_json(text: str, option: str, gives: Type) -> Value:  # noqa: ARG001 - all readers are called alike
    r"""Return what a JSON text says (RFC 8259). Raises ValueError, also for what Python alone would take.

    That is NaN, a key that stands twice, a lone surrogate, a number beyond 64 bits, and depth. Sample: lsblk --json

    >>> read_json('{"blockdevices": [{"name": "vda", "size": "40G", "ro": false}]}\n', "", Type(Kind.ANY))
    {'blockdevices': [{'name': 'vda', 'size': '40G', 'ro': False}]}
    """
    import json

    try:
        found: Value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    why = not_storable(found)
    if why:
        raise ValueError(f"JSON with {why}")
    return found


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"JSON in which the key {show(name)} stands twice")
        found[name] = value
    return found


def _constant(word: str) -> Value:
    raise ValueError(f"{word} is not JSON")


def read_keyvalue(text: str, option: str, gives: Type) -> Value:
    r"""Return what stands behind each key. `option` is the separator, `=` if empty; a blank stands for any blanks.

    Lines that begin with `#` or `;` are skipped; quotes around a value go. A key that stands several times has all its
    values as a list, which only a field of a list type takes. Raises ValueError for a line without separator.
    Sample: /etc/os-release

    >>> read_keyvalue('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\n', "", Type(Kind.MAP))
    {'PRETTY_NAME': 'Debian GNU/Linux 12 (bookworm)', 'VERSION_ID': '12'}
    """
    separator = option or "="
    found: dict[str, list[Value]] = {}
    for line in not_blank(text):
        if not line.lstrip().startswith(("#", ";")):
            key, value = _pair(line.strip(), separator)
            found.setdefault(key, []).append(value)
    return {key: values if _is_list(key, gives) or len(values) > 1 else values[0] for key, values in found.items()}


def _pair(line: str, separator: str) -> tuple[str, Value]:
    parts = line.split(None if separator.isspace() else separator, 1)
    if len(parts) < 2:
        raise ValueError(f"the line {show(line)} has no {show(separator)}")
    value = parts[1].strip()
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in _QUOTES
    return parts[0].strip(), value[1:-1] if quoted else value


def _is_list(key: str, gives: Type) -> bool:
    wanted = gives.field(key) if gives.kind is Kind.RECORD else gives.item
    return wanted is not None and wanted.kind is Kind.LIST


def read_table(text: str, option: str, gives: Type) -> Value:
    r"""Return a record for each line, cut at blanks; the only one, if `gives` is a record. Raises ValueError.

    `option` names the columns, with commas; if empty, the first line does, and `Use%` is `use` as well. The last column
    takes the rest of a line. With given columns, lines that begin with `#` are skipped.
    Sample: swapon --show --bytes

    >>> read_table("NAME      TYPE SIZE       USED PRIO\n/dev/vda2 partition 2147479552 0 -2\n", "", Type(Kind.LIST))
    [{'name': '/dev/vda2', 'type': 'partition', 'size': '2147479552', 'used': '0', 'prio': '-2'}]
    """
    lines = not_blank(text)
    if option:
        columns = [name.strip() for name in option.split(",")]
        lines = [line for line in lines if not line.lstrip().startswith("#")]
    elif lines:
        columns = [_column(word, gives) for word in lines.pop(0).split()]
    else:
        raise ValueError("nothing where a table was expected")
    rows: list[Value] = [_row(number, line, columns) for number, line in enumerate(lines, 1)]
    if gives.kind is not Kind.RECORD:
        return rows
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows where one was expected")
    return rows[0]


def _row(number: int, line: str, columns: list[str]) -> Value:
    cells = line.split(None, len(columns) - 1)
    if len(cells) < len(columns):
        raise ValueError(f"row {number}, {show(line)}, has {len(cells)} cells; there are {len(columns)} columns")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}


def _column(word: str, gives: Type) -> str:
    """Return a column's name as the type has it, else in small letters: `Use%` is `use`."""
    row = gives.item if gives.kind is Kind.LIST else gives
    exact = row is not None and row.field(word) is not None
    return word if exact else _NO_NAME.sub("_", word.lower()).strip("_") or word
