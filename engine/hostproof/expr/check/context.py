"""What a check carries along: the source and its problems, and what is known at this point of the expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

from hostproof.expr import model
from hostproof.expr.model import Node
from hostproof.expr.scope import Scope
from hostproof.expr.syntax.nodes import Parsed
from hostproof.facts.types import Kind, Type
from hostproof.source.problems import Problems
from hostproof.source.spans import Located

Place: TypeAlias = tuple[str | int, ...]
MOST_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Context:
    """What holds at this point of the expression.

    `variables` are those of the comprehensions around: slot, and type or None if their list has a problem; `solid` are
    the places known not to be null.
    """

    variables: Mapping[str, tuple[int, Type | None]] = field(default_factory=lambda: MappingProxyType({}))
    solid: frozenset[Place] = frozenset()

    def knowing(self, places: frozenset[Place]) -> Context:
        """Return the same with more places known not to be null."""
        return replace(self, solid=self.solid | places) if places else self

    def within(self, name: str, item: Type | None) -> Context:
        """Return the context of a comprehension's body."""
        return replace(self, variables={**self.variables, name: (len(self.variables), item)})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a path: its name, where the name stands, and where the path up to it ends.

    `quoted` is one in brackets: `["x-y"]`.
    """

    name: str
    start: int
    end: int
    until: int
    quoted: bool = False


Rule: TypeAlias = "Callable[[Sheet, Parsed, Context], Node | None]"


@dataclass(slots=True)
class Sheet:
    """One check's account: where it stands, what it may name, what went wrong, what the expression needs and costs.

    `rule` checks a node by its kind: see `rules.check_node`.
    """

    source: Located
    scope: Scope
    problems: Problems
    rule: Rule
    facts: dict[str, Type] = field(default_factory=dict)
    size: int = 0
    deepest_let: int = 0

    def node(self, parsed: Parsed, context: Context) -> Node | None:
        """Check one node and all below it; None if a problem was told."""
        return self.rule(self, parsed, context)

    def nodes(self, parsed: tuple[Parsed, ...], context: Context) -> tuple[Node, ...] | None:
        """Check several nodes, all of them even if one is wrong."""
        checked = [self.rule(self, one, context) for one in parsed]
        sound = tuple(node for node in checked if node is not None)
        return sound if len(sound) == len(checked) else None

    def report(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        """Note a problem at the characters from `start` up to `end` of the expression."""
        self.problems.add(code, message, self.source.span(start, end), hint)

    def quote(self, start: int, end: int) -> str:
        """Return that part of the expression on one line, cut when long."""
        text = " ".join(self.source.text[start:end].split())
        return text if len(text) <= MOST_QUOTED else text[: MOST_QUOTED - 1] + "…"

    def shown(self, node: Node) -> str:
        """Return a node as written."""
        return self.quote(node.start, node.end)


def place(node: Node) -> Place | None:
    """Return what tells one place that holds a value from others; None for what is computed."""
    match node:
        case model.Fact() | model.Param() | model.Let():
            return (type(node).__name__, node.name)
        case model.Variable(slot=slot):
            return ("Variable", slot)
        case model.Field(target=target, name=key) | model.Index(target=target, key=model.Literal(value=str(key))):
            return _below(target, key)
        case model.Index(target=target, key=model.Literal(value=int(number))):
            return _below(target, number)
        case model.Checked(operand=operand):
            return place(operand)
    return None


def _below(target: Node, key: str | int) -> Place | None:
    above = place(target)
    return None if above is None else (*above, key)


def solid_if(node: Node, truth: bool) -> frozenset[Place]:
    """Return the places that can't be null wherever `node` turned out to be `truth`."""
    match node:
        case model.Not(operand=operand):
            return solid_if(operand, not truth)
        case model.And(operands=operands):
            return _joined(operands, truth, every=truth)
        case model.Or(operands=operands):
            return _joined(operands, truth, every=not truth)
        case model.Comparison(first=first, rest=((sign, second),)) if sign == ("!=" if truth else "=="):
            return _not_null(first, second) | _not_null(second, first)
        case model.Comparison(first=first, rest=(("==", second),)) if truth:
            return _as_solid_as(first, second) | _as_solid_as(second, first)
    return frozenset()


def _joined(operands: tuple[Node, ...], truth: bool, *, every: bool) -> frozenset[Place]:
    """Every operand was `truth`, so all say something; or only one was, so what all agree on."""
    sets = [solid_if(operand, truth) for operand in operands]
    return frozenset.union(*sets) if every else frozenset.intersection(*sets)


def _not_null(node: Node, other: Node) -> frozenset[Place]:
    found = place(node)
    is_null = isinstance(other, model.Literal) and other.value is None
    return frozenset({found}) if found is not None and is_null else frozenset()


def _as_solid_as(node: Node, other: Node) -> frozenset[Place]:
    found = place(node)
    can_be_null = other.type.nullable or other.type.kind in {Kind.NULL, Kind.ANY}
    return frozenset({found}) if found is not None and not can_be_null else frozenset()
