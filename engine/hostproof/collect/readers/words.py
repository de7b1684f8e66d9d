"""Readers of plain text: `text` takes the whole, `lines` each line, `number` one number with an optional unit."""

from __future__ import annotations

import re

from hostproof.collect.readers.coerce import show
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type

MOST_LINES = 100_000
_NUMBER = re.compile(r"([+-]?[0-9][0-9a-fA-FxX._]*(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z%/]*)")


def read_text(text: str, option: str, gives: Type) -> Value:  # noqa: ARG001 - all readers are called alike
    r"""Return the text without the line ends after it. Sample: /proc/sys/kernel/ostype.

    >>> from hostproof.facts.types import STRING
    >>> read_text("Linux\n", "", STRING)
    'Linux'
    """
    return text.rstrip("\r\n")


def read_lines(text: str, option: str, gives: Type) -> Value:  # noqa: ARG001 - all readers are called alike
    r"""Return the lines that aren't blank, without the blanks after them. Raises ValueError. Sample: /etc/shells.

    >>> from hostproof.facts.types import STRING, list_of
    >>> read_lines("# /etc/shells: valid login shells\n/bin/sh\n\n/bin/bash\n", "", list_of(STRING))
    ['# /etc/shells: valid login shells', '/bin/sh', '/bin/bash']
    """
    return [*not_blank(text)]


def read_number(text: str, option: str, gives: Type) -> Value:  # noqa: ARG001 - all readers are called alike
    r"""Return the one number that a text is, with its unit; `option` is the unit of a bare number. Raises ValueError.

    Sample: du -sk /var/log | cut -f1

    >>> from hostproof.facts.types import BYTES
    >>> read_number("131072\n", "KiB", BYTES)
    '131072KiB'
    >>> read_number(" 12 MiB\n", "KiB", BYTES)
    '12MiB'
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{show(text.strip())} is not one number")
    number, unit = match.groups()
    return number + (unit or option)


def not_blank(text: str) -> list[str]:
    r"""Return the lines of a text that aren't blank. Raises ValueError when there are too many.

    Only a line feed ends a line: what else Python would split at may stand inside a hostile name.

    >>> not_blank("a \r\n\nb")
    ['a', 'b']
    """
    lines = [line.rstrip() for line in text.split("\n")]
    found = [line for line in lines if line]
    if len(found) > MOST_LINES:
        raise ValueError(f"it has {len(found)} lines, the bound is {MOST_LINES}")
    return found
