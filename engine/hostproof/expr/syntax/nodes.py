"""Parsed nodes: what the grammar found, each with its range of characters; nothing is resolved or typed yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Parsed:
    """The characters from `start` up to `end`; `depth` counts the nodes on the longest way down, itself included."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Path(Parsed):
    """One name or several joined by dots: `kernel.release`."""

    text: str


@dataclass(frozen=True, slots=True)
class Number(Parsed):
    """A number as written, unit included."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Parsed):
    """A text as written, quotes included."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant(Parsed):
    """`true`, `false` or `null`."""

    word: str


@dataclass(frozen=True, slots=True)
class ListOf(Parsed):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Parsed):
    """`target.names` where the target is no plain path; `names` may be dotted and stand from `at` to the node's end."""

    target: Node
    names: str
    at: int


@dataclass(frozen=True, slots=True)
class Subscript(Parsed):
    """`target[key]`."""

    target: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Call(Parsed):
    """`callee(arguments)`."""

    callee: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Parsed):
    """`callee(binding: body)`; the binding should be a membership `name in list`."""

    callee: Node
    binding: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Prefix(Parsed):
    """`not operand` or `-operand`; `sign` is `not` or `-`."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Joined(Parsed):
    """`a or b or c`, `a and b`, `a ?? b`: two or more operands of one `sign`."""

    sign: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain(Parsed):
    """`first sign operand sign operand ...`: a chain of comparisons, or of `+ -`, or of `* / %`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Comparison(Chain):
    """A chain of `< <= > >= == !=`."""


@dataclass(frozen=True, slots=True)
class Arithmetic(Chain):
    """A chain of `+ -` or of `* / %`, to be taken from left to right."""


@dataclass(frozen=True, slots=True)
class Membership(Parsed):
    """`item in container`, or `not in` when `negated`."""

    item: Node
    container: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Matching(Parsed):
    """`text matches pattern`."""

    text: Node
    pattern: Node


@dataclass(frozen=True, slots=True)
class Conditional(Parsed):
    """`then if condition else otherwise`."""

    then: Node
    condition: Node
    otherwise: Node


Node: TypeAlias = (
    Path
    | Number
    | Text
    | Constant
    | ListOf
    | Attribute
    | Subscript
    | Call
    | Comprehension
    | Prefix
    | Joined
    | Comparison
    | Arithmetic
    | Membership
    | Matching
    | Conditional
)
