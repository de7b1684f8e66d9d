"""Compilation: typed nodes in, one Python function out that is right whenever it returns.

It handles the plain case only: every fact known, every value as declared. Anything else raises, and `evaluate` asks the
three-valued walk instead. Both use the same operations, so that one meaning is written down once.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import CodeType, FunctionType
from typing import TypeAlias, cast

from hostproof.expr import model
from hostproof.expr.comparing import VERSIONS, manner
from hostproof.expr.dimensions import NUMBERS, SEQUENCES
from hostproof.expr.functions import functions
from hostproof.expr.link import FUNCTION, OPERATION, ORDER, ORDERS, run_of
from hostproof.expr.model import Expr, Node, Run
from hostproof.expr.untyped import looks_at_items
from hostproof.facts.types import Kind, Type
from hostproof.facts.versions import version_key

_MOST_NESTED = 8  # arithmetic steps written as calls inside calls
_UNHELD = (SyntaxError, RecursionError, MemoryError)  # Python bounds the nesting of brackets
# What may be long, so that a function of it costs steps.
_LONG = frozenset({*SEQUENCES, Kind.MAP, Kind.RECORD, Kind.ANY, Kind.STRING, Kind.VERSION})
_LOOKS = {Kind.FLOAT: "number", Kind.STRING: "text", Kind.BOOL: "truth"}


def compiled(expr: Expr) -> Run:
    """Return the compiled form of an expression, made when it is first asked for: many are only ever checked."""
    if expr.run is None:
        expr.run = run_of(code_of(expr.root))
    return expr.run


def code_of(root: Node) -> CodeType:
    """Return the code object of a checked node; where Python can't hold it, it only says that it has to be walked."""
    try:
        return _code(written(root) or "walked()")
    except _UNHELD:
        return _code("walked()")


def written(root: Node) -> str | None:
    """Return a checked node as Python over `v` and `e`, perhaps too deep for it; None if it must be walked."""
    writer = _Writer()
    try:
        text = writer.write(root)
    except (_OnlyWalkedError, RecursionError):
        return None
    return f"((b := budget()), {text})[1]" if writer.pays else text


def is_held(text: str) -> bool:
    """Say whether Python can hold what `written` gave."""
    try:
        _code(text)
    except _UNHELD:
        return False
    return True


def _code(text: str) -> CodeType:
    # The text was written here, from checked nodes; evaluating it only makes the function.
    function = eval(f"lambda v, e: {text}", {"__builtins__": {}})  # noqa: S307
    return cast("FunctionType", function).__code__


class _OnlyWalkedError(Exception):
    """Says that an expression isn't worth a compiled form."""


