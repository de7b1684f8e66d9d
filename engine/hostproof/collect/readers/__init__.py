"""Readers: bytes that a file held or a command printed in, values of the declared type or Unknown out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from hostproof.collect.readers.coerce import AbsentError, coerce, field, fields
from hostproof.collect.readers.regex import read_regex
from hostproof.collect.readers.structured import read_json, read_keyvalue, read_table
from hostproof.collect.readers.words import read_lines, read_number, read_text
from hostproof.facts.requests import Reader
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line

# Each takes the text, its option and the declared type, and raises ValueError for a text that it can't read.
READERS: Mapping[str, Callable[[str, str, Type], Value]] = {
    "text": read_text,
    "lines": read_lines,
    "json": read_json,
    "keyvalue": read_keyvalue,
    "table": read_table,
    "regex": read_regex,
    "number": read_number,
}
Outcome: TypeAlias = "Value | Unknown"


def read_value(reader: Reader, data: bytes, gives: Type) -> Outcome:
    """Return the one value that the data holds, or Unknown (parse-error, absent) that says what was found instead."""
    try:
        return coerce(_shape(reader, data, gives), gives)
    except ValueError as problem:
        return _unknown(reader, problem)


def read_record(reader: Reader, data: bytes, gives: Type) -> dict[str, Outcome]:
    """Return the same for each field of a record: one that is wrong or absent doesn't spoil the others."""
    try:
        found = fields(_shape(reader, data, gives), gives)
    except ValueError as problem:
        return {name: _unknown(reader, problem) for name, _ in gives.fields}
    return {name: _field(reader, found, name, of) for name, of in gives.fields}


def _field(reader: Reader, found: dict[str, Value], name: str, wanted: Type) -> Outcome:
    try:
        return field(found, name, wanted)
    except ValueError as problem:
        return _unknown(reader, problem)


def _shape(reader: Reader, data: bytes, gives: Type) -> Value:
    """Return the data's structure with texts as its leaves."""
    return READERS[reader.kind](_decoded(data, strict=reader.kind == "json"), reader.option, gives)


def _decoded(data: bytes, *, strict: bool) -> str:
    """Return data as text; bytes that aren't UTF-8 show as escapes, as they may stand in a part that nobody needs."""
    try:
        return data.decode("utf-8", "strict" if strict else "backslashreplace")
    except UnicodeDecodeError as problem:
        raise ValueError(f"byte {problem.start} is not UTF-8") from None


def _unknown(reader: Reader, problem: ValueError) -> Unknown:
    detail = one_line(f"read as {reader.kind}: {problem}", 400)
    if isinstance(problem, AbsentError):
        return Unknown(Cause.ABSENT, detail, "see what it prints, or declare the field nullable with `?`")
    return Unknown(Cause.PARSE_ERROR, detail, "see what it prints, and change `read` or `gives` to match")


__all__ = ["READERS", "Outcome", "read_record", "read_value"]
