"""Values as people write them: a YAML node and a type in, the erased value or a problem with its place out."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from datetime import UTC, datetime
from types import MappingProxyType

from hostproof.facts.debian import debian_parts
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, Kind, Type
from hostproof.facts.units import parse_quantity
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import Problems

MOST_TOLD = 20
_EXAMPLES: MappingABC[Kind, str] = MappingProxyType(
    {
        Kind.BOOL: "true or false",
        Kind.INT: "a whole number",
        Kind.COUNT: "a whole number, not negative",
        Kind.FLOAT: "a number",
        Kind.RATIO: "a share like 95%",
        Kind.DURATION: "a time with its unit, like 5ms",
        Kind.BYTES: "a size with its unit, like 64KiB",
        Kind.RATE: "a rate with its unit, like 10MB/s",
        Kind.TIME: "a UTC day or time, like 2026-01-31T12:00:00Z",
        Kind.DEBIAN: "a Debian version, like 1:2.36-9+deb12u4",
        Kind.LIST: "a list, like [a, b]",
        Kind.SAMPLES: "a list, like [5ms, 6ms]",
        Kind.MAP: "a mapping, like {name: value}",
        Kind.RECORD: "a mapping of its fields",
        Kind.NULL: "null",
    }
)
_QUANTITIES: MappingABC[Kind, tuple[Kind, ...]] = MappingProxyType(
    {
        Kind.RATIO: (Kind.RATIO, Kind.FLOAT, Kind.INT),
        Kind.DURATION: (Kind.DURATION,),
        Kind.BYTES: (Kind.BYTES,),
        Kind.RATE: (Kind.RATE,),
    }
)


class MisfitError(Exception):
    """A node that is not a value of the wanted type; what is wrong with it has been told to the problems."""


def read_value(node: Node, wanted: Type, problems: Problems, code: str) -> Value:
    """Return the value `node` stands for, erased as facts are; raises MisfitError after adding problems of `code`.

    A text or version is taken as it is written, quoted or not; what has a unit must be written with it.
    """
    if isinstance(node, Scalar) and node.plain and node.value is None and wanted.kind not in (Kind.ANY, Kind.NULL):
        return None if wanted.nullable else _refuse(node, wanted, problems, code)
    if wanted.kind is Kind.ANY:
        return _read_any(node, problems, code)
    if wanted.kind in (Kind.LIST, Kind.SAMPLES):
        return _read_list(node, wanted, problems, code)
    if wanted.kind in (Kind.MAP, Kind.RECORD):
        return _read_mapping(node, wanted, problems, code)
    if isinstance(node, Scalar):
        return _read_scalar(node, wanted, problems, code)
    return _refuse(node, wanted, problems, code)


def read_time(text: str) -> int:
    """Return nanoseconds since the epoch for `2026-01-31` or `2026-01-31T12:00:00.5Z`; raises ValueError."""
    if text[10:] and not text.endswith("Z"):
        raise ValueError(f"{text!r} does not end in Z, and so names no point in time")
    whole, _, fraction = text.removesuffix("Z").partition(".")
    if fraction and not (fraction.isascii() and fraction.isdigit() and len(fraction) <= 9):
        raise ValueError(f"{fraction!r} is not a part of a second in nanoseconds")
    seconds = int(
        (datetime.fromisoformat(whole).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    )
    return seconds * 1_000_000_000 + int(fraction.ljust(9, "0"))


def _read_scalar(node: Scalar, wanted: Type, problems: Problems, code: str) -> Value:
    if wanted.kind in (Kind.STRING, Kind.VERSION):
        return node.text
    if wanted.kind is Kind.DEBIAN:
        return _read_debian(node, wanted, problems, code)
    if wanted.kind in _QUANTITIES:
        return _read_quantity(node, wanted, problems, code)
    if wanted.kind is Kind.TIME:
        return _read_moment(node, wanted, problems, code)
    if node.plain and fits(node.value, wanted):
        return node.value
    return _refuse(node, wanted, problems, code)


def _read_quantity(node: Scalar, wanted: Type, problems: Problems, code: str) -> Value:
    try:
        value, found = parse_quantity(node.text)
    except ValueError as error:
        return _refuse(node, wanted, problems, code, str(error))
    if found.kind in _QUANTITIES[wanted.kind]:
        return float(value) if wanted.kind is Kind.RATIO else value
    return _refuse(node, wanted, problems, code)


def _read_debian(node: Scalar, wanted: Type, problems: Problems, code: str) -> Value:
    try:
        debian_parts(node.text)
    except ValueError:
        return _refuse(node, wanted, problems, code)
    return node.text


def _read_moment(node: Scalar, wanted: Type, problems: Problems, code: str) -> Value:
    try:
        return read_time(node.text)
    except ValueError as error:
        return _refuse(node, wanted, problems, code, str(error))


def _read_list(node: Node, wanted: Type, problems: Problems, code: str) -> Value:
    if not isinstance(node, Sequence):
        return _refuse(node, wanted, problems, code)
    return _all_of(
        {str(at): (item, wanted.item or ANY) for at, item in enumerate(node.items)}, problems, code, as_list=True
    )


def _read_mapping(node: Node, wanted: Type, problems: Problems, code: str) -> Value:
    if not isinstance(node, Mapping):
        return _refuse(node, wanted, problems, code)
    parts: dict[str, tuple[Node, Type]] = {}
    unknown = False
    for key, value in node.entries:
        inner = wanted.item if wanted.kind is Kind.MAP else wanted.field(key.text)
        if inner is None:
            near = nearest(key.text, [name for name, _ in wanted.fields])
            fields = ", ".join(name for name, _ in wanted.fields)
            hint = f"did you mean {near!r}?" if near else f"its fields are {fields}"
            problems.add(code, f"the record has no field {key.text!r}", key.where, hint)
            unknown = True
        else:
            parts[key.text] = (value, inner)
    values = _all_of(parts, problems, code, as_list=False)
    if unknown:
        raise MisfitError
    return values


def _read_any(node: Node, problems: Problems, code: str) -> Value:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return _all_of({str(at): (item, ANY) for at, item in enumerate(node.items)}, problems, code, as_list=True)
    return _all_of({key.text: (value, ANY) for key, value in node.entries}, problems, code, as_list=False)


def _all_of(parts: dict[str, tuple[Node, Type]], problems: Problems, code: str, *, as_list: bool) -> Value:
    """Read every part, so that all problems are told (the first twenty will do), before giving up on the whole."""
    values: dict[str, Value] = {}
    wrong = 0
    for name, (node, wanted) in parts.items():
        try:
            values[name] = read_value(node, wanted, problems, code)
        except MisfitError:
            wrong += 1
            if wrong == MOST_TOLD:
                break
    if wrong:
        raise MisfitError
    return list(values.values()) if as_list else values


def _refuse(node: Node, wanted: Type, problems: Problems, code: str, why: str = "") -> Value:
    found = (
        repr(node.text[:200]) if isinstance(node, Scalar) else "a list" if isinstance(node, Sequence) else "a mapping"
    )
    message = f"{found} is not of type {wanted}" + (f": {why}" if why else "")
    example = _EXAMPLES.get(wanted.kind)
    problems.add(code, message, node.where, f"write {example}" if example else "")
    raise MisfitError
