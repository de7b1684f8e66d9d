"""Leaves: one condition that isn't made of others in, what would have to be so for it to be true or false out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from hostproof.expr import model
from hostproof.expr.comparing import FLIPPED, OPPOSITE, manner, version_order
from hostproof.expr.confidence.quantiles import of_quantile
from hostproof.expr.confidence.shown import beside
from hostproof.expr.kleene import Result
from hostproof.expr.model import Node
from hostproof.expr.quoting import is_fixed, quoted, root_of, stands_there
from hostproof.expr.ranges import Range, range_of
from hostproof.expr.scope import Env
from hostproof.expr.walk import Walk
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown

_MOST_TEXT = 1000  # characters of an operand: two that differ must not look alike
_MOST_SHOWN = 120  # characters of a value


@dataclass(frozen=True, slots=True)
class Leaf:
    """`subject test`: something about the host that would have to be so; an empty `test` is in the subject's words.

    `now` is what the subject is, `holds` whether the leaf is so already. `values` are those of the subject for which it
    is so, None if it can't be said. `reads` are the facts it depends on. `untold` says why nobody can tell how to bring
    it about; empty where its own words do. `strict`: it can only be so when all it reads is known. `knowing`: all it
    asks is whether that is known, and it is.
    """

    subject: str
    test: str
    now: str
    holds: bool
    values: Range | None
    reads: frozenset[str]
    untold: str = ""
    strict: bool = False
    knowing: bool = False
    is_met: Callable[[Env], bool] = field(compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where leaves are made: one evaluation, and the text that nodes are quoted from (a let has its own)."""

    walk: Walk
    text: str

    def links(self, node: model.Comparison, want: bool) -> Iterator[bool | Leaf]:
        """Yield what each link of a chain takes to be as wanted; a bool where the host has no part in it."""
        left, sure = node.first, isinstance(node, model.ConfidentComparison)
        for at, (sign, right) in enumerate(node.rest):
            measured = sure and (of_quantile(left) or of_quantile(right))
            yield self.sure_link(node, at, want) if measured else self.link((left, sign, right), want)
            left = right

    def sure_link(self, node: model.Comparison, at: int, want: bool) -> Leaf:
        """Return what a link of a chain takes that only the intervals of quantiles decide."""
        left, (sign, right) = (node.first, *(operand for _, operand in node.rest))[at], node.rest[at]
        now = [self.measured(side) for side in (left, right) if of_quantile(side)]

        def is_met(env: Env) -> bool:
            return next(islice(Walk(env).links(node, ()), at, None)) is want

        sign = sign if want else OPPOSITE[sign]
        if not of_quantile(left):
            left, sign, right = right, FLIPPED[sign], left
        test, reads = f"{sign} {self.other(right)} with 95% confidence", reads_of(left) | reads_of(right)
        return Leaf(self.named(left), test, " and ".join(now), is_met(self.walk.env), None, reads, is_met=is_met)

    def measured(self, node: Node) -> str:
        """Return what a node made of quantiles is now, with its interval."""
        interval = beside(self.walk, node, ())
        return f"{self.now(node)} ({interval})" if interval else self.now(node)

    def link(self, link: tuple[Node, str, Node], want: bool) -> bool | Leaf:
        """Return what one comparison takes to be as wanted."""
        left, sign, right = link

        def is_met(env: Env) -> bool:
            return _holds(Walk(env), link) is want

        if is_fixed(left) and is_fixed(right):
            return is_met(self.walk.env)
        sign = sign if want else OPPOSITE[sign]
        if is_fixed(left):
            left, sign, right = right, FLIPPED[sign], left
        how = manner(left.type, right.type)
        value = self.walk.value(right)
        values = None
        if is_fixed(right) and how in {"plain", "version"} and not isinstance(value, Unknown):
            values = range_of(sign, value, version=how == "version")
        now = self.now(left) if is_fixed(right) else f"{self.now(left)} and {self.now(right)}"
        reads = reads_of(left) | reads_of(right)
        return Leaf(
            self.named(left),
            f"{sign} {self.other(right)}",
            now,
            is_met(self.walk.env),
            values,
            reads,
            strict=_is_strict(left) and _is_strict(right),
            knowing=self.is_knowing(left, right),
            is_met=is_met,
        )

    def membership(self, node: model.Membership, want: bool) -> bool | Leaf:
        """Return what a membership takes to be as wanted."""
        negated = node.negated is want
        values = self.members(node, negated=negated) if is_fixed(node.container) else None
        parts = [part for part in (node.item, node.container) if not is_fixed(part)]
        now = " and ".join(map(self.now, parts))
        test = f"{'not in' if negated else 'in'} {self.other(node.container)}"
        subject = self.named(node.item) if not is_fixed(node.item) else self.other(node.item)
        return self.leaf(node, want, (subject, test, now), values)

    def members(self, node: model.Membership, *, negated: bool) -> Range | None:
        """Return the values of an item that is, or is not, among fixed ones."""
        item = node.container.type.item
        how = manner(node.item.type, item) if item is not None else "untyped"
        members = self.walk.value(node.container)
        if (
            how not in {"plain", "version"}
            or not isinstance(members, list)
            or any(isinstance(m, (list, dict)) for m in members)
        ):
            return None
        keys = tuple(version_order(member) if how == "version" else member for member in members)
        return Range(without=keys) if negated else Range(only=keys)

    def truth(self, node: Node, want: bool) -> bool | Leaf:
        """Return what any other condition takes to be as wanted."""
        inner = node.operand if isinstance(node, model.Checked) else node
        if root_of(inner) is not None:
            of = self.named(inner), f"== {str(want).lower()}", self.now(inner)
            return self.leaf(node, want, of, None if isinstance(node, model.Checked) else Range(only=(want,)))
        text = quoted(node, self.text, _MOST_TEXT)
        words = text if want else f"not ({text})"
        arguments = _asked(node)
        if len(arguments) == 1:
            return self.leaf(node, want, (words, "", self.now(arguments[0])), None)
        return self.leaf(node, want, (words, "", self.now(node)), None, f"{text} {_why(node)}")

    def leaf(
        self, node: Node, want: bool, of: tuple[str, str, str], values: Range | None, untold: str = ""
    ) -> bool | Leaf:
        """Return the leaf of a whole node: subject, test and what it is now."""

        def is_met(env: Env) -> bool:
            return Walk(env).value(node) is want

        if is_fixed(node):
            return is_met(self.walk.env)
        return Leaf(
            *of,
            is_met(self.walk.env),
            values,
            reads_of(node),
            untold,
            strict=_is_strict(node),
            knowing=self.is_knowing(node),
            is_met=is_met,
        )

    def is_knowing(self, *nodes: Node) -> bool:
        """Say whether all that is asked is whether facts are known, and all of them are."""
        known = self.walk.env.snapshot.values
        return all(_asks_if_known(node) for node in nodes) and all(reads_of(node) <= known.keys() for node in nodes)

    def named(self, node: Node) -> str:
        """Return an operand as written; a let that stands for a path is named by that."""
        inner = node.operand if isinstance(node, model.Checked) else node
        if isinstance(inner, model.Let) and root_of(inner.expr.root) is not None:
            return Place(self.walk, inner.expr.text).named(inner.expr.root)
        return quoted(inner, self.text, _MOST_TEXT)

    def other(self, node: Node) -> str:
        """Return what a subject is compared with: the value, and where it comes from unless it stands there."""
        value = self.walk.value(node)
        if not is_fixed(node) or isinstance(value, Unknown):
            return self.named(node)
        return (
            _shown(value, node)
            if stands_there(node)
            else f"{_shown(value, node)} ({quoted(node, self.text, _MOST_TEXT)})"
        )

    def now(self, node: Node) -> str:
        """Return what a node is now."""
        return _shown(self.walk.value(node), node)


