"""The shape of a mapping somebody wrote: nodes in, checked texts and parts out, or problems with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hostproof.source.near import nearest
from hostproof.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from hostproof.source.problems import MOST_PROBLEMS, Problems
from hostproof.source.spans import Span

MOST_LINE = 200  # characters of a title, a name, a reason
MOST_TEXT = 8_000  # characters of a rationale
MOST_ENTRIES = 1_000  # of a section
MOST_UNKNOWN_KEYS = 20  # of one mapping, that are told


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes a file's kind has for what can be wrong with the shape of any file."""

    unknown_key: str
    missing: str
    kind: str
    misread: str
    empty: str
    number: str
    length: str


PACK_CODES = Codes("HP-E101", "HP-E102", "HP-E103", "HP-E104", "HP-E105", "HP-E106", "HP-E122")


@dataclass(frozen=True, slots=True)
class Shape:
    """Reads the parts of mappings; what is wrong goes to `problems`, and the answer is None or empty."""

    problems: Problems
    codes: Codes

    def apart(self) -> Shape:
        """Return the same with problems of its own, so that a part's errors can be told from those before it."""
        return Shape(Problems(), self.codes)

    @property
    def enough(self) -> bool:
        """Whether so much is wrong already that nobody will read the rest."""
        return len(self.problems.found) >= 10 * MOST_PROBLEMS

    def mapping(self, node: Node, what: str, example: str = "") -> Mapping | None:
        """Return the node if it is a mapping; `what` names it: "a rule"."""
        if isinstance(node, Mapping):
            return node
        self._wrong_kind(node, f"{what} is a mapping of keys, not {described(node)}", example)
        return None

    def sequence(self, node: Node, what: str, example: str = "") -> tuple[Node, ...] | None:
        """Return the items of a list; `what` names it: "`tags`"."""
        if isinstance(node, Sequence):
            return node.items
        self._wrong_kind(node, f"{what} is a list, not {described(node)}", example)
        return None

    def entries(self, node: Node | None, what: str, most: int = MOST_ENTRIES) -> Iterator[Entry]:
        """Yield keys and values of an optional mapping, `most` of them, until enough is wrong with them."""
        found = self.mapping(node, what) if node is not None else None
        entries = found.entries if found else ()
        if len(entries) > most:
            message = f"{what} may have {most:,} entries, and has {len(entries):,}"
            self.problems.add(self.codes.length, message, entries[most].key.where)
        for entry in entries[:most]:
            if not self.enough:
                yield entry

    def keys(self, node: Mapping, known: tuple[str, ...], required: tuple[str, ...], what: str) -> None:
        """Tell of keys that `known` lacks, and of `required` ones that are missing."""
        unknown = [key for key, _ in node.entries if key.text not in known]
        for key in unknown[:MOST_UNKNOWN_KEYS]:
            near = nearest(key.text, known)
            hint = f"did you mean {near!r}?" if near else f"its keys are {', '.join(known)}"
            self.problems.add(self.codes.unknown_key, f"{what} has no key {key.text[:MOST_LINE]!r}", key.where, hint)
        for name in required:
            if node.get(name) is None:
                self.problems.add(self.codes.missing, f"{what} needs the key {name!r}", beginning(node))

    def text(self, node: Node | None, what: str, most: int = MOST_LINE) -> Scalar | None:
        """Return a text that is neither empty nor too long, and that YAML reads as text; None for no node."""
        scalar = self.written(node, what, most)
        if scalar is None or isinstance(scalar.value, str):
            return scalar
        message = f"YAML reads {scalar.text!r} as {_kind_of(scalar)}, and {what} is a text"
        self.problems.add(self.codes.misread, message, scalar.where, f"write it in quotes: {quoted(scalar.text)}")
        return None

    def written(self, node: Node | None, what: str, most: int = MOST_LINE) -> Scalar | None:
        """Return a text that is neither empty nor too long, as it is written, whatever YAML would make of it."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            quotes = ": write it in quotes" if _flow(node) else ""
            self._wrong_kind(node, f"{what} is a text, not {described(node)}{quotes}", "")
        elif not node.text.strip():
            self.problems.add(self.codes.empty, f"{what} is empty", node.where)
        elif len(node.text) > most:
            message = f"{what} may have {most:,} characters, and has {len(node.text):,}"
            self.problems.add(self.codes.length, message, node.where)
        elif "\0" in node.text:
            self.problems.add(self.codes.kind, f"{what} holds a NUL character", node.where)
        else:
            return node
        return None

    def line(self, node: Node | None, what: str) -> str:
        """Return a text of one line, as YAML reads it; empty if there is none or it is wrong."""
        scalar = self.text(node, what)
        return " ".join(scalar.text.split()) if scalar else ""

    def word(self, node: Node, words: tuple[str, ...], code: str, what: str) -> str:
        """Return one of `words`, or an empty text with a problem of `code`; `what` is "a severity"."""
        scalar = self.written(node, what)
        if scalar is None or scalar.text in words:
            return scalar.text if scalar else ""
        near = nearest(scalar.text, words)
        hint = f"did you mean '{near}'?" if near else f"write {'one of ' * (len(words) > 1)}{', '.join(words)}"
        self.problems.add(code, f"{scalar.text[:MOST_LINE]!r} is not {what}", scalar.where, hint)
        return ""

    def format_number(self, node: Mapping, number: int, what: str) -> None:
        """Tell of a file whose `hostproof` is not the number of the format that is read here."""
        found = node.get("hostproof")
        value = found.value if isinstance(found, Scalar) and found.plain else None
        if found is None or (value == number and not isinstance(value, bool)):
            return
        shown = repr(found.text[:MOST_LINE]) if isinstance(found, Scalar) else described(found)
        newer = isinstance(value, int) and value > number
        hint = f"write hostproof: {number}" + (", or use a newer hostproof" if newer else "")
        self.problems.add(self.codes.number, f"{shown} is not a format of {what}", found.where, hint)

    def _wrong_kind(self, node: Node, message: str, example: str) -> None:
        self.problems.add(self.codes.kind, message, node.where, f"write {example}" if example else "")


def beginning(node: Mapping) -> Span:
    """Return the place that stands for a whole mapping: its id, else its first key."""
    name = node.get("id")
    if isinstance(name, Scalar):
        return name.where
    return node.entries[0].key.where if node.entries else node.where


def described(node: Node) -> str:
    """Return what a node is, for a message."""
    if isinstance(node, Scalar):
        return "nothing" if node.plain and node.value is None else f"the text {node.text[:40]!r}"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def quoted(text: str) -> str:
    """Return a text in the quotes that YAML needs."""
    return f'"{text}"' if '"' not in text and "\\" not in text else f"'{text}'"


def _kind_of(scalar: Scalar) -> str:
    if scalar.value is None:
        return "nothing"
    return "true or false" if isinstance(scalar.value, bool) else "a number"


def _flow(node: Node) -> bool:
    """Tell whether a list or mapping is written in brackets, as a text with a bracket may be by mistake."""
    return node.file.text[node.start : node.start + 1] in ("[", "{")
