"""Text with places: a `SourceFile` knows its lines, a `Span` is a range of its characters."""

from __future__ import annotations

from bisect import bisect_right
from typing import Protocol

from hostproof.source.records import field, record


@record(eq=False)
class SourceFile:
    """One text and the name a user knows it by; offsets count characters from 0."""

    path: str
    text: str
    _starts: list[int] = field(default_factory=list, init=False, shown=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of the character at `offset`."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of the 1-based line `number`, without its line break."""
        starts = self._line_starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """Return the span of the characters from `start` up to `end`."""
        return Span(self, start, end)

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts.append(0)
            here = self.text.find("\n")
            while here >= 0:
                self._starts.append(here + 1)
                here = self.text.find("\n", here + 1)
        return self._starts


@record(eq=False)
class Span:
    """A range of characters of one file: `start` belongs to it, `end` does not."""

    file: SourceFile
    start: int
    end: int

    @property
    def line(self) -> int:
        """The 1-based line the span starts on."""
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        """The 1-based column, in characters, the span starts at."""
        return self.file.position(self.start)[1]

    def __str__(self) -> str:
        line, column = self.file.position(self.start)
        return f"{self.file.path}:{line}:{column}"


class Located(Protocol):
    """A text whose every range can be traced to a file: a whole file, or a scalar inside YAML."""

    @property
    def text(self) -> str:
        """The text itself, as its reader sees it (unquoted, unfolded)."""
        ...

    def span(self, start: int, end: int) -> Span:
        """Return where the characters from `start` up to `end` of `text` stand in the file."""
        ...
