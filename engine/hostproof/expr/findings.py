"""Findings: the operands that decided an expression, each with its value and what would have been needed."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.comparing import FLIPPED, OPPOSITE
from hostproof.expr.confidence.shown import beside
from hostproof.expr.kleene import Result
from hostproof.expr.model import Expr, Node
from hostproof.expr.quoting import is_fixed, name_of, on_one_line, quoted, root_of, stands_there
from hostproof.expr.scope import Env
from hostproof.expr.walk import Frame, Walk
from hostproof.facts.types import Kind
from hostproof.facts.units import format_value, quote_text
from hostproof.facts.unknown import Unknown
from hostproof.source.records import record, replace

MOST_FINDINGS = 12
MOST_ITEMS = 4  # of one list


@record
class Finding:
    """`sysctl.net.core.somaxconn = 128, wanted >= 4096`; texts carry units; `wanted` is empty if it can't be said."""

    subject: str
    value: str
    wanted: str = ""

    def __str__(self) -> str:
        wanted = f", wanted {self.wanted}" if self.wanted else ""
        return f"{self.subject} = {self.value}{wanted}"


def find(expr: Expr, env: Env) -> tuple[Finding, ...]:
    """Return the operands that made a condition true or false; none if it is Unknown or no condition.

    Of a false `a and b` only those that are false count, of a comprehension the items that decided (the first four),
    at most 12 in all.
    """
    walk = Walk(env, memory={})
    outcome = walk.value(expr.root)
    if not isinstance(outcome, bool):
        return ()
    found: dict[Finding, None] = {}
    for finding in here_of(walk, expr.text).decided(expr.root, outcome, positive=True):
        found.setdefault(finding)
        if len(found) == MOST_FINDINGS:
            break
    return tuple(found)


def here_of(walk: Walk, text: str) -> _Here:
    """Return the place at the top of an evaluation of `text`."""
    return _Here(walk, text, ())


