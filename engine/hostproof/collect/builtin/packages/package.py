"""What the databases have in common: a package as a record, and a list of lines that make no sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from hostproof.facts.snapshot import Value
from hostproof.source.records import record

MOST_UNREADABLE = 100
LONGEST = 512  # characters of a name or a version


@record
class Package:
    """One package; `status` is `installed` where nothing is wrong with it."""

    name: str
    version: str
    arch: str
    manager: str
    status: str = "installed"
    source: str = ""
    source_version: str = ""

    def value(self) -> dict[str, Value]:
        """Return it as a snapshot holds it; a package that names no source is its own."""
        return {
            "name": self.name,
            "version": self.version,
            "arch": self.arch,
            "manager": self.manager,
            "status": self.status,
            "source": self.source or self.name,
            "source_version": self.source_version or self.version,
        }


@record
class Unreadable:
    """A place that makes no sense: a file, a line (from 1; of rpm the number of its row), and why."""

    file: str
    line: int
    why: str

    def value(self) -> dict[str, Value]:
        """Return it as a snapshot holds it."""
        return {"file": self.file, "line": self.line, "why": self.why}


def told(places: Iterable[Unreadable]) -> list[Value]:
    """Return the first hundred of them."""
    return [place.value() for place in islice(places, MOST_UNREADABLE)]


def paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    r"""Yield blocks of lines between empty ones, each with the number of its first line.

    >>> list(paragraphs("a\nb\n\n\nc\n"))
    [(1, ['a', 'b']), (5, ['c'])]
    """
    block: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield number - len(block) + 1, block


def plain(text: str) -> bool:
    """Tell whether a name or a version is one: of some length, without blanks and control characters.

    >>> plain("1:2.36-9+deb12u9"), plain("a b"), plain("")
    (True, False, False)
    """
    return 0 < len(text) <= LONGEST and text.isprintable() and " " not in text