def reads_of(node: Node) -> frozenset[str]:
    """Return the facts that a node depends on."""
    if isinstance(node, model.Fact):
        return frozenset((node.name,))
    if isinstance(node, model.Let):
        return node.expr.needs
    return frozenset[str]().union(*map(reads_of, model.below(node)))


def _is_strict(node: Node) -> bool:
    """Say whether a value is known only if all that it was made from is."""
    if isinstance(node, model.Let):
        return _is_strict(node.expr.root)
    loose = (model.Default, model.Known, model.CauseOf, model.Conditional, model.Comprehension, model.And, model.Or)
    return not isinstance(node, loose) and all(map(_is_strict, model.below(node)))


def _asks_if_known(node: Node) -> bool:
    """Say whether facts have no part in a node but by being known."""
    if isinstance(node, (model.Known, model.CauseOf)):
        return isinstance(node.operand, model.Fact)
    if isinstance(node, model.Let):
        return _asks_if_known(node.expr.root)
    return not isinstance(node, model.Fact) and all(map(_asks_if_known, model.below(node)))


def _holds(walk: Walk, link: tuple[Node, str, Node]) -> Result:
    left, sign, right = link
    return walk.compared(left, sign, (walk.value(left), walk.value(right)), manner(left.type, right.type), ())


def _shown(value: Value | Unknown, node: Node) -> str:
    if isinstance(value, Unknown):
        return f"unknown ({value.cause})"
    shown = "null" if value is None else format_value(value, node.type)
    return shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 1] + "…"


def _asked(node: Node) -> tuple[Node, ...]:
    """Return what a function that says yes or no is asked about."""
    if not isinstance(node, model.Call):
        return ()
    asked = tuple(argument for argument in node.arguments if not is_fixed(argument))
    return asked if all(one.type.kind not in {Kind.LIST, Kind.SAMPLES, Kind.MAP} for one in asked) else ()


def _why(node: Node) -> str:
    """Say why nobody can tell what would turn a condition round."""
    match node:
        case model.Comprehension():
            return "depends on every item of a list"
        case model.Known() | model.CauseOf():
            return "asks whether a value could be learnt"
        case model.Default():
            return "falls back on another value where the first is unknown"
        case model.Call(function=function):
            return f"is what {function}() makes of several values"
    return "is computed"