@record
class _Here:
    """A place in an evaluation: the text that nodes are quoted from (a let has its own), and the turns around."""

    walk: Walk
    text: str
    frame: Frame

    def decided(self, node: Node, outcome: bool, *, positive: bool) -> Iterator[Finding]:
        """Yield what made `node` turn out as `outcome`; `positive` is false beneath an odd number of `not`."""
        match node:
            case model.Not(operand=operand):
                yield from self.decided(operand, not outcome, positive=not positive)
            case model.And(operands=operands) | model.Or(operands=operands):
                for operand in operands:
                    if self.value(operand) is outcome:
                        yield from self.decided(operand, outcome, positive=positive)
            case model.Let(expr=expr):
                yield from replace(self, text=expr.text, frame=()).decided(expr.root, outcome, positive=positive)
            case model.Checked(operand=operand):
                yield from self.decided(operand, outcome, positive=positive)
            case model.Conditional():
                yield from self.chosen(node, outcome, positive=positive)
            case model.Default(operands=operands):
                first = next((one for one in operands if not isinstance(self.value(one), Unknown)), operands[-1])
                yield from self.decided(first, outcome, positive=positive)
            case _:
                yield from self.tested(node, outcome, positive=positive)

    def tested(self, node: Node, outcome: bool, *, positive: bool) -> Iterator[Finding]:
        """Yield what a condition that isn't made of others showed."""
        match node:
            case model.Comparison():
                yield from self.compared(node, outcome, positive=positive)
            case model.Membership():
                yield self.contained(node, positive=positive)
            case model.Comprehension():
                yield from self.walked(node, outcome, positive=positive)
            case model.Call():
                yield self.called(node, positive=positive)
            case _:
                yield self.finding(node, "true" if positive else "false")

    def value(self, node: Node) -> Result:
        """Return what a node stands for here."""
        return self.walk.value(node, self.frame)

    def chosen(self, node: model.Conditional, outcome: bool, *, positive: bool) -> Iterator[Finding]:
        """Yield what made the chosen branch turn out so."""
        condition = self.value(node.condition)
        # Where the condition is Unknown, both branches came to the same.
        branch = node.otherwise if condition is False else node.then
        yield from self.decided(branch, outcome, positive=positive)

    def compared(self, node: model.Comparison, outcome: bool, *, positive: bool) -> Iterator[Finding]:
        """Yield the links of a chain that turned out as the whole did."""
        operands = (node.first, *(operand for _, operand in node.rest))
        wanted: dict[Node, list[str]] = {}
        links = zip(operands, node.rest, self.walk.links(node, self.frame), strict=False)
        for left, (sign, right), holds in links:
            if holds is outcome:
                subject, other = (right, left) if is_fixed(left) and not is_fixed(right) else (left, right)
                sign = sign if subject is left else FLIPPED[sign]
                sign = sign if positive else OPPOSITE[sign]
                wanted.setdefault(subject, []).append(f"{sign} {self.operand(other)}")
        for subject, texts in wanted.items():
            yield self.finding(subject, " and ".join(texts))

    def operand(self, node: Node) -> str:
        """Return the value a subject is compared with, and where it comes from unless it stands there."""
        value = self.value(node)
        if isinstance(value, Unknown):
            return self.quoted(node)
        shown = "null" if value is None else format_value(value, node.type)
        return shown if stands_there(node) else f"{shown} ({self.quoted(node)})"

    def contained(self, node: model.Membership, *, positive: bool) -> Finding:
        """Return the item, or the container where it is the item that stands in the text."""
        negated = node.negated is positive
        if is_fixed(node.item) and not is_fixed(node.container):
            return self.finding(node.container, f"{'without' if negated else 'with'} {self.operand(node.item)}")
        return self.finding(node.item, f"{'not in' if negated else 'in'} {self.operand(node.container)}")

    def called(self, node: model.Call, *, positive: bool) -> Finding:
        """Return the first operand that is not fixed; `matches` reads as an operator."""
        subject = next((argument for argument in node.arguments if not is_fixed(argument)), None)
        if subject is None:
            return self.finding(node, "true" if positive else "false")
        if node.function == "matches":
            test = f"to match {self.operand(node.arguments[1])}"
            return self.finding(subject, test if positive else f"not {test}")
        return self.finding(subject, f"{'' if positive else 'not '}{self.quoted(node)}")

    def walked(self, node: model.Comprehension, outcome: bool, *, positive: bool) -> Iterator[Finding]:
        """Yield what the deciding items of a list show; of a list that is as it should be only its length."""
        turns = self.walk.turns(node, self.frame)
        if isinstance(turns, Unknown):
            return
        within = [replace(self, frame=(*self.frame, turn)) for turn in turns]
        length = len(within)
        by_items = not outcome if node.kind in {"all", "none"} else node.kind == "any" and length > 0
        if not by_items:
            holding = sum(here.value(node.body) is True for here in within)
            yield self.whole(node, holding, length, positive=positive)
            return
        looked_for = outcome is (node.kind != "none")
        deciding = [here for here in within if here.value(node.body) is looked_for]
        for here in deciding[:MOST_ITEMS]:
            yield from here.decided(node.body, looked_for, positive=positive is (node.kind != "none"))
        if len(deciding) > MOST_ITEMS:
            yield Finding(self.subject(node.source), f"{len(deciding) - MOST_ITEMS} more of its {length} items")

    def whole(self, node: model.Comprehension, holding: int, length: int, *, positive: bool) -> Finding:
        """Return what a list shows as a whole."""
        value = f"{holding} of {length} items" if node.kind == "one" else f"{length} items" if length else "no items"
        words = {"all": "each with", "any": "one with", "none": "none with", "one": "exactly one with"}
        wanted = f"{'' if positive else 'not '}{words[node.kind]} {self.quoted(node.body)}"
        return Finding(self.subject(node.source), value, wanted)

    def finding(self, node: Node, wanted: str) -> Finding:
        """Return the finding of one operand."""
        value = self.value(node)
        if isinstance(value, Unknown):
            return Finding(self.subject(node), f"unknown ({value.cause})", wanted)
        shown = "null" if value is None else format_value(value, node.type)
        inputs = ", ".join(self.input(inner) for inner in _inputs(node))
        more = "; ".join(filter(None, (beside(self.walk, node, self.frame), inputs)))
        return Finding(self.subject(node), f"{shown} ({more})" if more else shown, wanted)

    def input(self, node: Node) -> str:
        """Return one of the values that an operand was computed from."""
        value = self.value(node)
        shown = f"unknown: {value.cause}" if isinstance(value, Unknown) else format_value(value, node.type)
        return f"{self.subject(node)} {shown}"

    def subject(self, node: Node) -> str:
        """Return an operand as written; variables are replaced by the items they stood for, which are named."""
        path = self.path(node)
        if path is not None:
            return _named(*path)
        used = dict.fromkeys(inner.slot for inner in _variables(node) if inner.slot < len(self.frame))
        items = ", ".join(_named(*self.item(slot)) for slot in used)
        return f"{self.quoted(node)} for {items}" if items else self.quoted(node)

    def path(self, node: Node) -> tuple[str, str] | None:
        """Return a path with the items its variables stood for, and what those are called; None for another node."""
        match node:
            case model.Checked(operand=operand):
                return self.path(operand)
            case model.Let(expr=expr) if root_of(expr.root):
                return on_one_line(expr.text), ""
            case model.Variable(slot=slot):
                path, name = self.item(slot)
                return path, "" if isinstance(self.frame[slot].item, str) else name
            case model.Index(target=target, key=model.Variable()) if target.type.kind is Kind.MAP:
                return self.entry(target, self.value(node.key))
            case model.Field(target=target) | model.Index(target=target):
                above = self.path(target)
                return None if above is None else (above[0] + on_one_line(self.text[target.end : node.end]), above[1])
        return (self.quoted(node), "") if isinstance(node, (model.Fact, model.Param, model.Let)) else None

    def entry(self, target: Node, key: Result) -> tuple[str, str] | None:
        """Return the path of a map's entry whose key a variable stood for."""
        above = self.path(target)
        return None if above is None or not isinstance(key, str) else (f"{above[0]}[{quote_text(key)}]", above[1])

    def item(self, slot: int) -> tuple[str, str]:
        """Return where in its list the item of a variable stands, and what it is called."""
        turn, outer = self.frame[slot], replace(self, frame=self.frame[:slot])
        above = outer.path(turn.node.source)
        if turn.node.source.type.kind is Kind.MAP and isinstance(turn.item, str):
            return quote_text(turn.item), ""
        if above is None:
            return f"item {turn.index} of {outer.subject(turn.node.source)}", name_of(turn.item)
        return f"{above[0]}[{turn.index}]", ", ".join(filter(None, (above[1], name_of(turn.item))))

    def quoted(self, node: Node) -> str:
        """Return a node as written, on one line."""
        return quoted(node, self.text)


def _named(path: str, name: str) -> str:
    return f"{path} ({name})" if name else path


def _variables(node: Node) -> Iterator[model.Variable]:
    if isinstance(node, model.Variable):
        yield node
    for inner in model.below(node):
        yield from _variables(inner)


def _inputs(node: Node) -> list[Node]:
    """Return the paths that a computed operand reads, the first three."""
    return [*dict.fromkeys(_paths(node))][:3] if root_of(node) is None else []  # a path is no computation


def _paths(node: Node) -> Iterator[Node]:
    if isinstance(node, model.Comprehension):
        return  # what it reads for each item is not one value
    for inner in model.below(node):
        root = root_of(inner)
        if root is None:
            yield from _paths(inner)
        elif isinstance(root, (model.Fact, model.Variable)) and inner.type.kind not in {
            Kind.LIST,
            Kind.SAMPLES,
            Kind.MAP,
        }:
            yield inner
