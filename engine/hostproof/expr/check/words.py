"""Words for messages: a type as a sentence names it, and how an amount of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type

# The units offered for a bare number, by what it stands beside; where only one fits, the first.
UNITS = {Kind.DURATION: ("ms", "s"), Kind.BYTES: ("B", "KiB"), Kind.RATIO: ("%",), Kind.RATE: ("B/s", "MB/s")}
AMOUNTS = {Kind.DURATION: "5ms", Kind.BYTES: "64KiB", Kind.RATIO: "5%", Kind.RATE: "10MB/s"}
_SPELLINGS = {
    **AMOUNTS,
    Kind.TIME: 'timestamp("2026-05-01T00:00:00Z")',
    Kind.VERSION: 'version("6.1")',
    Kind.DEBIAN: 'debian_version("2.36-9+deb12u4")',
    Kind.STRING: '"text"',
    Kind.BOOL: "true or false",
}
# One of them and several, where that isn't the kind itself.
_NOUNS = {
    Kind.BYTES: ("a size", "sizes"),
    Kind.DEBIAN: ("a Debian version", "Debian versions"),
    Kind.ANY: ("untyped data", ""),
    Kind.NULL: ("null", "nulls"),
}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def article(of: Type) -> str:
    """Return a type as a sentence names it: `an int`, `a size`, `a list of durations`, `a count or null`."""
    one, _ = _NOUNS.get(of.kind, ("", ""))
    if not one:
        one = f"{'' if of.kind is Kind.SAMPLES else 'an ' if of.kind[0] in 'aeiou' else 'a '}{of.kind}"
    if of.item is not None and (several := plural(of.item)):
        one += f" of {several}"
    return f"{one} or null" if of.nullable else one


def plural(of: Type) -> str:
    """Return several values of a type as a sentence names them; empty for untyped data."""
    _, several = _NOUNS.get(of.kind, ("", f"{of.kind}s"))
    return several


# What a pattern of a function's table asks for, where that isn't an article and the pattern itself.
_PATTERNS = {
    "T": "any value",
    "U": "any value",
    "Q": "an amount",
    "O": "a number, time or text",
    "float": "a number",
    "int": "a whole number",
    "bytes": "a size",
}
_ITEMS = {"T": "", "U": "", "Q": " of amounts", "O": " of numbers, times or texts"}
_PATTERN = re.compile(r"(list|map|samples)<(.*)>")


def asked(patterns: Iterable[str]) -> str:
    """Return what a function asks for where one of the patterns fits: `a list, a map or a string`."""
    *others, last = dict.fromkeys(_asked(pattern) for pattern in patterns)
    return f"{', '.join(others)} or {last}" if others else last


def _asked(pattern: str) -> str:
    held = _PATTERN.fullmatch(pattern)
    if held is None:
        return _PATTERNS.get(pattern) or ("an " if pattern[0] in "aeiou" else "a ") + pattern
    inner = held[2].split("{")[0]
    items = _ITEMS.get(inner, f" of {inner}s" if inner and held[1] != "samples" else "")
    return ("" if held[1] == "samples" else "a ") + held[1] + items


def spelling(of: Type) -> str:
    """Return how a value of the type is written, or an empty text."""
    return _SPELLINGS.get(of.kind, "")


def with_unit(number: str, kind: Kind) -> str:
    """Return a bare number with the units it may have meant: `5ms or 5s`; for 0 one will do."""
    if number == "0":
        return {Kind.DURATION: "0s", Kind.RATE: "0B/s"}.get(kind, f"0{UNITS[kind][0]}")
    return " or ".join(number + unit for unit in UNITS[kind])


def without_unit(amount: str, value: Value) -> str:
    """Return the number an amount may have meant: 4 of `4ms`, but 4096 of `4KiB`."""
    found = _NUMBER.match(amount)
    return found[0] if found and "i" not in amount else str(value)
