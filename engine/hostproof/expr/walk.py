"""The walk: typed nodes and an `Env` in, a value or Unknown out, by Kleene's three-valued logic.

It is slower than the compiled form and knows everything: why a value is Unknown, and whether that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias, cast

from hostproof.expr import model, steps
from hostproof.expr.arithmetic import OPERATIONS, Number, negative
from hostproof.expr.comparing import SIGNS, manner, test
from hostproof.expr.functions import functions
from hostproof.expr.kleene import GATHER, Result, every, negated, some
from hostproof.expr.model import Node
from hostproof.expr.scope import Env
from hostproof.expr.undecided import UndecidedError
from hostproof.expr.untyped import describe, looks_at_items, mistyped, need, text
from hostproof.facts.fits import checker
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import field, record

MOST_REMEMBERED = 10_000


@record
class Turn:
    """Where a comprehension is: the item's index, the comprehension itself, and the item."""

    index: int
    node: model.Comprehension
    item: Value = field(compare=False)


# The turns of the comprehensions around a node, outermost first.
Frame: TypeAlias = tuple[Turn, ...]


@record(frozen=False)
class Walk:
    """One evaluation over one `Env`; `left` are the steps it may still take.

    `fitting` are facts whose values were found to be of a type. With `memory` it remembers what comprehensions came to,
    for those that ask for the same node again and again.
    """

    env: Env
    left: list[int] = field(default_factory=steps.budget)
    memory: dict[tuple[Node, Frame], Result] | None = None
    fitting: dict[str, Type] = field(default_factory=dict)

    def value(self, node: Node, frame: Frame = ()) -> Result:
        """Return what a node stands for."""
        return _RULES[type(node)](self, node, frame)

    def links(self, node: model.Comparison, frame: Frame) -> Iterator[Result]:
        """Yield whether each link of a chain holds; each operand is evaluated once."""
        if isinstance(node, model.ConfidentComparison):
            from hostproof.expr.confidence.compare import links  # few rules ask for it

            yield from links(self, node, frame)
            return
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
        if (left is None or right is None) and sign not in {"==", "!="}:
            return self.unknown(node, frame, Cause.TYPE, "null has no order")
        if how == "plain":
            return SIGNS[sign](left, right)
        return self.attempt(node, frame, lambda: test(sign, how)(left, right))

    def turns(self, node: model.Comprehension, frame: Frame) -> Iterator[Turn] | Unknown:
        """Return the turns a comprehension takes, paid in advance."""
        source = self.value(node.source, frame)
        if isinstance(source, Unknown):
            return source
        if not isinstance(source, (list, dict)):
            return self.unknown(node, frame, Cause.TYPE, f"it is {describe(source)}, not a list")
        items = self.attempt(node, frame, lambda: steps.turns(self.left, source, node.cost))
        if isinstance(items, list):
            return (Turn(index, node, item) for index, item in enumerate(items))
        return items if isinstance(items, Unknown) else iter(())

    def all_known(self, nodes: tuple[Node, ...], frame: Frame) -> list[Value] | Unknown:
        """Return the values of several nodes, or the first Unknown among them."""
        values: list[Value] = []
        for node in nodes:
            value = self.value(node, frame)
            if isinstance(value, Unknown):
                return value
            values.append(value)
        return values

    def attempt(self, node: Node, frame: Frame, compute: Callable[[], Value]) -> Result:
        """Return what `compute` does, or Unknown with the reason why it could not."""
        try:
            return compute()
        except UndecidedError as problem:
            return problem.unknown.of(fact_of(node, frame))
        except ArithmeticError as problem:
            return self.unknown(node, frame, Cause.ARITHMETIC, str(problem))
        except (TypeError, ValueError, LookupError) as problem:
            return self.unknown(node, frame, Cause.TYPE, str(problem))

    def unknown(self, node: Node, frame: Frame, cause: Cause, detail: str) -> Unknown:
        """Return an Unknown that names the fact it comes from."""
        return Unknown(cause, detail, "", fact_of(node, frame))


def fact_of(node: Node, frame: Frame) -> str:
    """Return the fact a node is about: the first one it reads, or that of the list it walks over; "" for none."""
    if isinstance(node, model.Fact):
        return node.name
    if isinstance(node, model.Let):
        return fact_of(node.expr.root, ())
    if isinstance(node, model.Variable):
        return fact_of(frame[node.slot].node.source, frame[: node.slot]) if node.slot < len(frame) else ""
    return next((name for inner in model.below(node) if (name := fact_of(inner, frame))), "")


def _literal(_: Walk, node: model.Literal, __: Frame) -> Result:
    return node.value


