"""Freezing: a checked expression or template in, plain data for `marshal` out, and back without a parser.

Frozen data holds a code object, so it is good only for the Python and the hostproof that made it: thawing anything else
raises ValueError. Whoever stores it must trust where it comes back from, as with any compiled code.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from types import CodeType
from typing import TypeAlias, cast

from hostproof import __version__
from hostproof.expr import model
from hostproof.expr.link import run_of
from hostproof.expr.model import Expr, Node, Step, Typed
from hostproof.expr.template import Template
from hostproof.facts.types import Kind, Type

Frozen: TypeAlias = tuple[object, ...]

MADE_BY = f"hostproof {__version__} {sys.implementation.cache_tag} expr 3"

# How each kind of part is marked; plain scalars stand for themselves.
_NODE, _TYPE, _TUPLE, _STEP, _EXPR = range(5)
_KINDS: tuple[type[Typed], ...] = (
    model.Literal,
    model.Fact,
    model.Param,
    model.Let,
    model.Variable,
    model.Field,
    model.Index,
    model.ListOf,
    model.Not,
    model.And,
    model.Or,
    model.Default,
    model.Comparison,
    model.Membership,
    model.Arithmetic,
    model.Negative,
    model.Conditional,
    model.Call,
    model.Checked,
    model.Known,
    model.CauseOf,
    model.Comprehension,
    model.ConfidentComparison,
)


def freeze(expr: Expr) -> Frozen:
    """Return an expression as nested tuples of strings, numbers and one code object; its nodes are a sealed part."""
    from hostproof.expr.compile import compiled  # what is thawed is compiled already

    types = tuple((name, _freeze(of)) for name, of in expr.types.items())
    return (
        MADE_BY,
        expr.text,
        _freeze(expr.type),
        types,
        expr.size,
        expr.depth,
        compiled(expr).__code__,
        marshal.dumps(cast("tuple[str, ...]", _freeze(expr.root))),
    )


def thaw(data: Frozen) -> Expr:
    """Return the expression that `freeze` took apart; its nodes are made only when something asks for them.

    Raises ValueError for data of another hostproof or another Python.
    """
    if len(data) != 8 or data[0] != MADE_BY:
        raise ValueError("frozen by another hostproof or another Python")
    _, text, of, types, size, depth, code, root = data
    return Expr(
        cast("str", text),
        _thaw_type(cast("Frozen", of)),
        {name: _thaw_type(one) for name, one in cast("tuple[tuple[str, Frozen], ...]", types)},
        cast("int", size),
        cast("int", depth),
        partial(_thaw_root, cast("bytes", root)),
        run=run_of(cast("CodeType", code)),
    )


def freeze_template(template: Template) -> Frozen:
    """Return a template as plain data."""
    parts = tuple(part if isinstance(part, str) else freeze(part) for part in template.parts)
    return (template.text, parts)


def thaw_template(data: Frozen) -> Template:
    """Return the template that `freeze_template` took apart; raises ValueError like `thaw`."""
    text, parts = cast("tuple[str, tuple[str | Frozen, ...]]", data)
    return Template(text, tuple(part if isinstance(part, str) else thaw(part) for part in parts))


def _freeze(part: object) -> object:
    if isinstance(part, Typed):
        return (_NODE, _KINDS.index(type(part)), *(_freeze(getattr(part, name)) for name in _fields(type(part))))
    if isinstance(part, Type):
        return (_TYPE, str(part.kind), _freeze(part.item), _freeze(part.fields), part.nullable)
    if isinstance(part, Step):
        return (_STEP, *(_freeze(getattr(part, name)) for name in _fields(Step)))
    if isinstance(part, Expr):
        return (_EXPR, freeze(part))
    return (_TUPLE, *map(_freeze, part)) if isinstance(part, tuple) else part


def _fields(of: type[Typed | Step]) -> tuple[str, ...]:
    return of.parts


def _thaw_root(data: bytes) -> Node:
    return cast("Node", _thaw(marshal.loads(data)))  # noqa: S302 - trusted as the code beside it is


def _thaw(data: object) -> object:
    if not isinstance(data, tuple):
        return data
    kind, *rest = data
    if kind == _NODE:
        return cast("Callable[..., Node]", _KINDS[rest[0]])(*map(_thaw, rest[1:]))
    if kind == _EXPR:
        return thaw(rest[0])
    if kind == _TYPE:
        return _thaw_type(data)
    inner = tuple(map(_thaw, rest))
    return cast("Callable[..., Step]", Step)(*inner) if kind == _STEP else inner


@lru_cache(maxsize=4096)
def _thaw_type(data: Frozen) -> Type:
    """Return a type; a pack has few, and each stands in it hundreds of times."""
    word, item, fields, nullable = map(_thaw, data[1:])
    return Type(
        Kind(cast("str", word)),
        cast("Type | None", item),
        cast("tuple[tuple[str, Type], ...]", fields),
        bool(nullable),
    )
