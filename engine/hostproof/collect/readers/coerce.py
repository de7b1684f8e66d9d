"""Text and JSON to values of a declared type: `12 KiB` for bytes is 12288; what doesn't fit is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type

TRUE = frozenset({"true", "yes", "on", "1", "y", "enabled"})
FALSE = frozenset({"false", "no", "off", "0", "n", "disabled"})
NOTHING = frozenset({"", "-", "none", "null", "n/a", "max", "unlimited", "infinity"})
_WORDS = frozenset({Kind.STRING, Kind.VERSION, Kind.DEBIAN, Kind.ANY})
_SECONDS = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")
_SECOND = 1_000_000_000

# Which kinds of quantity a number of each kind may be written as, besides its own.
_FROM: dict[Kind, frozenset[Kind]] = {
    Kind.INT: frozenset({Kind.INT}),
    Kind.COUNT: frozenset({Kind.INT}),
    Kind.FLOAT: frozenset({Kind.INT, Kind.FLOAT}),
    Kind.RATIO: frozenset({Kind.INT, Kind.FLOAT, Kind.RATIO}),
    Kind.RATE: frozenset({Kind.INT, Kind.FLOAT, Kind.RATE}),
    Kind.BYTES: frozenset({Kind.INT, Kind.BYTES}),
    Kind.DURATION: frozenset({Kind.DURATION}),
}


class AbsentError(ValueError):
    """Raised where a record lacks a field that isn't nullable."""


def coerce(found: Value, wanted: Type) -> Value:
    """Return what was found as a value of the type, erased. Raises ValueError that quotes what doesn't fit.

    A text becomes a number, a truth value, a size, a point in time... A bare number is bytes, bytes per second or a
    ratio, but never a duration: nobody can tell whether 5 is seconds. A time is ISO 8601 with its zone, or seconds
    since 1970. Where the type is nullable, words like `unlimited` and a field that is not there are null.

    >>> from hostproof.facts.typetext import parse_type
    >>> coerce({"avail": "12 KiB", "use": "95%", "limit": "max"}, parse_type("{avail: bytes, use: ratio, limit: int?}"))
    {'avail': 12288, 'use': 0.95, 'limit': None}
    """
    if found is None and (wanted.nullable or wanted.kind in {Kind.ANY, Kind.NULL}):
        return None
    if isinstance(found, str):
        return _from_text(found, wanted)
    if wanted.kind in _CONTAINERS:
        return _CONTAINERS[wanted.kind](found, wanted)
    return _from_json(found, wanted)


def fields(found: Value, wanted: Type) -> dict[str, Value]:
    """Return a record's content. Raises ValueError if it is none.

    >>> fields({"a": "1"}, Type(Kind.RECORD))
    {'a': '1'}
    """
    if not isinstance(found, dict):
        raise ValueError(f"{show(found)} is not {wanted.required()}")  # noqa: TRY004 - the data is wrong, not the call
    return found


def field(found: dict[str, Value], name: str, wanted: Type) -> Value:
    """Return one field of a record. Raises ValueError; AbsentError where it is not there.

    >>> field({"mtu": "1500"}, "mtu", Type(Kind.INT))
    1500
    """
    if name in found:
        try:
            return coerce(found[name], wanted)
        except AbsentError:
            raise
        except ValueError as problem:
            raise ValueError(f"{name}: {problem}") from None
    if wanted.nullable:
        return None
    raise AbsentError(f"there is no {name} among {show(list(found))}")


def show(found: Value, most: int = 60) -> str:
    """Return what was found, quoted and short, for a message.

    >>> show("a" * 100, 10)
    "'aaaaaa..."
    """
    text = repr(found)
    return text if len(text) <= most else text[: most - 3] + "..."


def _from_text(text: str, wanted: Type) -> Value:
    word = text.strip()
    if wanted.kind in _WORDS:
        return None if wanted.nullable and not word else _worded(text, word, wanted)
    if wanted.nullable and word.lower() in NOTHING:
        return None
    if not word:
        raise ValueError(f"nothing where {wanted} was expected")
    if wanted.kind is Kind.BOOL:
        return _truth(word)
    if wanted.kind is Kind.TIME:
        return _moment(word)
    if wanted.kind in _FROM:
        return _number(word, wanted)
    raise ValueError(f"{show(text)} is not {wanted}")


