"""What an unquoted YAML text means: true, false, null, a number, or the text itself."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

Plain: TypeAlias = bool | int | float | str | None

# YAML 1.2.2, chapter 10.3.2 (core schema), less `.inf` and `.nan`, which JSON has no words for, and less
# leading zeros, which YAML 1.1 reads as octal and YAML 1.2 does not: those stay text, like dates and `yes`.
WORDS: Mapping[str, bool | None] = MappingProxyType(
    {
        **dict.fromkeys(("", "~", "null", "Null", "NULL")),
        **dict.fromkeys(("true", "True", "TRUE"), True),
        **dict.fromkeys(("false", "False", "FALSE"), False),
    }
)
INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z|0x(?P<hex>[0-9a-fA-F]+)\Z|0o(?P<octal>[0-7]+)\Z")
# What the texts begin with that mean something else than themselves; the empty text means null.
NUMERIC = frozenset("+-.0123456789")
STARTS = NUMERIC | {"", *"~nNtTfF"}
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")

# Wide enough for what kernels print (RLIM_INFINITY is 2**64 - 1), and what JSON writers can take.
LEAST_INT, MOST_INT = -(2**63), 2**64 - 1
MOST_DIGITS = 22  # of any number in that range: 0o and 22 octal digits


def resolve(text: str) -> Plain:
    """Return what an unquoted `text` means; raises `OverflowError` for a number out of range.

    >>> [resolve(text) for text in ("0x1F", "1e3", "on", "2024-02-30", "1_000", "010", "~")]
    [31, 1000.0, 'on', '2024-02-30', '1_000', '010', None]
    """
    if text in WORDS:
        return WORDS[text]
    if text[0] not in NUMERIC:
        return text
    match = INT.match(text)
    if match:
        return _integer(text, match)
    return _float(text) if FLOAT.match(text) else text


def _integer(text: str, match: re.Match[str]) -> int:
    digits = match["hex"] or match["octal"] or text.lstrip("-+")
    if len(digits.lstrip("0")) <= MOST_DIGITS:
        number = int(text, 0)
        if LEAST_INT <= number <= MOST_INT:
            return number
    raise OverflowError("a whole number must lie between -2^63 and 2^64 - 1")


def _float(text: str) -> float:
    number = float(text)
    if math.isfinite(number):
        return number
    raise OverflowError("a number must lie between -1.8e308 and 1.8e308")
