"""The tree of a YAML text: scalars, sequences and mappings, each of which knows its place in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from hostproof.source.scalars import Plain
from hostproof.source.spans import SourceFile, Span

Node: TypeAlias = "Scalar | Sequence | Mapping"

COMMENT = re.compile(r"[ \t]+(#[^\r\n]*)")

# The three kinds are not frozen: a frozen dataclass takes three times as long to make, and a pack of 1,000
# rules has 30,000 of them. Nobody changes them once they are built.


@dataclass(slots=True, eq=False)
class Scalar:
    """One text of the file, as `Located`: `text` is unquoted and unfolded, `value` what YAML makes of it.

    `style` is empty for an unquoted scalar, else its first character: `'`, `"`, `|` or `>`. Only an unquoted one
    can have a `value` other than its text: `9.10` has the text `9.10` and the value 9.1.
    """

    text: str
    value: Plain
    style: str
    file: SourceFile
    start: int
    end: int
    _places: tuple[tuple[int, int], ...] = field(init=False, repr=False)

    @property
    def plain(self) -> bool:
        """Whether it is written without quotes, and not as a block."""
        return not self.style

    @property
    def where(self) -> Span:
        """The place of the whole scalar, with its quotes or its block's header."""
        return _trimmed(self)

    def span(self, start: int, end: int) -> Span:
        """Return where the characters from `start` up to `end` of `text` stand in the file.

        An empty range behind the last word stands right behind it, wherever a block may end. An empty scalar, and
        one too long to map, has only its own place.
        """
        places = self._char_places()
        if not places:
            return self.where
        start, end = max(0, start), min(end, len(places))
        if start < end:
            return Span(self.file, places[start][0], places[end - 1][1])
        words = len(self.text.rstrip())
        at = places[start][0] if start < words else places[max(words - 1, 0)][1]
        return Span(self.file, at, at)

    def _char_places(self) -> tuple[tuple[int, int], ...]:
        try:
            return self._places
        except AttributeError:
            from hostproof.source.charmap import places

            self._places = places(self.text, self.style, self.file.text, self.start, self.end)
            return self._places

    def comment_follows(self) -> Span | None:
        """Return the place of the comment that ends an unquoted scalar's line, if there is one.

        Whoever writes `assert: a == b # c` may have meant the `#` to belong to the text.
        """
        match = COMMENT.match(self.file.text, self.end) if self.plain else None
        return Span(self.file, *match.span(1)) if match else None


@dataclass(slots=True, eq=False)
class Sequence:
    """A list, in block or flow form."""

    items: tuple[Node, ...]
    file: SourceFile
    start: int
    end: int

    @property
    def where(self) -> Span:
        """The place from its first item or bracket to its end."""
        return _trimmed(self)


class Entry(NamedTuple):
    """A key and its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order of the file; no key stands in it twice."""

    keys: tuple[Scalar, ...]
    file: SourceFile
    start: int
    end: int
    _values: dict[str, Node]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All keys with their values."""
        return tuple(map(Entry, self.keys, self._values.values()))

    @property
    def where(self) -> Span:
        """The place from its first key or brace to its end."""
        return _trimmed(self)

    def get(self, name: str) -> Node | None:
        """Return the value of the key `name`, or None without it."""
        return self._values.get(name)


def _trimmed(node: Node) -> Span:
    """Leave out the blank lines below a block, which libyaml counts in."""
    return Span(node.file, node.start, node.start + len(node.file.text[node.start : node.end].rstrip()))
