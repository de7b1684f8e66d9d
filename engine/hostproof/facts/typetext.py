"""The spelling of types: `list<{name: string, mtu: bytes}>` in, a `Type` out; the inverse of `str(Type)`."""

from __future__ import annotations

import re

from hostproof.facts.types import Kind, Type

MOST_CHARACTERS = 2000
DEEPEST = 16

_WITH_ITEM = frozenset({Kind.LIST, Kind.MAP, Kind.SAMPLES})
_WORDS = {str(kind): kind for kind in Kind}
_TOKEN = re.compile(r"[ \t\r\n]*([A-Za-z_][A-Za-z0-9_-]*|[<>{},:?]|\Z)")


def type_words() -> tuple[str, ...]:
    """Return the words a type may be spelled with, for hints."""
    return tuple(_WORDS)


def parse_type(text: str) -> Type:
    """Read a type: a word of `Kind`, `list<T>`, `map<T>`, `samples<T>`, `{name: T, ...}`; `?` after it admits null.

    `record{...}` is the same as `{...}`. Raises ValueError that says what is wrong and quotes it.

    >>> str(parse_type("list<{name: string, mtu: bytes?}>"))
    'list<record{name: string, mtu: bytes?}>'
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a type may have {MOST_CHARACTERS} characters at most, this one has {len(text)}")
    reader = _TypeReader(text)
    found = reader.type(1)
    reader.expect("", "the end of the type")
    return found


class _TypeReader:
    """A cursor over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._here = ""
        self._next()

    def _next(self) -> str:
        """Step to the next token and return the one that was left."""
        taken = self._here
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            rest = self._text[self._at :].lstrip()
            raise ValueError(f"{rest[:1]!r} has no meaning in a type")
        self._here, self._at = match[1], match.end()
        return taken

    def expect(self, sign: str, what: str) -> None:
        """Step over `sign`, or say that `what` was expected."""
        if self._here != sign:
            found = repr(self._here) if self._here else "nothing more"
            raise ValueError(f"expected {what}, found {found}")
        if sign:
            self._next()

    def type(self, depth: int) -> Type:
        """Read one type and the `?` after it."""
        if depth > DEEPEST:
            raise ValueError(f"types may nest {DEEPEST} deep at most")
        found = self._record(depth) if self._here == "{" else self._named(depth)
        if self._here == "?":
            self._next()
            return found.optional()
        return found

    def _named(self, depth: int) -> Type:
        kind = _WORDS.get(self._here)
        if kind is None:
            found = repr(self._here) if self._here else "nothing more"
            raise ValueError(f"expected a type, found {found}")
        self._next()
        if kind is Kind.RECORD:
            return self._record(depth)
        if kind not in _WITH_ITEM:
            return Type(kind)
        self.expect("<", f"'<' after {kind}, as in {kind}<any>")
        item = self.type(depth + 1)
        self.expect(">", "'>'")
        return Type(kind, item)

    def _record(self, depth: int) -> Type:
        self.expect("{", "'{' and the record's fields")
        fields: dict[str, Type] = {}
        while self._here != "}":
            name = self._field_name()
            if name in fields:
                raise ValueError(f"field {name!r} stands twice")
            self.expect(":", f"':' after field {name!r}")
            fields[name] = self.type(depth + 1)
            if self._here != "}":
                self.expect(",", "',' or '}'")
        self._next()
        if not fields:
            raise ValueError("a record needs at least one field")
        return Type(Kind.RECORD, fields=tuple(fields.items()))

    def _field_name(self) -> str:
        if not self._here or self._here in "<>{},:?":
            found = repr(self._here) if self._here else "nothing more"
            raise ValueError(f"expected a field's name, found {found}")
        return self._next()
