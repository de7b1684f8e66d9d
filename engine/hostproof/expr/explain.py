"""Explaining: an expression and an `Env` in, a tree of every sub-value out, in which those that decided are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hostproof.expr import model
from hostproof.expr.confidence.shown import beside
from hostproof.expr.kleene import Result
from hostproof.expr.model import Expr, Node
from hostproof.expr.quoting import name_of, quoted, root_of, stands_there
from hostproof.expr.scope import Env
from hostproof.expr.syntax.limits import MOST_STEPS
from hostproof.expr.walk import Frame, Turn, Walk
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown

T = TypeVar("T")

MOST_TURNS = 8  # of one comprehension
MOST_ALIKE = 3  # of one in which no item decided more than the others
MOST_PARTS = 400  # of one tree
MOST_BUDGETS = 8  # step budgets that all looks together may use up
_MOST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Explained:
    """One part of an expression as written, its value with units or `unknown (cause)`, and the parts it was made of.

    `decided`: the value of the whole follows from this part. `label` says whose value it is: a let, an item.
    `left_out` counts the items of a list that have no part here. `is_item`: it is the body of a walk over a list.
    """

    text: str
    value: str
    parts: tuple[Explained, ...] = ()
    decided: bool = False
    label: str = ""
    left_out: int = 0
    is_item: bool = False

    def lines(self, indent: str = "") -> Iterator[str]:
        """Yield the tree as text, one part a line, deeper parts further in."""
        yield f"{indent}{self.label}{': ' if self.label else ''}{self.text} = {self.value}"
        for part in self.parts:
            yield from part.lines(indent + "  ")
        if self.left_out:
            yield f"{indent}  and {self.left_out} more items"


def explain(expr: Expr, env: Env) -> Explained:
    """Return the tree of an expression.

    A part decided if the value of the whole follows from it: of a false `and` the false operands, of an Unknown one
    those that are Unknown, of a list the items that settled it. Literals are left out; a let is shown in full where it
    first stands; of a list at most eight items that decided are shown, three where none
    decided more than the others.
    """
    return _Reader(Walk(env, memory={}), expr.text).read(expr.root, decided=True)


@dataclass(slots=True)
class _Shown:
    """What one tree may still grow to and cost, and the lets it shows already."""

    room: int = MOST_PARTS
    left: int = MOST_BUDGETS * MOST_STEPS
    lets: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Reader:
    walk: Walk
    text: str
    frame: Frame = ()
    shown: _Shown = field(default_factory=_Shown)

    def read(self, node: Node, *, decided: bool) -> Explained:
        """Return the tree of a node."""
        if isinstance(node, model.Checked):
            return self.read(node.operand, decided=decided)
        if isinstance(node, model.Let):
            return self.let(node, decided=decided)
        self.shown.room -= 1
        value = self.value(node)
        parts, left_out = self.parts(node, value, decided=decided) if self.shown.room > 0 else ((), 0)
        text = quoted(node, self.text, _MOST_TEXT)
        return Explained(text, self.written(node, value), parts, decided, left_out=left_out)

    def value(self, node: Node) -> Result:
        """Return what a node stands for."""
        return self.paid(lambda: self.walk.value(node, self.frame))

    def paid(self, look: Callable[[], T]) -> T:
        """Return what one look finds.

        Each has the whole budget, so that looking closer changes nothing, until all looks together took too much.
        """
        allowed = min(MOST_STEPS, self.shown.left)
        self.walk.left[:] = [allowed]
        found = look()
        self.shown.left -= allowed - max(self.walk.left[0], 0)
        return found

    def written(self, node: Node, value: Result) -> str:
        """Return a value with units; beside a quantile stands its interval."""
        if isinstance(value, Unknown):
            return f"unknown ({value.cause})"
        interval = beside(self.walk, node, self.frame)
        shown = "null" if value is None else format_value(value, node.type)
        return f"{shown} ({interval})" if interval else shown

    def let(self, node: model.Let, *, decided: bool) -> Explained:
        """Return what a let stands for, in full where it is met first."""
        if node.name in self.shown.lets or isinstance(node.expr.root, model.Literal):
            return Explained(node.name, self.written(node, self.value(node)), (), decided)
        self.shown.lets.add(node.name)
        inner = replace(self, text=node.expr.text, frame=()).read(node.expr.root, decided=decided)
        label = f"{node.name}: {inner.label}" if inner.label else node.name
        return replace(inner, label=label)

    def parts(self, node: Node, value: Result, *, decided: bool) -> tuple[tuple[Explained, ...], int]:
        """Return the parts of a node, and how many items were left out."""
        if isinstance(node, model.Comprehension):
            return self.items(node, value, decided=decided)
        told = [part for part in self.told(node, value) if not stands_there(part[0])]
        return tuple(self.read(part, decided=decided and mattered) for part, mattered in told), 0

    def told(self, node: Node, value: Result) -> Iterator[tuple[Node, bool]]:
        """Yield the operands of a node, and whether its value follows from them."""
        match node:
            case model.And(operands=operands) | model.Or(operands=operands):
                yield from ((operand, _alike(self.value(operand), value)) for operand in operands)
            case model.Comparison():
                yield from self.linked(node, value)
            case model.Default(operands=operands):
                first = next((one for one in operands if not isinstance(self.value(one), Unknown)), None)
                yield from ((operand, first is None or operand is first) for operand in operands)
            case model.Conditional():
                yield from self.branches(node, value)
            case model.Field() | model.Index() if isinstance(root := root_of(node), model.Let):
                yield root, True
            case model.Field() if root_of(node) is not None:
                return
            case _:
                yield from self.operands(node, value)

    def linked(self, node: model.Comparison, value: Result) -> Iterator[tuple[Node, bool]]:
        """Yield the operands of a chain; those of the links that turned out as the whole did."""
        links = self.paid(lambda: [_alike(link, value) for link in self.walk.links(node, self.frame)])
        operands = [node.first, *(operand for _, operand in node.rest)]
        for at, operand in enumerate(operands):
            beside = any(links[max(at - 1, 0) : at + 1])
            yield operand, beside and (not isinstance(value, Unknown) or self.is_unknown(operand, operands))

    def branches(self, node: model.Conditional, value: Result) -> Iterator[tuple[Node, bool]]:
        """Yield the branch that was taken and the condition; both branches where it is Unknown which."""
        condition = self.value(node.condition)
        open_still = isinstance(condition, Unknown)
        yield node.condition, not open_still or isinstance(value, Unknown)
        yield node.then, (open_still and not isinstance(value, Unknown)) or condition is True
        yield node.otherwise, (open_still and not isinstance(value, Unknown)) or condition is False

    def operands(self, node: Node, value: Result) -> Iterator[tuple[Node, bool]]:
        """Yield all operands; if the value is Unknown it follows from those that are, if any are."""
        operands = tuple(part for part in model.below(node) if not _is_plain_path(part, node))
        for operand in operands:
            yield operand, not isinstance(value, Unknown) or self.is_unknown(operand, operands)

    def is_unknown(self, operand: Node, operands: list[Node] | tuple[Node, ...]) -> bool:
        """Say whether an operand is Unknown, or none of them is."""
        return isinstance(self.value(operand), Unknown) or not any(isinstance(self.value(o), Unknown) for o in operands)

    def items(self, node: model.Comprehension, value: Result, *, decided: bool) -> tuple[tuple[Explained, ...], int]:
        """Return the list and its items, those that decided before others, and how many items were left out."""
        turns = self.paid(lambda: self.walk.turns(node, self.frame))
        source = self.read(node.source, decided=decided)
        if isinstance(turns, Unknown):
            return (source,), 0
        within = [replace(self, frame=(*self.frame, turn)) for turn in turns]
        deciding = _deciding(node.kind, value, [here.value(node.body) for here in within])
        order = [at for at, is_one in enumerate(deciding) if is_one]
        most = MOST_ALIKE if len(order) == len(within) else MOST_TURNS
        chosen = [(at, within[at]) for at in order[:most] if self.shown.room > 0]
        items = (here.item(node, here.frame[-1], decided=decided and deciding[at]) for at, here in chosen)
        return (source, *items), len(within) - len(chosen)

    def item(self, node: model.Comprehension, turn: Turn, *, decided: bool) -> Explained:
        """Return what the body came to for one item."""
        name = name_of(turn.item)
        inner = self.read(node.body, decided=decided)
        whose = f"{node.variable} = item {turn.index}{f' ({name})' if name else ''}"
        return replace(inner, label=f"{whose}: {inner.label}" if inner.label else whose, is_item=True)


def _alike(part: Result, whole: Result) -> bool:
    """Say whether a part of `and` or `or` turned out as the whole did, and so is why it did."""
    return isinstance(part, Unknown) if isinstance(whole, Unknown) else part is whole


def _is_plain_path(part: Node, node: Node) -> bool:
    """Say whether a part is a path that the node only follows further."""
    return isinstance(node, model.Index) and part is node.target and root_of(part) is not None


def _deciding(kind: str, value: Result, bodies: list[Result]) -> list[bool]:
    """Say for each item whether the whole follows from what the body came to."""
    if isinstance(value, Unknown):
        return [isinstance(body, Unknown) for body in bodies]
    if kind in {"one", "count", "filter"} or (kind == "any" and value is True):
        return [body is True for body in bodies] if any(body is True for body in bodies) else [True] * len(bodies)
    if kind in {"all", "none"} and value is False:
        return [body is (kind == "none") for body in bodies]
    return [True] * len(bodies)
