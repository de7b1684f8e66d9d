"""Lines for a terminal: styled pieces of text wrapped at a width in cells, written with or without colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Piece: TypeAlias = tuple[str, str]  # text, and the rich style it gets where there is colour
Line: TypeAlias = tuple[Piece, ...]


def cells(text: str) -> int:
    """Return how many columns a terminal needs for `text`: 2 for wide characters, 0 for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(character) for character in text)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break `text` at blanks into lines of at most `width` cells; a longer word has a line of its own, unbroken."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and cells(longer) > width:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line


def labelled(label: str, lines: Iterable[str], indent: int, style: str = "") -> Iterator[Line]:
    """Put `label` in front of the first line and as many blanks in front of the others."""
    for number, line in enumerate(lines):
        yield (" " * indent, ""), (label if number == 0 else " " * len(label), "dim"), (line, style)


def plain_text(lines: Sequence[Line]) -> str:
    """Return the lines without colour."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def coloured_text(lines: Sequence[Line]) -> str:
    """Return the lines with the escape sequences of the 16 colours that every terminal theme defines."""
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", legacy_windows=False, no_color=False, _environ={})
    with console.capture() as captured:
        for line in lines:
            console.print(Text.assemble(*line), soft_wrap=True, highlight=False)
    return captured.get()


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200c\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
