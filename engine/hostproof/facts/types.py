"""Types of facts and expressions: what a value means, and so what it may be compared with."""

from __future__ import annotations

from enum import StrEnum

from hostproof.source import records


class Kind(StrEnum):
    """The words of the type language. Values are erased to plain JSON values of the unit named here."""

    BOOL = "bool"
    INT = "int"  # a number that may be negative and has no unit
    COUNT = "count"  # a number of things: never negative, no unit
    FLOAT = "float"
    RATIO = "ratio"  # float, 1.0 is 100%
    DURATION = "duration"  # int, nanoseconds
    BYTES = "bytes"  # int, bytes
    RATE = "rate"  # float, bytes per second
    TIME = "time"  # int, nanoseconds since the Unix epoch
    VERSION = "version"  # str, ordered by `facts.versions`
    DEBIAN = "debian_version"  # str, ordered by `facts.debian`
    STRING = "string"
    LIST = "list"  # list of `item`
    MAP = "map"  # dict from str to `item`
    RECORD = "record"  # dict with the named `fields`
    SAMPLES = "samples"  # list of `item`, repeated measurements of one thing
    ANY = "any"  # untyped JSON: checked when it is met
    NULL = "null"


@records.record
class Type:
    """One type; `nullable` admits null besides (a limit that is not set, say)."""

    kind: Kind
    item: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()
    nullable: bool = False

    def __str__(self) -> str:
        inner = ""
        if self.item is not None:
            inner = f"<{self.item}>"
        elif self.kind is Kind.RECORD:
            inner = "{" + ", ".join(f"{name}: {kind}" for name, kind in self.fields) + "}"
        return f"{self.kind}{inner}{'?' if self.nullable else ''}"

    def field(self, name: str) -> Type | None:
        """Return the type of a record's field, or None when it has no such field."""
        return dict(self.fields).get(name)

    def required(self) -> Type:
        """Return the same type without null."""
        return Type(self.kind, self.item, self.fields, nullable=False)

    def optional(self) -> Type:
        """Return the same type with null admitted."""
        return Type(self.kind, self.item, self.fields, nullable=True)


BOOL, INT, COUNT, FLOAT = Type(Kind.BOOL), Type(Kind.INT), Type(Kind.COUNT), Type(Kind.FLOAT)
RATIO, DURATION, BYTES = Type(Kind.RATIO), Type(Kind.DURATION), Type(Kind.BYTES)
RATE, TIME, VERSION = Type(Kind.RATE), Type(Kind.TIME), Type(Kind.VERSION)
DEBIAN = Type(Kind.DEBIAN)
STRING, ANY, NULL = Type(Kind.STRING), Type(Kind.ANY), Type(Kind.NULL)


def list_of(item: Type) -> Type:
    """Return `list<item>`."""
    return Type(Kind.LIST, item)


def map_of(item: Type) -> Type:
    """Return `map<item>`; keys are always strings."""
    return Type(Kind.MAP, item)


def samples_of(item: Type) -> Type:
    """Return `samples<item>`."""
    return Type(Kind.SAMPLES, item)


def record(**fields: Type) -> Type:
    """Return a record with the given fields, in the given order."""
    return Type(Kind.RECORD, fields=tuple(fields.items()))