def _fact(walk: Walk, node: model.Fact, frame: Frame) -> Result:
    found = walk.env.snapshot.get(node.name)
    if isinstance(found, Unknown):
        return found.of(node.name)
    if walk.fitting.get(node.name) is node.type:
        return found
    found = _fitting(walk, node, frame, found)
    if not isinstance(found, Unknown):
        walk.fitting[node.name] = node.type
    return found


def _fitting(walk: Walk, node: Node, frame: Frame, value: Value) -> Result:
    """Return a value, unless a snapshot from elsewhere put something of another type there."""
    if value is None or checker(node.type)(value):
        return value
    return walk.unknown(node, frame, Cause.TYPE, f"it is {describe(value)}, not of type {node.type}")


def _param(walk: Walk, node: model.Param, _: Frame) -> Result:
    if node.name in walk.env.params:
        return walk.env.params[node.name]
    return Unknown(Cause.ABSENT, f"the parameter {node.name} has no value")


def _let(walk: Walk, node: model.Let, _: Frame) -> Result:
    return walk.value(node.expr.root)


def _variable(_: Walk, node: model.Variable, frame: Frame) -> Result:
    return frame[node.slot].item


def _field(walk: Walk, node: model.Field, frame: Frame) -> Result:
    target = walk.value(node.target, frame)
    if isinstance(target, Unknown):
        return target
    if not isinstance(target, dict):
        return walk.unknown(node, frame, Cause.TYPE, f"it is {describe(target)} and has no {node.name!r}")
    if node.name not in target:
        where = f"item {frame[-1].index} " if frame else "it "
        return walk.unknown(node, frame, Cause.ABSENT, f"{where}has no {node.name!r}")
    return _fitting(walk, node, frame, target[node.name])


def _index(walk: Walk, node: model.Index, frame: Frame) -> Result:
    target, key = walk.value(node.target, frame), walk.value(node.key, frame)
    if isinstance(target, Unknown):
        return target
    if isinstance(key, Unknown):
        return key
    if isinstance(target, list) and isinstance(key, int) and 0 <= key < len(target):
        return _fitting(walk, node, frame, target[key])
    if isinstance(target, dict) and isinstance(key, str) and key in target:
        return _fitting(walk, node, frame, target[key])
    size = f"{len(target)} items, none at" if isinstance(target, list) else "no"
    return walk.unknown(node, frame, Cause.ABSENT, f"it has {size} {key!r}")


def _list_of(walk: Walk, node: model.ListOf, frame: Frame) -> Result:
    return walk.all_known(node.items, frame)


def _not(walk: Walk, node: model.Not, frame: Frame) -> Result:
    return negated(walk.value(node.operand, frame))


def _and(walk: Walk, node: model.And, frame: Frame) -> Result:
    return every(walk.value(operand, frame) for operand in node.operands)


def _or(walk: Walk, node: model.Or, frame: Frame) -> Result:
    return some(walk.value(operand, frame) for operand in node.operands)


def _default(walk: Walk, node: model.Default, frame: Frame) -> Result:
    value: Result = None
    for operand in node.operands:
        value = walk.value(operand, frame)
        if not isinstance(value, Unknown):
            break
    return value


def _comparison(walk: Walk, node: model.Comparison, frame: Frame) -> Result:
    return every(walk.links(node, frame))


def _membership(walk: Walk, node: model.Membership, frame: Frame) -> Result:
    found = _found_among(walk, node, frame) if isinstance(node.container, model.ListOf) else _found(walk, node, frame)
    return negated(found) if node.negated else found


def _found_among(walk: Walk, node: model.Membership, frame: Frame) -> Result:
    """Look through a list that stands in the expression: an Unknown item of it counts only if no other is equal."""
    item = walk.value(node.item, frame)
    others = node.container.items if isinstance(node.container, model.ListOf) else ()
    return some(
        walk.compared(node, "==", (item, walk.value(other, frame)), manner(node.item.type, other.type), frame)
        for other in others
    )


def _found(walk: Walk, node: model.Membership, frame: Frame) -> Result:
    item, container = walk.value(node.item, frame), walk.value(node.container, frame)
    if isinstance(container, Unknown):
        return container
    if isinstance(item, Unknown):
        # Nothing is in an empty list, whatever it is.
        return False if container == [] else item
    if isinstance(container, list):
        return _found_in_list(walk, node, frame, item, container)
    return walk.attempt(node, frame, lambda: text(item) in _entries(container))


def _entries(container: Value) -> dict[str, Value]:
    if isinstance(container, dict):
        return container
    raise mistyped(container, "a list or map")


def _found_in_list(walk: Walk, node: model.Membership, frame: Frame, item: Value, items: list[Value]) -> Result:
    how = manner(node.item.type, node.container.type.item or node.container.type)
    paid = walk.attempt(node, frame, lambda: steps.looked_through(walk.left, items, quickly=how == "plain"))
    if isinstance(paid, Unknown):
        return paid
    if how == "plain":
        return item in items
    return some(walk.compared(node, "==", (item, other), how, frame) for other in items)


