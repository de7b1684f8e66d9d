"""Literals: a number or a text as it stands in the expression in, its erased value and type out, or what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hostproof.facts.snapshot import Value
from hostproof.facts.types import INT, STRING, Type
from hostproof.facts.units import parse_quantity, unit_words
from hostproof.source.near import nearest


@dataclass(frozen=True, slots=True)
class Misspelt:
    """What is wrong with a literal, from `start` up to `end` of its own text."""

    code: str
    message: str
    start: int
    end: int
    hint: str = ""


_UNITS = "units are ns us ms s min h d, B kB KiB MB MiB GB GiB TB TiB, any of these with /s behind it, and %"
_VERSION_LIKE = re.compile(r"[0-9]+(?:\.[0-9]+){2,}[A-Za-z0-9.]*")
_OLD_OCTAL = re.compile(r"0[0-7]+")
_PREFIXED = re.compile(r"0[xXoObB].+")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+(?![A-Za-z]))?")
_LARGEST = "the largest whole number is 9223372036854775807, the largest float 1.7e308"
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|(.))")
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
# What people write, and what it is called here.
_OTHER_UNITS = {
    "µs": "us",
    "μs": "us",
    "usec": "us",
    "msec": "ms",
    "nsec": "ns",
    "sec": "s",
    "secs": "s",
    "m": "min",
    "mins": "min",
    "hr": "h",
    "hours": "h",
    "days": "d",
    "K": "KiB",
    "k": "kB",
    "KB": "kB",
    "kb": "kB",
    "M": "MiB",
    "Mi": "MiB",
    "Ki": "KiB",
    "Gi": "GiB",
    "Ti": "TiB",
    "G": "GiB",
    "T": "TiB",
    "b": "B",
}


def read_number(text: str) -> tuple[Value, Type] | Misspelt:
    """Read a number with or without a unit.

    >>> read_number("5ms")
    (5000000, Type(kind=<Kind.DURATION: 'duration'>, item=None, fields=(), nullable=False))
    """
    if _VERSION_LIKE.fullmatch(text):
        return Misspelt("HP-E210", f"{text} is not a number", 0, len(text), f'a version is written version("{text}")')
    if _OLD_OCTAL.fullmatch(text):
        hint = f"write {text.lstrip('0') or '0'}, or 0o{text.lstrip('0')} for an octal number"
        return Misspelt("HP-E210", f"{text} begins with a 0", 0, len(text), hint)
    if _PREFIXED.fullmatch(text):
        return _based(text)
    try:
        return parse_quantity(text)
    except ValueError as problem:
        return _refused(text, str(problem))


def _based(text: str) -> tuple[Value, Type] | Misspelt:
    try:
        number = int(text, 0)
    except ValueError:
        return Misspelt(
            "HP-E210", f"{text} is not a number", 0, len(text), "write 0x1f, 0o755, 0b101 or a decimal number"
        )
    if number.bit_length() > 63:
        return Misspelt("HP-E211", f"{text} does not fit into 64 bits", 0, len(text), _LARGEST)
    return number, INT


def _refused(text: str, reason: str) -> Misspelt:
    amount = _AMOUNT.match(text)
    unit = text[amount.end() :] if amount else ""
    if amount is None or not unit or unit in unit_words():
        hint = "write it in a smaller unit, or rounded" if "whole number" in reason else _LARGEST
        return Misspelt("HP-E211", reason, 0, len(text), hint)
    if unit.startswith("_"):
        return Misspelt("HP-E210", f"{text} is not a number", 0, len(text), "write the digits without _")
    near = _OTHER_UNITS.get(unit) or nearest(unit, unit_words())
    hint = f"write {amount[0]}{near}" if near else _UNITS
    return Misspelt("HP-E212", f'no unit is called "{unit}"', amount.end(), len(text), hint)


def read_text(text: str) -> tuple[Value, Type] | Misspelt:
    r"""Read a quoted text; `\n \t \r \e \0 \\ \" \' \x1b \u00e9 \u{1f600}` are its escapes, none in r"raw".

    >>> read_text(r'"a\tb"')[0], read_text(r"r'\d'")[0]
    ('a\tb', '\\d')
    """
    if text.startswith("r"):
        return text[2:-1], STRING
    inside = text[1:-1]
    if "\\" not in inside:
        return inside, STRING
    try:
        return _ESCAPE.sub(_unescape, inside), STRING
    except _BadEscapeError as problem:
        at = problem.at + 1
        hint = 'write \\\\ for a backslash, or r"..." for a text without escapes'
        return Misspelt("HP-E209", f"{problem.escape} is no escape", at, at + len(problem.escape), hint)


class _BadEscapeError(Exception):
    def __init__(self, escape: str, at: int) -> None:
        super().__init__(escape)
        self.escape, self.at = escape, at


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None and match[4] in _SIMPLE:
        return _SIMPLE[match[4]]
    number = int(digits, 16) if digits else -1
    if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise _BadEscapeError(match[0], match.start())
    return chr(number)
