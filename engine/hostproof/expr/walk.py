"""The walk: typed nodes and an `Env` in, a value or Unknown out, by Kleene's three-valued logic.

It is slower than the compiled form and knows everything: why a value is Unknown, and whether that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from hostproof.expr import model, steps
from hostproof.expr.arithmetic import OPERATIONS, Number, negative
from hostproof.expr.comparing import manner, test
from hostproof.expr.functions import FUNCTIONS
from hostproof.expr.model import Node
from hostproof.expr.scope import Env
from hostproof.expr.undecided import UndecidedError
from hostproof.expr.untyped import describe, need
from hostproof.facts.fits import checker
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind
from hostproof.facts.unknown import Cause, Unknown

Result: TypeAlias = "Value | Unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a comprehension is: the item, its index, and the comprehension itself."""

    item: Value
    index: int
    node: model.Comprehension


Frame: TypeAlias = tuple[Turn, ...]


@dataclass(slots=True)
class Walk:
    """One evaluation over one `Env`. A frame holds the turns of the comprehensions around, outermost first."""

    env: Env
    left: list[int] = field(default_factory=steps.budget)

    def value(self, node: Node, frame: Frame = ()) -> Result:
        """Return what a node stands for."""
        return WALKERS[type(node)](self, node, frame)

    def literal(self, node: model.Literal, _: Frame) -> Result:
        return node.value

    def fact(self, node: model.Fact, _: Frame) -> Result:
        found = self.env.snapshot.get(node.name)
        if isinstance(found, Unknown):
            return found.of(node.name)
        if checker(node.type)(found) or found is None:
            return found
        return Unknown(Cause.TYPE, f"it is {describe(found)}, not {node.type}", "", node.name)

    def param(self, node: model.Param, _: Frame) -> Result:
        if node.name in self.env.params:
            return self.env.params[node.name]
        return Unknown(Cause.ABSENT, f"the parameter {node.name} has no value")

    def let(self, node: model.Let, _: Frame) -> Result:
        return self.value(node.expr.root)

    def variable(self, node: model.Variable, frame: Frame) -> Result:
        return frame[node.slot].item

    def field(self, node: model.Field, frame: Frame) -> Result:
        target = self.value(node.target, frame)
        if isinstance(target, Unknown):
            return target
        if not isinstance(target, dict):
            return self.unknown(node, Cause.TYPE, f"it is {describe(target)}, and has no field {node.name!r}", frame)
        if node.name not in target:
            return self.unknown(node, Cause.ABSENT, f"{_where(frame)}it has no {node.name!r}", frame)
        return self.fitting(node, target[node.name], frame)

    def fitting(self, node: Node, value: Value, frame: Frame) -> Result:
        """Return a part of a fact, unless a snapshot from elsewhere put something else there."""
        if checker(node.type)(value) or value is None:
            return value
        return self.unknown(node, Cause.TYPE, f"it is {describe(value)}, not {node.type}", frame)

    def index(self, node: model.Index, frame: Frame) -> Result:
        target, key = self.value(node.target, frame), self.value(node.key, frame)
        if isinstance(target, Unknown):
            return target
        if isinstance(key, Unknown):
            return key
        if isinstance(target, list) and isinstance(key, int):
            if 0 <= key < len(target):
                return self.fitting(node, target[key], frame)
            return self.unknown(node, Cause.ABSENT, f"it has {len(target)} items, none at {key}", frame)
        if isinstance(target, dict) and isinstance(key, str) and key in target:
            return self.fitting(node, target[key], frame)
        return self.unknown(node, Cause.ABSENT, f"it has no {key!r}", frame)

    def list_of(self, node: model.ListOf, frame: Frame) -> Result:
        return self.all_known(node.items, frame)

    def all_known(self, nodes: Iterable[Node], frame: Frame) -> list[Value] | Unknown:
        """Return the values of several nodes, or the first Unknown among them."""
        values: list[Value] = []
        for node in nodes:
            value = self.value(node, frame)
            if isinstance(value, Unknown):
                return value
            values.append(value)
        return values

    def not_(self, node: model.Not, frame: Frame) -> Result:
        return negated(self.value(node.operand, frame))

    def and_(self, node: model.And, frame: Frame) -> Result:
        return every(self.value(operand, frame) for operand in node.operands)

    def or_(self, node: model.Or, frame: Frame) -> Result:
        return some(self.value(operand, frame) for operand in node.operands)

    def default(self, node: model.Default, frame: Frame) -> Result:
        value: Result = None
        for operand in node.operands:
            value = self.value(operand, frame)
            if not isinstance(value, Unknown):
                return value
        return value

    def comparison(self, node: model.Comparison, frame: Frame) -> Result:
        return every(self.links(node, frame))

    def links(self, node: model.Comparison, frame: Frame) -> Iterable[Result]:
        """Yield whether each link of a chain holds; each operand is evaluated once."""
        left, left_type = self.value(node.first, frame), node.first.type
        for sign, operand in node.rest:
            right = self.value(operand, frame)
            yield self.compared(node, sign, (left, right), manner(left_type, operand.type), frame)
            left, left_type = right, operand.type

    def compared(self, node: Node, sign: str, pair: tuple[Result, Result], how: str, frame: Frame) -> Result:
        """Compare two values; Unknown if one is, or if they turn out not to be comparable."""
        left, right = pair
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        if sign not in {"==", "!="} and (left is None or right is None):
            return self.unknown(node, Cause.TYPE, "null was compared by order", frame)
        return self.attempt(node, frame, lambda: test(sign, how)(left, right))

    def attempt(self, node: Node, frame: Frame, compute: Callable[[], Value]) -> Result:
        """Return what `compute` does, or Unknown with the reason why it could not."""
        try:
            return compute()
        except UndecidedError as problem:
            return problem.unknown.of(fact_of(node, frame))
        except (ArithmeticError, RecursionError) as problem:
            return self.unknown(node, Cause.ARITHMETIC, str(problem), frame)
        except (TypeError, ValueError, LookupError) as problem:
            return self.unknown(node, Cause.TYPE, str(problem), frame)

    def unknown(self, node: Node, cause: Cause, detail: str, frame: Frame) -> Unknown:
        """Return an Unknown that names the fact it comes from."""
        return Unknown(cause, detail, "", fact_of(node, frame))

    def membership(self, node: model.Membership, frame: Frame) -> Result:
        found = self.found(node, frame)
        return negated(found) if node.negated else found

    def found(self, node: model.Membership, frame: Frame) -> Result:
        """Say whether the item is there: like `any(x in container: x == item)`."""
        item = self.value(node.item, frame)
        if isinstance(node.container, model.ListOf):
            others = ((self.value(other, frame), other.type) for other in node.container.items)
            return some(
                self.compared(node, "==", (item, other), manner(node.item.type, of), frame) for other, of in others
            )
        container = self.value(node.container, frame)
        if isinstance(container, Unknown) or isinstance(item, Unknown):
            return self.found_unknown(container, item)
        if isinstance(container, dict):
            return self.attempt(node, frame, lambda: need(item, "string") in container)
        if not isinstance(container, list):
            return self.unknown(node, Cause.TYPE, f"{describe(container)} holds no items", frame)
        how = manner(node.item.type, node.container.type.item or node.container.type)
        return self.searched(node, item, container, how, frame)

    def found_unknown(self, container: Result, item: Result) -> Result:
        """Nothing is in an empty list, whatever it is; else it can't be said."""
        if isinstance(container, Unknown):
            return container
        return item if container else False

    def searched(self, node: Node, item: Value, items: list[Value], how: str, frame: Frame) -> Result:
        if frame:
            paid = self.attempt(node, frame, lambda: steps.looked_through(self.left, items))
            if isinstance(paid, Unknown):
                return paid
        if how == "plain":
            return item in items
        return some(self.compared(node, "==", (item, other), how, frame) for other in items)

    def arithmetic(self, node: model.Arithmetic, frame: Frame) -> Result:
        so_far = self.value(node.first, frame)
        for step in node.steps:
            operand = self.value(step.operand, frame)
            if isinstance(so_far, Unknown):
                return so_far
            if isinstance(operand, Unknown):
                return operand
            so_far = self.operated(node, step.operation, so_far, operand, frame)
        if frame and not isinstance(so_far, Unknown):
            made = so_far
            return self.attempt(node, frame, lambda: steps.made(self.left, made))
        return so_far

    def operated(self, node: Node, operation: str, left: Value, right: Value, frame: Frame) -> Result:
        return self.attempt(node, frame, lambda: OPERATIONS[operation](left, right))

    def negative(self, node: model.Negative, frame: Frame) -> Result:
        value = self.value(node.operand, frame)
        if isinstance(value, Unknown):
            return value
        return self.attempt(node, frame, lambda: negative(cast("Number", value)))

    def conditional(self, node: model.Conditional, frame: Frame) -> Result:
        condition = self.value(node.condition, frame)
        if not isinstance(condition, Unknown):
            return self.value(node.then if condition else node.otherwise, frame)
        then, otherwise = self.value(node.then, frame), self.value(node.otherwise, frame)
        if isinstance(then, Unknown) or isinstance(otherwise, Unknown):
            return condition
        # Whichever it is, the result is the same.
        return then if type(then) is type(otherwise) and then == otherwise else condition

    def call(self, node: model.Call, frame: Frame) -> Result:
        arguments = self.all_known(node.arguments, frame)
        if isinstance(arguments, Unknown):
            return arguments
        function = FUNCTIONS[node.function]
        call = function.forms[node.form].call
        given: Sequence[Value] = [self.env.snapshot.created, *arguments] if function.timed else arguments
        if frame:
            return self.attempt(node, frame, lambda: steps.called(self.left, function.builds, call, *given))
        return self.attempt(node, frame, lambda: call(*given))

    def checked(self, node: model.Checked, frame: Frame) -> Result:
        value = self.value(node.operand, frame)
        if isinstance(value, Unknown):
            return value
        return self.attempt(node, frame, lambda: need(value, str(node.type)))

    def known(self, node: model.Known, frame: Frame) -> Result:
        return not isinstance(self.value(node.operand, frame), Unknown)

    def cause_of(self, node: model.CauseOf, frame: Frame) -> Result:
        value = self.value(node.operand, frame)
        return str(value.cause) if isinstance(value, Unknown) else None

    def comprehension(self, node: model.Comprehension, frame: Frame) -> Result:
        turns = self.turns(node, frame)
        if isinstance(turns, Unknown):
            return turns
        bodies = ((turn.item, self.value(node.body, (*frame, turn))) for turn in turns)
        return GATHER[node.kind](bodies)

    def turns(self, node: model.Comprehension, frame: Frame) -> list[Turn] | Unknown:
        """Return the turns a comprehension takes, paid in advance."""
        source = self.value(node.source, frame)
        if isinstance(source, Unknown):
            return source
        if not isinstance(source, (list, dict)):
            return self.unknown(node, Cause.TYPE, f"{describe(source)} holds no items", frame)
        try:
            items = steps.turns(self.left, source, node.cost)
        except UndecidedError as problem:
            return problem.unknown.of(fact_of(node, frame))
        return [Turn(item, index, node) for index, item in enumerate(items)]