class _Writer:
    """Writes nodes as Python; `pays` says whether any of them takes steps off the budget."""

    def __init__(self) -> None:
        self.pays = False

    def write(self, node: Node) -> str:
        return _WRITERS[type(node)](self, node)

    def literal(self, node: model.Literal) -> str:
        return f"({node.value!r})"

    def fact(self, node: model.Fact) -> str:
        return f"v[{node.name!r}]"

    def param(self, node: model.Param) -> str:
        return f"e.params[{node.name!r}]"

    def let(self, node: model.Let) -> str:
        return f"({self.write(node.expr.root)})"

    def variable(self, node: model.Variable) -> str:
        return f"x{node.slot}"

    def field(self, node: model.Field) -> str:
        return f"{self.write(node.target)}[{node.name!r}]"

    def index(self, node: model.Index) -> str:
        target, key = self.write(node.target), self.write(node.key)
        if node.target.type.kind in SEQUENCES and not isinstance(node.key, model.Literal):
            return f"at({target}, {key})"
        return f"{target}[{key}]"

    def list_of(self, node: model.ListOf) -> str:
        return f"[{', '.join(map(self.write, node.items))}]"

    def not_(self, node: model.Not) -> str:
        return f"(not {self.write(node.operand)})"

    def and_(self, node: model.And) -> str:
        return f"({' and '.join(map(self.write, node.operands))})"

    def or_(self, node: model.Or) -> str:
        return f"({' or '.join(map(self.write, node.operands))})"

    def default(self, node: model.Default) -> str:
        """Write the first operand; what is behind it only where a missing fact can be seen beforehand."""
        first, *rest = node.operands
        if isinstance(first, model.Fact) and rest:
            after = rest[0] if len(rest) == 1 else model.Default(node.start, node.end, node.type, tuple(rest))
            return f"({self.write(first)} if {first.name!r} in v else {self.write(after)})"
        return self.write(first)

    def comparison(self, node: model.Comparison) -> str:
        operands = (node.first, *(operand for _, operand in node.rest))
        manners = {manner(one.type, other.type) for one, other in pairwise(operands)}
        if "untyped" in manners:
            return self.untyped_comparison(node, operands)
        versions = manners & VERSIONS.keys()
        if len(versions) > 1:
            raise _OnlyWalkedError
        order = versions.pop() if versions else ""
        return _chained(
            node, [self.versioned(operand, order) if order else self.write(operand) for operand in operands]
        )

    def only_walked(self, _: model.ConfidentComparison) -> str:
        raise _OnlyWalkedError

    def versioned(self, node: Node, order: str) -> str:
        if order == str(Kind.VERSION) and isinstance(node, model.Literal) and isinstance(node.value, str):
            return repr(version_key(node.value))
        return f"{order}({self.write(node)})"

    def untyped_comparison(self, node: model.Comparison, operands: tuple[Node, ...]) -> str:
        if len(operands) == 2:
            return self.untyped_pair(node.rest[0][0], *operands)
        # Each operand of a chain stands once here, so the chain is cut only where that costs nothing: otherwise walk.
        kinds = {_group(operand.type) for operand in operands} - {"any"}
        look = {"number": "number", "text": "text"}.get(kinds.pop() if len(kinds) == 1 else "")
        if look is None or "==" in dict(node.rest):
            raise _OnlyWalkedError
        written = [f"{look}({self.write(operand)})" for operand in operands]
        return _chained(node, written)

    def untyped_pair(self, sign: str, left: Node, right: Node) -> str:
        one, other = self.write(left), self.write(right)
        if sign in {"==", "!="}:
            return f"({'not ' if sign == '!=' else ''}equal({one}, {other}))"
        return f"{ORDER}{ORDERS[sign]}({one}, {other})"

    def membership(self, node: model.Membership) -> str:
        item, container = self.write(node.item), self.write(node.container)
        how = _membership_manner(node)
        if not isinstance(node.container, model.ListOf) and node.container.type.kind not in {Kind.MAP, Kind.RECORD}:
            container = self.looked_through(container, quickly=how == "plain")
        if how == "plain":
            return f"({item} {'not in' if node.negated else 'in'} {container})"
        return f"({'not ' if node.negated else ''}member({item}, {container}, {how!r}))"

    def looked_through(self, text: str, *, quickly: bool) -> str:
        self.pays = True
        return f"looked_through(b, {text}, {quickly})"

    def arithmetic(self, node: model.Arithmetic) -> str:
        text = self.write(node.first)
        written = [(f"{OPERATION}{step.operation}", self.write(step.operand)) for step in node.steps]
        grows = node.type.kind in {Kind.STRING, Kind.LIST}
        self.pays = self.pays or grows
        if grows or len(written) > _MOST_NESTED:
            return (
                f"fold({'b' if grows else 'None'}, {text}, {', '.join(f'{name}, {other}' for name, other in written)})"
            )
        for name, operand in written:
            text = f"{name}({text}, {operand})"
        return text

    def negative(self, node: model.Negative) -> str:
        return f"negative({self.write(node.operand)})"

    def conditional(self, node: model.Conditional) -> str:
        return f"({self.write(node.then)} if {self.write(node.condition)} else {self.write(node.otherwise)})"

    def call(self, node: model.Call) -> str:
        function = functions()[node.function]
        name = f"{FUNCTION}{node.function}_{node.form}"
        arguments = (["e.snapshot.created"] if function.timed else []) + [
            self.write(argument) for argument in node.arguments
        ]
        if any(argument.type.kind in _LONG for argument in node.arguments):
            self.pays = True
            return f"called({', '.join(['b', repr(function.builds), name, *arguments])})"
        return f"{name}({', '.join(arguments)})"

    def checked(self, node: model.Checked) -> str:
        inner = self.write(node.operand)
        look = None if node.type.nullable else _LOOKS.get(node.type.kind)
        if looks_at_items(node.type):
            inner = self.looked_through(inner, quickly=True)
        return f"{look}({inner})" if look else f"need({inner}, {str(node.type)!r})"

    def known(self, node: model.Known) -> str:
        if isinstance(node.operand, model.Fact):
            return f"({node.operand.name!r} in v)"
        return f"({self.write(node.operand)}, True)[1]"

    def cause_of(self, node: model.CauseOf) -> str:
        return f"({self.write(node.operand)}, None)[1]"

    def comprehension(self, node: model.Comprehension) -> str:
        source = self.write(node.source)
        self.pays = True
        body = self.write(node.body)
        walk = f"for x{node.slot} in turns(b, {source}, {node.cost})"
        if node.kind == "filter":
            return f"[x{node.slot} {walk} if {body}]"
        if node.kind == "map":
            return f"[{body} {walk}]"
        name = "any" if node.kind == "none" else node.kind
        return f"({'not ' if node.kind == 'none' else ''}{name}({body} {walk}))"


def _chained(node: model.Comparison, written: list[str]) -> str:
    links = (f"{sign} {text}" for (sign, _), text in zip(node.rest, written[1:], strict=True))
    return f"({written[0]} {' '.join(links)})"


def _group(of: Type) -> str:
    if of.kind in NUMBERS:
        return "number"
    return {Kind.STRING: "text", Kind.ANY: "any"}.get(of.kind, "other")


def _membership_manner(node: model.Membership) -> str:
    """Keys of a map are compared as texts; items of a list like any two values."""
    container = node.container.type
    if container.kind in {Kind.MAP, Kind.RECORD}:
        return "plain"
    return "untyped" if container.kind is Kind.ANY else manner(node.item.type, container.item or node.item.type)


_Write: TypeAlias = "Callable[[_Writer, Node], str]"
_WRITERS: dict[type, _Write] = {
    kind: cast("_Write", writer)
    for kind, writer in (
        (model.Literal, _Writer.literal),
        (model.Fact, _Writer.fact),
        (model.Param, _Writer.param),
        (model.Let, _Writer.let),
        (model.Variable, _Writer.variable),
        (model.Field, _Writer.field),
        (model.Index, _Writer.index),
        (model.ListOf, _Writer.list_of),
        (model.Not, _Writer.not_),
        (model.And, _Writer.and_),
        (model.Or, _Writer.or_),
        (model.Default, _Writer.default),
        (model.Comparison, _Writer.comparison),
        (model.ConfidentComparison, _Writer.only_walked),
        (model.Membership, _Writer.membership),
        (model.Arithmetic, _Writer.arithmetic),
        (model.Negative, _Writer.negative),
        (model.Conditional, _Writer.conditional),
        (model.Call, _Writer.call),
        (model.Checked, _Writer.checked),
        (model.Known, _Writer.known),
        (model.CauseOf, _Writer.cause_of),
        (model.Comprehension, _Writer.comprehension),
    )
}
