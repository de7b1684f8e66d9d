"""The builder: libyaml's events in, nodes out; counts as it goes, so that no text can exhaust it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn, Protocol, TypeGuard

from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import Problems
from hostproof.source.scalars import STARTS, resolve
from hostproof.source.spans import SourceFile, Span

MOST_DEPTH = 100
MOST_NODES = 200_000  # keys and values; what an alias stands for counts each time
MOST_ALIASES = 1_000
MOST_COMPARED = 100  # anchors, to find one that may have been meant

REST_OF_LINE = re.compile(r"[^\r\n]*")
TAG = re.compile(r"!\S*")
# What may stand before a node's own text: its anchor, its tag, comments and line breaks.
# A tag goes on to the next blank: libyaml takes commas and brackets in, even where they end an anchor.
PROPERTIES = re.compile(r"(?:(?:&[^\s,\[\]{}]*|!\S*)(?:\s++(?:#[^\n]*+)?)*+)*+")


class Mark(Protocol):
    """A place that libyaml gives: characters from the start of the text."""

    @property
    def index(self) -> int:
        """Count the characters before it."""


class Event(Protocol):
    """What this builder takes from ruamel's events; which of it one has depends on its kind."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    ctag: object | None
    value: str
    style: str
    version: object | None
    tags: object | None


class StopError(Exception):
    """A limit is passed, and the problem told: reading on could only cost time."""


class _Anchored(NamedTuple):
    """What an anchor names, how many nodes are in it, and how many levels."""

    node: Node
    nodes: int
    height: int


@dataclass(frozen=True, slots=True)
class _OwnMark:
    """A place that libyaml does not give."""

    index: int


