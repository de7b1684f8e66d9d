"""The builder: libyaml's events in, nodes out; counts as it goes, so that no text can exhaust it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn, TypeGuard

from hostproof.source.near import nearest
from hostproof.source.nodes import Entry, Mapping, Node, Scalar, Sequence
from hostproof.source.problems import Problems
from hostproof.source.scalars import STARTS, Plain, resolve
from hostproof.source.spans import SourceFile, Span

MOST_DEPTH = 100
MOST_NODES = 200_000  # keys and values; what an alias stands for counts each time
MOST_ALIASES = 1_000

REST_OF_LINE = re.compile(r"[^\r\n]*")
TAG = re.compile(r"!\S*")
# What may stand before a node's own text: its anchor, its tag, comments and line breaks.
PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s++(?:#[^\n]*+)?)*+)++")


class StopError(Exception):
    """A limit is passed, and the problem told: reading on could only cost time."""


class _Anchored(NamedTuple):
    """What an anchor names, how many nodes are in it, and how many levels."""

    node: Node
    nodes: int
    height: int


class Builder:
    """Reads one document; `next_event` gives ruamel's events. Errors of syntax are for the caller to catch.

    `_node`, `_sequence` and `_mapping` are the hot paths: a pack of 1,000 rules has 27,000 nodes.
    """

    def __init__(self, file: SourceFile, next_event: Callable[[], Any], problems: Problems) -> None:
        from ruamel.yaml import events as kinds

        self._kinds = kinds
        self._scalar_kind = kinds.ScalarEvent
        self._events: Iterator[Any] = iter(next_event, None)
        self._file = file
        self._problems = problems
        self._anchors: dict[str, _Anchored] = {}
        self._open: set[str] = set()  # the anchors of the nodes around the one being read
        self._aliases = 0
        self._nodes = 0
        self._depth = 0
        self._deepest = 0
        self._end = 0  # of the last thing read
        self._usable = True

    def document(self) -> Node | None:
        """Return the tree, or None if what was found wrong leaves too little of it; raises `StopError`."""
        _stream, start = next(self._events), next(self._events)
        if isinstance(start, self._kinds.StreamEndEvent):
            self._refuse_empty()
            return None
        if start.version or start.tags:
            self._problems.add("HP-E014", "directives are not allowed", self._at(start, REST_OF_LINE), "leave it out")
        node = self._node(next(self._events))
        _end, after = next(self._events), next(self._events)
        if isinstance(after, self._kinds.DocumentStartEvent):
            hint = "keep each document in a file of its own"
            self._problems.add("HP-E015", "a second document begins here", self._at(after, REST_OF_LINE), hint)
        if isinstance(node, Scalar) and node.plain and not node.text:
            self._refuse_empty()
            return None
        return node if self._usable else None

    def _refuse_empty(self) -> None:
        self._problems.add("HP-E009", "the file holds nothing but blank lines and comments", self._file.span(0, 0))

    def _node(self, event: Any) -> Node:
        if type(event) is self._scalar_kind and event.anchor is None and event.ctag is None:
            text, style = event.value, event.style
            value = text if style or text[:1] not in STARTS else self._value(event)
            self._end = end = event.end_mark.index
            return Scalar(text, value, style, self._file, event.start_mark.index, end)
        if type(event) is self._kinds.AliasEvent:
            return self._alias(event)
        if event.ctag is not None:
            hint = "leave it out; quotes make a text of anything"
            self._problems.add("HP-E013", f"the tag {event.ctag} is not allowed", self._at(event, TAG), hint)
        return self._bare(event) if event.anchor is None else self._anchored(event)

    def _bare(self, event: Any) -> Node:
        """Return the node of an event whose anchor and tag are dealt with."""
        if type(event) is self._scalar_kind:
            self._end = event.end_mark.index
            value = event.value if event.style else self._value(event)
            return Scalar(event.value, value, event.style, self._file, self._start(event), self._end)
        if self._depth == MOST_DEPTH:
            self._stop("HP-E019", f"nested more than {MOST_DEPTH} deep", event)
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        sequence = type(event) is self._kinds.SequenceStartEvent
        node = self._sequence(event) if sequence else self._mapping(event)
        self._depth -= 1
        return node

    def _value(self, event: Any) -> Plain:
        try:
            return resolve(event.value)
        except OverflowError as error:
            self._usable = False
            hint = "put it in quotes if it is a text"
            self._problems.add("HP-E022", str(error), self._file.span(self._start(event), event.end_mark.index), hint)
            return None

    def _sequence(self, start: Any) -> Sequence:
        end_kind, items = self._kinds.SequenceEndEvent, []
        for event in self._events:
            if type(event) is end_kind:
                break
            self._nodes += 1
            if self._nodes > MOST_NODES:
                self._stop_counting(event)
            items.append(self._node(event))
        if start.flow_style:
            self._end = event.end_mark.index
        return Sequence(tuple(items), self._file, self._start(start), self._end)

    def _mapping(self, start: Any) -> Mapping:
        end_kind, entries = self._kinds.MappingEndEvent, dict[str, Entry]()
        for event in self._events:
            if type(event) is end_kind:
                break
            self._nodes += 2
            if self._nodes > MOST_NODES:
                self._stop_counting(event)
            key, value = self._node(event), self._node(next(self._events))
            if self._may_be_key(key, entries):
                entries[key.text] = Entry(key, value)
        if start.flow_style:
            self._end = event.end_mark.index
        return Mapping(entries, self._file, self._start(start), self._end)

    def _may_be_key(self, key: Node, seen: dict[str, Entry]) -> TypeGuard[Scalar]:
        if type(key) is Scalar and type(key.value) is str and key.text not in seen and key.text != "<<":
            return True
        return self._may_still_be_key(key, seen)

    def _may_still_be_key(self, key: Node, seen: dict[str, Entry]) -> bool:
        """Tell what is wrong with a key; one that is just not text is still good for its name."""
        add = self._problems.add
        if not isinstance(key, Scalar):
            self._usable = False
            add("HP-E012", "a key must be text, not a list or a mapping", key.where, "put it in quotes")
        elif key.text in seen:
            hint = f"the first one is on line {seen[key.text].key.where.line}; keep one of them"
            add("HP-E010", f'the key "{key.text}" is given twice', key.where, hint)
        elif key.text == "<<" and key.plain:
            self._usable = False
            add("HP-E016", "merge keys are not allowed", key.where, "write the entries out, or alias single values")
        elif not key.text and key.plain:
            add("HP-E011", "there is no key before the colon", key.where, "write the key, or put the text in quotes")
            return True
        else:
            if not isinstance(key.value, str):
                hint = f'put it in quotes: "{key.text}"'
                add("HP-E011", f"a key must be text, and {key.text} is {_kind(key)}", key.where, hint)
            return True
        return False

    def _anchored(self, event: Any) -> Node:
        nodes, deepest = self._nodes, self._deepest
        self._open.add(event.anchor)
        self._deepest = self._depth
        node = self._bare(event)
        self._anchors[event.anchor] = _Anchored(node, self._nodes - nodes, self._deepest - self._depth)
        self._open.discard(event.anchor)
        self._deepest = max(deepest, self._deepest)
        return node

    def _alias(self, event: Any) -> Node:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            self._stop("HP-E021", f"more than {MOST_ALIASES:,} aliases", event)
        self._end = event.end_mark.index
        anchored = None if event.anchor in self._open else self._anchors.get(event.anchor)
        if anchored is None:
            return self._refuse_alias(event.anchor, self._file.span(event.start_mark.index, self._end))
        height = self._depth + anchored.height
        if height > MOST_DEPTH:
            self._stop("HP-E019", f"nested more than {MOST_DEPTH} deep", event)
        self._deepest = max(self._deepest, height)
        self._nodes += anchored.nodes
        if self._nodes > MOST_NODES:
            self._stop_counting(event)
        return anchored.node

    def _refuse_alias(self, name: str, place: Span) -> Scalar:
        self._usable = False
        if name in self._open:
            self._problems.add("HP-E018", f"*{name} stands inside what it stands for", place, "write the value out")
        else:
            near = nearest(name, self._anchors)
            hint = f"did you mean *{near}?" if near else f"put it in quotes, or mark a value above with &{name}"
            self._problems.add("HP-E017", f"nothing above is marked &{name}", place, hint)
        return Scalar("", None, "", self._file, place.start, place.end)

    def _start(self, event: Any) -> int:
        """Return where a node itself begins, after its anchor and tag."""
        start: int = event.start_mark.index
        if event.anchor is None and event.ctag is None:
            return start
        match = PROPERTIES.match(self._file.text, start, event.end_mark.index)
        return match.end() if match else start

    def _at(self, event: Any, pattern: re.Pattern[str]) -> Span:
        match = pattern.search(self._file.text, event.start_mark.index)
        start, end = match.span() if match else (event.start_mark.index, event.end_mark.index)
        return self._file.span(start, end)

    def _stop_counting(self, event: Any) -> NoReturn:
        self._stop("HP-E020", f"more than {MOST_NODES:,} keys and values, each alias counted in full", event)

    def _stop(self, code: str, message: str, event: Any) -> NoReturn:
        start = event.start_mark.index
        self._problems.add(code, message, self._file.span(start, start + 1))
        raise StopError


def _kind(key: Scalar) -> str:
    if key.value is None:
        return "null"
    return "true or false" if isinstance(key.value, bool) else "a number"