def negated(value: Result) -> Result:
    """Return `not value`."""
    return value if isinstance(value, Unknown) else not value


def every(values: Iterable[Result]) -> Result:
    """Return `and` of all: false at the first false one, else Unknown if one is, else true."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif not value:
            return False
    return True if unknown is None else unknown


def some(values: Iterable[Result]) -> Result:
    """Return `or` of all: true at the first true one, else Unknown if one is, else false."""
    return negated(every(negated(value) for value in values))


Bodies: TypeAlias = Iterable[tuple[Value, Result]]


def _one(bodies: Bodies) -> Result:
    """Exactly one is true: two are too many whatever the Unknown ones are."""
    unknown, true = None, 0
    for _, value in bodies:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            true += 1
        if true > 1:
            return False
    return unknown if unknown is not None else true == 1


def _count(bodies: Bodies) -> Result:
    chosen = _filter(bodies)
    return chosen if isinstance(chosen, Unknown) else len(chosen)


def _filter(bodies: Bodies) -> list[Value] | Unknown:
    chosen = []
    for item, value in bodies:
        if isinstance(value, Unknown):
            return value
        if value:
            chosen.append(item)
    return chosen


def _map(bodies: Bodies) -> Result:
    values: list[Value] = []
    for _, value in bodies:
        if isinstance(value, Unknown):
            return value
        values.append(value)
    return values


GATHER: dict[str, Callable[[Bodies], Result]] = {
    "all": lambda bodies: every(value for _, value in bodies),
    "any": lambda bodies: some(value for _, value in bodies),
    "none": lambda bodies: every(negated(value) for _, value in bodies),
    "one": _one,
    "count": _count,
    "filter": _filter,
    "map": _map,
}


def fact_of(node: Node, frame: Frame) -> str:
    """Return the fact a node is about: the first one it reads, or that of the list it walks over."""
    if isinstance(node, model.Fact):
        return node.name
    if isinstance(node, model.Let):
        return fact_of(node.expr.root, ())
    if isinstance(node, model.Variable) and node.slot < len(frame):
        return fact_of(frame[node.slot].node.source, frame[: node.slot])
    return next((name for inner in model.below(node) if (name := fact_of(inner, frame))), "")


def _where(frame: Frame) -> str:
    return f"item {frame[-1].index}: " if frame else ""


Walker: TypeAlias = "Callable[[Walk, Node, Frame], Result]"
WALKERS: dict[type, Walker] = {
    kind: cast("Walker", walker)
    for kind, walker in (
        (model.Literal, Walk.literal),
        (model.Fact, Walk.fact),
        (model.Param, Walk.param),
        (model.Let, Walk.let),
        (model.Variable, Walk.variable),
        (model.Field, Walk.field),
        (model.Index, Walk.index),
        (model.ListOf, Walk.list_of),
        (model.Not, Walk.not_),
        (model.And, Walk.and_),
        (model.Or, Walk.or_),
        (model.Default, Walk.default),
        (model.Comparison, Walk.comparison),
        (model.Membership, Walk.membership),
        (model.Arithmetic, Walk.arithmetic),
        (model.Negative, Walk.negative),
        (model.Conditional, Walk.conditional),
        (model.Call, Walk.call),
        (model.Checked, Walk.checked),
        (model.Known, Walk.known),
        (model.CauseOf, Walk.cause_of),
        (model.Comprehension, Walk.comprehension),
    )
}