class Builder:
    """Reads one document; `next_event` gives ruamel's events. Errors of syntax are for the caller to catch.

    `_node`, `_sequence`, `_mapping` and `_is_key` are the hot paths: a pack of 1,000 rules has 27,000 nodes.
    """

    def __init__(self, file: SourceFile, next_event: Callable[[], Event], problems: Problems) -> None:
        from ruamel.yaml import events as kinds

        self._scalar_kind: type = kinds.ScalarEvent
        self._alias_kind: type = kinds.AliasEvent
        self._sequence_kind: type = kinds.SequenceStartEvent
        self._sequence_end_kind: type = kinds.SequenceEndEvent
        self._mapping_end_kind: type = kinds.MappingEndEvent
        self._stream_end_kind: type = kinds.StreamEndEvent
        self._next = next_event
        self._file = file
        self._problems = problems
        self._anchors: dict[str, _Anchored] = {}
        self._open: set[str] = set()  # the anchors of the nodes around the one being read
        self._aliases = 0
        self._nodes = 0
        self._starts: list[int] = []  # of the lists and mappings around the node being read
        self._deepest = 0
        self._usable = True

    def document(self) -> Node | None:
        """Return the tree, or None if what was found wrong leaves too little of it; raises `StopError`."""
        _stream, start = self._next(), self._next()
        if type(start) is self._stream_end_kind:
            self._refuse_empty()
            return None
        if start.version or start.tags:
            self._problems.add("HP-E014", "directives are not allowed", self._at(start, REST_OF_LINE), "leave it out")
        node = self._node(self._next())
        _end, after = self._next(), self._next()
        if type(after) is not self._stream_end_kind:
            hint = "keep each document in a file of its own"
            self._problems.add("HP-E015", "a second document begins here", self._at(after, REST_OF_LINE), hint)
        if isinstance(node, Scalar) and node.plain and not node.text:
            self._refuse_empty()
            return None
        return node if self._usable else None

    def innermost(self) -> int | None:
        """Return where the list or mapping begins that is being read."""
        return self._starts[-1] if self._starts else None

    def _node(self, event: Event) -> Node:
        if type(event) is self._scalar_kind and event.anchor is None and event.ctag is None:
            text, style = event.value, event.style
            try:
                value = text if style or text[:1] not in STARTS else resolve(text)
            except OverflowError as error:
                return self._refuse_number(event, str(error))
            return Scalar(text, value, style, self._file, event.start_mark.index, event.end_mark.index)
        if type(event) is self._alias_kind:
            return self._alias(event)
        if event.anchor is None and event.ctag is None:
            return self._collection(event)
        return self._decorated(event)

    def _collection(self, event: Event) -> Sequence | Mapping:
        start = event.start_mark.index
        self._starts.append(start)
        self._deepest = max(self._deepest, len(self._starts))
        if len(self._starts) > MOST_DEPTH:
            self._stop("HP-E019", f"nested more than {MOST_DEPTH} deep", start)
        sequence = type(event) is self._sequence_kind
        node = self._sequence(start) if sequence else self._mapping(start)
        self._starts.pop()
        return node

    def _sequence(self, start: int) -> Sequence:
        next_event, node, end_kind = self._next, self._node, self._sequence_end_kind
        items: list[Node] = []
        while type(event := next_event()) is not end_kind:
            items.append(node(event))
            if len(items) > MOST_NODES:
                break
        self._count(len(items), start)
        return Sequence(tuple(items), self._file, start, event.end_mark.index)

    def _mapping(self, start: int) -> Mapping:
        next_event, node, end_kind = self._next, self._node, self._mapping_end_kind
        keys: list[Scalar] = []
        values: dict[str, Node] = {}
        while type(event := next_event()) is not end_kind:
            key, value = node(event), node(next_event())
            if self._is_key(key, values):
                keys.append(key)
                values[key.text] = value
                if len(keys) > MOST_NODES:
                    break
        self._count(2 * len(keys), start)
        return Mapping(tuple(keys), self._file, start, event.end_mark.index, values)

    def _is_key(self, key: Node, seen: dict[str, Node]) -> TypeGuard[Scalar]:
        """Whether a mapping may have this key; whatever is wrong with it is told."""
        if type(key) is Scalar and key.value is key.text and key.text not in seen and key.text != "<<":
            return True
        self._count(2, key.start)
        if not isinstance(key, Scalar):
            hint = "put it in quotes if it is a text"
            return self._spoil("HP-E012", "a key must be text, not a list or a mapping", key.where, hint)
        if key.text == "<<" and key.plain:
            hint = "write the entries out, or give single values an alias"
            return self._spoil("HP-E016", "merge keys are not allowed", key.where, hint)
        if key.text in seen:
            hint = f"keep one of them; the other's value begins on line {seen[key.text].where.line}"
            self._problems.add("HP-E010", f'the key "{key.text}" is given twice', key.where, hint)
            return False
        if not isinstance(key.value, str):
            message = f"the key {key.text} is not text" if key.text else "there is no key before the colon"
            self._problems.add("HP-E011", message, key.where, f'put it in quotes: "{key.text}"')
        return True

    def _decorated(self, event: Event) -> Node:
        """Return the node of an event with an anchor or a tag."""
        name = event.anchor
        if event.ctag is not None:
            place, hint = self._at(event, TAG), "leave it out; quotes make a text of anything"
            tag = self._file.text[place.start : place.end]
            self._problems.add("HP-E013", f"the tag {tag} is not allowed", place, hint)
        match = PROPERTIES.match(self._file.text, event.start_mark.index, event.end_mark.index)
        event.start_mark = _OwnMark(match.end()) if match else event.start_mark
        event.anchor = event.ctag = None
        return self._node(event) if name is None else self._anchored(name, event)

    def _anchored(self, name: str, event: Event) -> Node:
        nodes, deepest = self._nodes, self._deepest
        self._open.add(name)
        self._deepest = len(self._starts)
        node = self._node(event)
        self._anchors[name] = _Anchored(node, self._nodes - nodes, self._deepest - len(self._starts))
        self._open.discard(name)
        self._deepest = max(deepest, self._deepest)
        return node

    def _alias(self, event: Event) -> Node:
        start, name = event.start_mark.index, event.anchor or ""
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            self._stop("HP-E021", f"more than {MOST_ALIASES:,} aliases", start)
        anchored = None if name in self._open else self._anchors.get(name)
        if anchored is None:
            return self._refuse_alias(name, self._file.span(start, event.end_mark.index))
        height = len(self._starts) + anchored.height
        self._deepest = max(self._deepest, height)
        if height > MOST_DEPTH:
            self._stop("HP-E019", f"nested more than {MOST_DEPTH} deep", start)
        self._count(anchored.nodes, start)
        return anchored.node

    def _refuse_alias(self, name: str, place: Span) -> Scalar:
        if name in self._open:
            self._spoil("HP-E018", f"*{name} stands inside what it stands for", place, "write the value out")
        else:
            # Among very many anchors, thousands of mistakes would take minutes.
            near = nearest(name, self._anchors) if len(self._anchors) <= MOST_COMPARED else None
            hint = f"did you mean *{near}?" if near else f"put it in quotes, or mark a value above with &{name}"
            self._spoil("HP-E017", f"nothing above is marked &{name}", place, hint)
        return self._stand_in(place)

    def _refuse_number(self, event: Event, why: str) -> Scalar:
        place = self._file.span(event.start_mark.index, event.end_mark.index)
        self._spoil("HP-E022", why, place, "put it in quotes if it is a text")
        return self._stand_in(place)

    def _refuse_empty(self) -> None:
        self._problems.add("HP-E009", "the file holds nothing but blank lines and comments", self._file.span(0, 0))

    def _stand_in(self, place: Span) -> Scalar:
        """Return something in the place of what is refused; the tree with it is never given away."""
        return Scalar("?", "?", "", self._file, place.start, place.end)

    def _spoil(self, code: str, message: str, place: Span, hint: str) -> Literal[False]:
        """Tell of an error without which the text would have other content: its tree is of no use to anybody."""
        self._usable = False
        self._problems.add(code, message, place, hint)
        return False

    def _at(self, event: Event, pattern: re.Pattern[str]) -> Span:
        match = pattern.search(self._file.text, event.start_mark.index)
        start, end = match.span() if match else (event.start_mark.index, event.end_mark.index)
        return self._file.span(start, end)

    def _count(self, nodes: int, start: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            self._stop("HP-E020", f"more than {MOST_NODES:,} keys and values, each alias counted in full", start)

    def _stop(self, code: str, message: str, start: int) -> NoReturn:
        self._problems.add(code, message, self._file.span(start, start + 1))
        raise StopError
