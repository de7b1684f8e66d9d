"""Checked expressions: typed nodes with names resolved; whatever is an `Expr` has passed `check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias, cast, dataclass_transform

from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.source.records import field, record
from hostproof.source.spans import Located

if TYPE_CHECKING:
    from hostproof.expr.scope import Env

# Known facts, and the whole environment for the few that ask for parameters or the time -> the value.
Run: TypeAlias = "Callable[[Mapping[str, Value], Env], Value]"


@dataclass_transform(frozen_default=True, eq_default=False)
class _Parts:
    """Gives its subclasses what a frozen dataclass has: fields from annotations, and an `__init__` that takes them.

    Making twenty dataclasses takes as long as starting Python, and every run needs them.
    """

    parts: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.parts = (*cls.parts, *vars(cls).get("__annotations__", ()))

    def __init__(self, *values: object, **named: object) -> None:
        self.__dict__.update(zip(self.parts, values, strict=False), **named)
        if len(self.__dict__) != len(self.parts):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.parts)}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.parts)})"


class Typed(_Parts):
    """The characters from `start` up to `end` of the text, and what kind of value they stand for.

    Nodes are compared by identity.
    """

    start: int
    end: int
    type: Type

    def as_type(self, of: Type) -> Self:
        """Return the same node with another type."""
        other = copy(self)
        other.__dict__["type"] = of
        return other


class Literal(Typed):
    """A value that stands in the text, erased: `5ms` is 5000000."""

    value: Value


class Fact(Typed):
    """A whole fact, by its name in the snapshot."""

    name: str


class Param(Typed):
    """A parameter of the pack."""

    name: str


class Let(Typed):
    """A name of the rule that stands for another expression."""

    name: str
    expr: Expr


class Variable(Typed):
    """The item a comprehension is at; `slot` counts the comprehensions around it from 0, outermost first."""

    name: str
    slot: int


class Field(Typed):
    """A field of a record, or a key of untyped data, by a name known beforehand."""

    target: Node
    name: str


class Index(Typed):
    """An item of a list by number, or of a map by key."""

    target: Node
    key: Node


class ListOf(Typed):
    """`[a, b]`."""

    items: tuple[Node, ...]


class Not(Typed):
    """`not operand`."""

    operand: Node


class And(Typed):
    """True if all are; false if one is, whatever the others are."""

    operands: tuple[Node, ...]


class Or(Typed):
    """True if one is, whatever the others are; false if all are."""

    operands: tuple[Node, ...]


class Default(Typed):
    """`a ?? b ?? c`: the first that is not Unknown, else the last."""

    operands: tuple[Node, ...]


class Comparison(Typed):
    """`first sign operand sign operand`: all links must hold."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


class ConfidentComparison(Comparison):
    """A comparison of quantiles that only their intervals decide: where they leave it open, it is Unknown."""


class Membership(Typed):
    """`item in container` (a list, or the keys of a map); `not in` when `negated`."""

    item: Node
    container: Node
    negated: bool


class Step(_Parts):
    """One step of arithmetic: `operation` is a name of `arithmetic.OPERATIONS`, `type` that of the result so far."""

    operation: str
    operand: Node
    type: Type
    sign: str


class Arithmetic(Typed):
    """A chain of steps from left to right."""

    first: Node
    steps: tuple[Step, ...]


class Negative(Typed):
    """`-operand`."""

    operand: Node


class Conditional(Typed):
    """`then if condition else otherwise`."""

    then: Node
    condition: Node
    otherwise: Node


class Call(Typed):
    """A function of `functions.functions()`, by name and the index of its form."""

    function: str
    form: int
    arguments: tuple[Node, ...]


class Checked(Typed):
    """Untyped data used as what `type` says: looked at when it is met, Unknown(`type`) if it is something else."""

    operand: Node


class Known(Typed):
    """`known(operand)`: whether it is not Unknown."""

    operand: Node


class CauseOf(Typed):
    """`cause(operand)`: why it is Unknown, null if it isn't."""

    operand: Node


class Comprehension(Typed):
    """`kind(variable in source: body)`; kind is all, any, none, one, count, filter or map.

    `cost` is how many nodes one turn evaluates at most, for the step budget.
    """

    kind: str
    variable: str
    slot: int
    source: Node
    body: Node
    cost: int


Node: TypeAlias = (
    Literal
    | Fact
    | Param
    | Let
    | Variable
    | Field
    | Index
    | ListOf
    | Not
    | And
    | Or
    | Default
    | Comparison
    | Membership
    | Arithmetic
    | Negative
    | Conditional
    | Call
    | Checked
    | Known
    | CauseOf
    | Comprehension
)


def below(node: Node) -> Iterator[Node]:
    """Yield the nodes right below one, in the order of the text; a let's own nodes are not among them."""
    for name in node.parts:
        yield from _nodes_in(getattr(node, name))


def _nodes_in(part: object) -> Iterator[Node]:
    if isinstance(part, Typed):
        yield cast("Node", part)
    elif isinstance(part, Step):
        yield part.operand
    elif isinstance(part, tuple):
        for inner in part:
            yield from _nodes_in(inner)


@record(frozen=False, eq=False)
class Expr:
    """A checked expression; nothing of it changes, some of its parts are only made late.

    `types` says as what type each fact it reads was checked, those of its lets included. `size` counts nodes and
    `depth` their nesting, lets included. `grow` makes the topmost node. `run` is the compiled form, see
    `compile.compiled`; it raises one of `evaluate.SLOW` whenever something is not plain. `source` leads to the file,
    and is None after thawing.
    """

    text: str
    type: Type
    types: Mapping[str, Type]
    size: int
    depth: int
    grow: Callable[[], Node]
    source: Located | None = None
    run: Run | None = None
    _root: Node | None = field(lambda: None, init=False)

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in ("text", "type", "types", "size", "depth"))
        return f"Expr({', '.join(shown)})"

    @property
    def needs(self) -> frozenset[str]:
        """The names of the facts it reads."""
        return frozenset(self.types)

    @property
    def root(self) -> Node:
        """The topmost node; made from the frozen form when it is first asked for."""
        if self._root is None:
            self._root = self.grow()
        return self._root
