r"""Where each character of a scalar's text stands in the file, through quotes, escapes, folds and indentation.

YAML drops and makes white space as it reads, and nothing else. So the other characters correspond one to one, in
order, and only the white space between two of them has to be matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WHITE = " \t\r\n"
MOST_CHARACTERS = 100_000  # of a text worth mapping; no expression is longer

# One unit of the spelling: what one character of the text is written as, or white space that may be dropped.
ANY = re.compile(r".", re.DOTALL)
SINGLE_QUOTED = re.compile(r"''|.", re.DOTALL)
DOUBLE_QUOTED = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)|.",
    re.DOTALL,
)
# YAML 1.2.2, chapter 5.7: the escapes that stand for white space. Of the others it matters only that they do not.
WHITE_ESCAPES = {"t": "\t", "\t": "\t", "n": "\n", "r": "\r", " ": " "}


@dataclass(frozen=True, slots=True)
class _Unit:
    """The characters from `start` up to `end` of the file, and what they stand for (nothing: an escaped break)."""

    start: int
    end: int
    char: str


def places(text: str, style: str, written: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return for each character of `text` the offsets in the file `written` between which it stands.

    `start` and `end` are the scalar's own offsets, quotes or block header included. Empty if the text is too long.

    >>> places("it's", "'", "- 'it''s'", 2, 9)
    ((3, 4), (4, 5), (5, 7), (7, 8))
    """
    if end - start > MOST_CHARACTERS:
        return ()
    units = list(_units(style, written, start, end))
    solid = [index for index, unit in enumerate(units) if unit.char not in WHITE]
    found: list[tuple[int, int]] = []
    before = -1
    for index in solid:
        gap, before = units[before + 1 : index], index
        stop = len(found)
        while text[stop] in WHITE:
            stop += 1
        found += _aligned(text[len(found) : stop], gap, units[index].start)
        found.append((units[index].start, units[index].end))
    behind = units[before].end if solid else start
    return (*found, *_aligned(text[len(found) :], units[before + 1 :], behind))


def _units(style: str, written: str, start: int, end: int) -> Iterator[_Unit]:
    if style in {"|", ">"}:
        # The text begins on the line below the header.
        start = written.find("\n", start, end) + 1 or end
    elif style:
        start, end = start + 1, end - 1
    pattern = {"'": SINGLE_QUOTED, '"': DOUBLE_QUOTED}.get(style, ANY)
    for match in pattern.finditer(written, start, end):
        yield _Unit(*match.span(), _char(match[0]))


def _char(spelling: str) -> str:
    if len(spelling) == 1:
        return spelling
    if spelling[1] in "xuU":
        return chr(int(spelling[2:], 16))
    return "" if spelling[1] in "\r\n" else WHITE_ESCAPES.get(spelling[1], spelling[1])


def _aligned(white: str, gap: list[_Unit], near: int) -> list[tuple[int, int]]:
    """Match a run of white space with the units it was read from: `near` is a place if there is none."""
    head, tail = 0, 0
    left = min(len(white), len(gap))
    # Behind a break stands indentation, which is dropped, before what is not: so from the right first.
    while tail < left and white[-1 - tail] == gap[-1 - tail].char != "\n":
        tail += 1
    while head < left - tail and white[head] == gap[head].char:
        head += 1
    rest = gap[head : len(gap) - tail]
    folded = next((unit for unit in rest if unit.char == "\n"), None)
    middle = (folded.start, folded.end) if folded else (near, near)
    found = [(unit.start, unit.end) for unit in gap[:head]]
    found += [middle] * (len(white) - head - tail)
    return found + [(unit.start, unit.end) for unit in gap[len(gap) - tail :]]
