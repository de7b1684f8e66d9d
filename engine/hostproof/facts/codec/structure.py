"""The structure of snapshot-1, checked by hand: JSON in, the first thing that is wrong out; quick when all is well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from typing import Any

from hostproof.facts.catalog import Owner
from hostproof.facts.codec.rows import Row, value_check
from hostproof.facts.snapshot import Host
from hostproof.facts.unknown import Cause

HOST_KEYS = frozenset(field.name for field in fields(Host))
_TOP: dict[str, type] = {
    "hostproof": str,
    "created": int,
    "target": str,
    "took": int,
    "host": dict,
    "values": dict,
    "unknown": dict,
    "facts": dict,
    "evidence": list,
    "packs": list,
}
_EVIDENCE: dict[str, frozenset[type]] = {
    "kind": frozenset({str}),
    "what": frozenset({str}),
    "status": frozenset({int, type(None)}),
    "took": frozenset({int}),
    "size": frozenset({int}),
    "head": frozenset({str}),
    "tail": frozenset({str}),
}
_EVIDENCE_KEYS = _EVIDENCE.keys()
_FACT_KEYS = frozenset({"type", "owner", "evidence"})
_UNKNOWN_KEYS = frozenset({"cause", "detail", "cure"})
_PACK_KEYS = frozenset({"name", "digest"})
_OWNERS = frozenset(map(str, Owner))
_CAUSES = frozenset(map(str, Cause))


def structure_fault(document: Row) -> str:
    """Return what is wrong with a snapshot's JSON (without its digest), or an empty text."""
    if list(document) != list(_TOP):
        return f"its keys must be {', '.join(_TOP)} and digest, in this order"
    for name, kind in _TOP.items():
        if type(document[name]) is not kind:
            return f"{name!r} is not {'an integer' if kind is int else f'a {kind.__name__}'}"
    return next(chain(_host(document), _names(document), _unknowns(document), _lists(document), _facts(document)), "")


def _host(document: Row) -> Iterator[str]:
    host = document["host"]
    if host.keys() != HOST_KEYS or not _texts(host):
        yield f"'host' must hold the texts {', '.join(sorted(HOST_KEYS))}"


def _names(document: Row) -> Iterator[str]:
    values, unknown, facts = document["values"], document["unknown"], document["facts"]
    for rows in (values, unknown, facts):
        if list(rows) != sorted(rows):
            yield "the facts' names are not sorted"
    if len(values) + len(unknown) != len(facts) or facts.keys() != values.keys() | unknown.keys():
        yield "each fact must stand in 'facts', and in either 'values' or 'unknown'"


def _unknowns(document: Row) -> Iterator[str]:
    for name, row in document["unknown"].items():
        if type(row) is not dict or row.keys() - {"fact"} != _UNKNOWN_KEYS or not _texts(row):
            yield f"unknown fact {name!r} must hold the texts cause, detail, cure"
        elif row["cause"] not in _CAUSES:
            yield f"{row['cause']!r} is not a cause (unknown fact {name!r})"


def _lists(document: Row) -> Iterator[str]:
    for at, row in enumerate(document["evidence"]):
        if type(row) is not dict or row.keys() != _EVIDENCE_KEYS:
            yield f"evidence {at} must hold {', '.join(_EVIDENCE)}"
        elif not all(type(row[name]) in kinds for name, kinds in _EVIDENCE.items()):
            yield f"evidence {at} has a value of the wrong type"
    for at, row in enumerate(document["packs"]):
        if type(row) is not dict or row.keys() != _PACK_KEYS or not _texts(row):
            yield f"pack {at} must hold the texts name and digest"


def _facts(document: Row) -> Iterator[str]:
    values, most = document["values"], len(document["evidence"])
    for name, row in document["facts"].items():
        if type(row) is not dict or row.keys() != _FACT_KEYS or type(row["type"]) is not str:
            yield f"fact {name!r} must hold type, owner and evidence"
        elif row["owner"] not in _OWNERS if type(row["owner"]) is str else True:
            yield f"fact {name!r} has an owner that there is not"
        elif not _indices(row["evidence"], most):
            yield f"fact {name!r} names evidence that there is not"
        else:
            yield from _value(name, row["type"], values)


def _value(name: str, spelling: str, values: Row) -> Iterator[str]:
    try:
        check = value_check(spelling)
    except ValueError as error:
        yield f"fact {name!r}: {error}"
        return
    if name in values and not check(values[name]):
        yield f"the value of {name!r} is not of its type, {spelling}"


def _indices(numbers: Any, most: int) -> bool:
    return type(numbers) is list and all(type(number) is int and 0 <= number < most for number in numbers)


def _texts(row: Row) -> bool:
    return all(type(value) is str for value in row.values())
