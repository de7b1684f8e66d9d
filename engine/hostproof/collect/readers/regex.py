"""The reader `regex`: what a regular expression finds in a text, in linear time (RE2)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hostproof.collect.readers.coerce import show
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type

if TYPE_CHECKING:
    from re import Match, Pattern

MOST_MATCHES = 100_000


def read_regex(text: str, option: str, gives: Type) -> Value:
    r"""Return what the expression `option` finds: named groups for a record, else the first group, else the match.

    A list takes all matches, anything else the first. A group that took no part is not there. Raises ValueError where
    nothing matches. Sample: df -B1 --output=avail /var

    >>> read_regex("     Avail\n1234567168\n", r"(?m)^\s*(?P<avail>\d+)$", Type(Kind.RECORD))
    {'avail': '1234567168'}
    """
    pattern = _compiled(option)
    many = gives.kind in {Kind.LIST, Kind.SAMPLES}
    wanted = gives.item if many else gives
    named = wanted is not None and wanted.kind in {Kind.RECORD, Kind.MAP, Kind.ANY} and bool(pattern.groupindex)
    found: list[Value] = []
    for match in pattern.finditer(text):
        found.append(_named(match) if named else _first(match))
        if not many:
            return found[0]
        if len(found) > MOST_MATCHES:
            raise ValueError(f"more than {MOST_MATCHES} matches")
    if not found:
        raise ValueError(f"nothing matches {show(option)} in {show(text)}")
    return found


def _named(match: Match[str]) -> Value:
    return {name: value for name, value in match.groupdict().items() if value is not None}


def _first(match: Match[str]) -> Value:
    return match[1] if match.re.groups else match[0]


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Pattern[str]:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        pattern: Pattern[str] = re2.compile(expression, options)
    except re2.error as problem:
        raise ValueError(f"{show(expression)} is no regular expression: {problem}") from None
    return pattern
