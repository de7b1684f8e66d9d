"""The structure of snapshot-1, checked by hand: JSON in, the first thing that is wrong out; quick when all is well."""

from __future__ import annotations

from itertools import chain
from operator import call
from typing import Any

from hostproof.facts.catalog import Owner
from hostproof.facts.codec.columns import EVIDENCE_COLUMNS, FACT_COLUMNS, Document, value_check
from hostproof.facts.snapshot import Host
from hostproof.facts.unknown import Cause
from hostproof.source.records import names_of

_TOP: dict[str, type] = {
    "hostproof": str,
    "created": int,
    "target": str,
    "took": int,
    "host": dict,
    "values": dict,
    "unknown": dict,
    "facts": dict,
    "evidence": dict,
    "packs": list,
}
_HOST_KEYS = names_of(Host)
_UNKNOWN_KEYS = (("cause", "detail", "cure"), ("cause", "detail", "cure", "fact"))
_PACK_KEYS = ("name", "digest")
_COLUMN_TYPES: dict[str, set[type]] = {
    **{name: {str} for name in ("name", "type", "owner", "kind", "what", "head", "tail")},
    "evidence": {list},
    "status": {int, type(None)},
    "took": {int},
    "size": {int},
}
_LARGEST = 2**63 - 1
_OWNERS = frozenset(map(str, Owner))
_CAUSES = frozenset(map(str, Cause))


def structure_fault(document: Document) -> str:
    """Return what is wrong with a snapshot's JSON (without its digest), or an empty text."""
    if tuple(document) != tuple(_TOP):
        return f"its keys must be {', '.join(_TOP)} and digest, in this order"
    for name, kind in _TOP.items():
        if type(document[name]) is not kind:
            return f"{name!r} is not {'an integer' if kind is int else f'a {kind.__name__}'}"
    parts = (_host_fault, _unknown_fault, _pack_fault, _evidence_fault, _range_fault, _fact_fault)
    return next((fault for part in parts if (fault := part(document))), "")


def _host_fault(document: Document) -> str:
    host = document["host"]
    if tuple(host) != _HOST_KEYS or not _texts(host):
        return f"'host' must hold the texts {', '.join(_HOST_KEYS)}"
    return ""


def _unknown_fault(document: Document) -> str:
    for name, row in document["unknown"].items():
        if type(row) is not dict or tuple(row) not in _UNKNOWN_KEYS or not _texts(row):
            return f"unknown fact {name!r} must hold the texts {', '.join(_UNKNOWN_KEYS[0])}"
        if row["cause"] not in _CAUSES:
            return f"{row['cause']!r} is not a cause (unknown fact {name!r})"
    return ""


def _pack_fault(document: Document) -> str:
    for at, row in enumerate(document["packs"]):
        if type(row) is not dict or tuple(row) != _PACK_KEYS or not _texts(row):
            return f"pack {at} must hold the texts name and digest"
    return ""


def _evidence_fault(document: Document) -> str:
    return _column_fault("evidence", document["evidence"], EVIDENCE_COLUMNS)


def _range_fault(document: Document) -> str:
    """Numbers beyond 64 bits, which some readers of JSON take and no writer may give; those in facts have types."""
    columns = document["evidence"]
    numbers = chain(columns["took"], columns["size"], filter(None, columns["status"]))
    most = max(numbers, default=0)
    return "a number is beyond 64 bits" if max(most, document["created"], document["took"]) > _LARGEST else ""


def _fact_fault(document: Document) -> str:
    facts, values, unknown = document["facts"], document["values"], document["unknown"]
    fault = _column_fault("facts", facts, FACT_COLUMNS)
    if fault:
        return fault
    if facts["name"] != [*sorted(values), *sorted(unknown)] or not values.keys().isdisjoint(unknown):
        return "'facts' must name each fact once: those of 'values', sorted, then those of 'unknown', sorted"
    if list(values) != facts["name"][: len(values)] or list(unknown) != facts["name"][len(values) :]:
        return "the facts in 'values' and 'unknown' are not sorted"
    if not _OWNERS.issuperset(facts["owner"]):
        return f"{next(owner for owner in facts['owner'] if owner not in _OWNERS)!r} is not an owner"
    return _index_fault(facts["evidence"], len(document["evidence"]["kind"])) or _value_fault(facts, values)


def _value_fault(facts: Document, values: Document) -> str:
    checks = {}
    for spelling in set(facts["type"]):
        try:
            checks[spelling] = value_check(spelling)
        except ValueError as error:
            return f"the type of {facts['name'][facts['type'].index(spelling)]!r}: {error}"
    right = list(map(call, map(checks.__getitem__, facts["type"]), values.values()))
    if not all(right):
        at = right.index(False)
        return f"the value of {facts['name'][at]!r} is not of its type, {facts['type'][at]}"
    return ""


def _column_fault(table: str, columns: Document, wanted: tuple[str, ...]) -> str:
    if tuple(columns) != wanted or set(map(type, columns.values())) != {list}:
        return f"{table!r} must hold the columns {', '.join(wanted)}"
    if len(set(map(len, columns.values()))) != 1:
        return f"the columns of {table!r} have different lengths"
    for name, column in columns.items():
        if not set(map(type, column)) <= _COLUMN_TYPES[name]:
            return f"column {name!r} of {table!r} has a value of the wrong type"
    return ""


def _index_fault(rows: list[list[Any]], most: int) -> str:
    indices = list(chain.from_iterable(rows))
    if indices and (set(map(type, indices)) != {int} or min(indices) < 0 or max(indices) >= most):
        return f"a fact names evidence that there is not: there are {most}, counted from 0"
    return ""


def _texts(row: Document) -> bool:
    return set(map(type, row.values())) == {str}