def _worded(text: str, word: str, wanted: Type) -> str:
    """Return a text as it is, or the version that it spells without the blanks around it."""
    if wanted.kind in {Kind.STRING, Kind.ANY}:
        return text
    if not word:
        raise ValueError("nothing where a version was expected")
    if wanted.kind is Kind.DEBIAN:
        from hostproof.facts.debian import debian_parts

        debian_parts(word)
    return word


def _truth(word: str) -> bool:
    lower = word.lower()
    if lower not in TRUE | FALSE:
        raise ValueError(f"{show(word)} is neither {', '.join(sorted(TRUE))} nor {', '.join(sorted(FALSE))}")
    return lower in TRUE


def _moment(word: str) -> int:
    from datetime import UTC, datetime
    from decimal import Decimal

    if _SECONDS.fullmatch(word):
        return int(Decimal(word) * _SECOND)
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(f"{show(word)} is neither a time as in ISO 8601 nor seconds since 1970") from None
    if moment.tzinfo is None:
        raise ValueError(f"{show(word)} does not say its time zone (2025-01-31T12:00:00Z does)")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * _SECOND + since.microseconds * 1000


def _number(word: str, wanted: Type) -> Value:
    from hostproof.facts.units import parse_quantity, unit_words

    try:
        number, kind = parse_quantity("".join(word.removeprefix("+").split()))
    except ValueError:
        raise ValueError(f"{show(word)} is not {wanted}; units are {' '.join(unit_words())}") from None
    if kind.kind not in _FROM[wanted.kind] and number != 0:
        unit = "without a unit" if kind.kind in {Kind.INT, Kind.FLOAT} else f"of {kind}"
        raise ValueError(f"{show(word)} is a number {unit}, where {wanted} was expected")
    return _fitting(float(number) if wanted.kind in _FLOATS else number, wanted)


def _from_json(found: Value, wanted: Type) -> Value:
    """Return a number, a truth value or untyped data."""
    if wanted.kind is Kind.TIME and type(found) in {int, float}:
        return _moment(str(found))
    if isinstance(found, float) and wanted.kind not in _FLOATS and found.is_integer() and abs(found) < 2**53:
        found = int(found)
    if wanted.kind is Kind.DURATION and type(found) in {int, float} and found != 0:
        raise ValueError(f"{show(found)} is a number without a unit, where {wanted} was expected")
    if wanted.kind in _FLOATS and type(found) is int:
        found = float(found)
    return _fitting(found, wanted)


_FLOATS = frozenset({Kind.FLOAT, Kind.RATIO, Kind.RATE})


def _fitting(found: Value, wanted: Type) -> Value:
    if not fits(found, wanted):
        raise ValueError(f"{show(found)} is not {wanted.required()}")
    return found


def _list(found: Value, wanted: Type) -> Value:
    if not isinstance(found, list):
        raise ValueError(f"{show(found)} is not {wanted.required()}")  # noqa: TRY004 - as in `fields`
    return [_at(f"item {at}", item, wanted) for at, item in enumerate(found, 1)]


def _map(found: Value, wanted: Type) -> Value:
    return {name: _at(name, item, wanted) for name, item in fields(found, wanted).items()}


def _record(found: Value, wanted: Type) -> Value:
    """Return a record inside something else: it lacks what is absent, and has nothing that isn't declared."""
    inner = fields(found, wanted)
    known = [(name, of) for name, of in wanted.fields if name in inner or of.nullable]
    return {name: field(inner, name, of) for name, of in known}


def _at(place: str, found: Value, wanted: Type) -> Value:
    try:
        return found if wanted.item is None else coerce(found, wanted.item)
    except ValueError as problem:
        raise ValueError(f"{place}: {problem}") from None


_CONTAINERS: dict[Kind, Callable[[Value, Type], Value]] = {
    Kind.LIST: _list,
    Kind.SAMPLES: _list,
    Kind.MAP: _map,
    Kind.RECORD: _record,
}