def _arithmetic(walk: Walk, node: model.Arithmetic, frame: Frame) -> Result:
    so_far = walk.value(node.first, frame)
    for step in node.steps:
        operand = walk.value(step.operand, frame)
        if isinstance(so_far, Unknown):
            return so_far
        if isinstance(operand, Unknown):
            return operand
        so_far = walk.attempt(node, frame, partial(OPERATIONS[step.operation], so_far, operand))
        if not isinstance(so_far, Unknown):
            so_far = walk.attempt(node, frame, partial(steps.made, walk.left, so_far))
    return so_far


def _negative(walk: Walk, node: model.Negative, frame: Frame) -> Result:
    value = walk.value(node.operand, frame)
    if isinstance(value, Unknown):
        return value
    return walk.attempt(node, frame, lambda: negative(cast("Number", value)))


def _conditional(walk: Walk, node: model.Conditional, frame: Frame) -> Result:
    condition = walk.value(node.condition, frame)
    if not isinstance(condition, Unknown):
        return walk.value(node.then if condition else node.otherwise, frame)
    then, otherwise = walk.value(node.then, frame), walk.value(node.otherwise, frame)
    if isinstance(then, Unknown) or isinstance(otherwise, Unknown):
        return condition
    # Whichever it is, the result is the same.
    return then if type(then) is type(otherwise) and then == otherwise else condition


def _call(walk: Walk, node: model.Call, frame: Frame) -> Result:
    arguments = walk.all_known(node.arguments, frame)
    return arguments if isinstance(arguments, Unknown) else called(walk, node, frame, arguments)


def called(walk: Walk, node: model.Call, frame: Frame, arguments: Sequence[Value]) -> Result:
    """Return what a function makes of its arguments."""
    function = functions()[node.function]
    call = function.forms[node.form].call
    given = [walk.env.snapshot.created, *arguments] if function.timed else arguments
    return walk.attempt(node, frame, lambda: steps.called(walk.left, function.builds, call, *given))


def _checked(walk: Walk, node: model.Checked, frame: Frame) -> Result:
    value = walk.value(node.operand, frame)
    if isinstance(value, Unknown):
        return value
    if looks_at_items(node.type):
        paid = walk.attempt(node, frame, lambda: steps.looked_through(walk.left, value, quickly=True))
        if isinstance(paid, Unknown):
            return paid
    return walk.attempt(node, frame, lambda: need(value, str(node.type)))


def _known(walk: Walk, node: model.Known, frame: Frame) -> Result:
    return not isinstance(walk.value(node.operand, frame), Unknown)


def _cause_of(walk: Walk, node: model.CauseOf, frame: Frame) -> Result:
    value = walk.value(node.operand, frame)
    return str(value.cause) if isinstance(value, Unknown) else None


def _comprehension(walk: Walk, node: model.Comprehension, frame: Frame) -> Result:
    if walk.memory is None:
        return _walked(walk, node, frame)
    if (node, frame) not in walk.memory and len(walk.memory) < MOST_REMEMBERED:
        walk.memory[node, frame] = _walked(walk, node, frame)
    return walk.memory[node, frame] if (node, frame) in walk.memory else _walked(walk, node, frame)


def _walked(walk: Walk, node: model.Comprehension, frame: Frame) -> Result:
    turns = walk.turns(node, frame)
    if isinstance(turns, Unknown):
        return turns
    return GATHER[node.kind]((turn.item, walk.value(node.body, (*frame, turn))) for turn in turns)


_Rule: TypeAlias = "Callable[[Walk, Node, Frame], Result]"
_RULES: dict[type, _Rule] = {
    model.Literal: cast("_Rule", _literal),
    model.Fact: cast("_Rule", _fact),
    model.Param: cast("_Rule", _param),
    model.Let: cast("_Rule", _let),
    model.Variable: cast("_Rule", _variable),
    model.Field: cast("_Rule", _field),
    model.Index: cast("_Rule", _index),
    model.ListOf: cast("_Rule", _list_of),
    model.Not: cast("_Rule", _not),
    model.And: cast("_Rule", _and),
    model.Or: cast("_Rule", _or),
    model.Default: cast("_Rule", _default),
    model.Comparison: cast("_Rule", _comparison),
    model.ConfidentComparison: cast("_Rule", _comparison),
    model.Membership: cast("_Rule", _membership),
    model.Arithmetic: cast("_Rule", _arithmetic),
    model.Negative: cast("_Rule", _negative),
    model.Conditional: cast("_Rule", _conditional),
    model.Call: cast("_Rule", _call),
    model.Checked: cast("_Rule", _checked),
    model.Known: cast("_Rule", _known),
    model.CauseOf: cast("_Rule", _cause_of),
    model.Comprehension: cast("_Rule", _comprehension),
}
