"""Linking: a code object that `compile` made in, the function that can reach what its text names, and no more, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import cast

from hostproof.expr import steps, untyped
from hostproof.expr.arithmetic import OPERATIONS, Operation, negative
from hostproof.expr.comparing import VERSIONS, member, test
from hostproof.expr.functions import functions
from hostproof.expr.model import Run
from hostproof.facts.snapshot import Value

# The prefixes of names that stand for a whole table: operations, functions and their forms, orders of untyped data.
OPERATION, FUNCTION, ORDER = "do_", "f_", "untyped_"
ORDERS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


# What is read of an environment.
_ATTRIBUTES = frozenset({"params", "snapshot", "created"})


def run_of(code: CodeType) -> Run:
    """Return the function of a code object that `compile.code_of` made, in this process or another."""
    names: dict[str, object] = {"__builtins__": {}}
    for name in _names(code):
        if name not in _ATTRIBUTES:
            names[name] = _meaning(name)
    return cast("Run", FunctionType(code, names))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


@lru_cache(maxsize=512)
def _meaning(name: str) -> object:
    if name in _SINGLE:
        return _SINGLE[name]
    if name.startswith(OPERATION):
        return OPERATIONS[name.removeprefix(OPERATION)]
    if name.startswith(ORDER):
        return test({word: sign for sign, word in ORDERS.items()}[name.removeprefix(ORDER)], "untyped")
    function, _, form = name.removeprefix(FUNCTION).rpartition("_")
    return functions()[function].forms[int(form)].call


class WalkedError(LookupError):
    """Raised by the compiled form of the rare expression that can only be walked."""


def _walked() -> Value:
    raise WalkedError


def _one(conditions: Iterable[Value]) -> bool:
    return sum(1 for condition in conditions if condition) == 1


def _count(conditions: Iterable[Value]) -> int:
    return sum(1 for condition in conditions if condition)


def _at(items: list[Value], index: int) -> Value:
    if index < 0:
        raise IndexError(index)
    return items[index]


def _fold(left: list[int] | None, value: Value, *chain: Operation | Value) -> Value:
    """Apply operations from left to right: value, operation, operand, operation, operand...; pay from `left`."""
    for operation, operand in zip(chain[::2], chain[1::2], strict=True):
        value = cast("Operation", operation)(value, cast("Value", operand))
        if left is not None:
            steps.made(left, value)
    return value


_SINGLE: dict[str, Callable[..., object]] = {
    "walked": _walked,
    "all": all,
    "any": any,
    "one": _one,
    "count": _count,
    "at": _at,
    "fold": _fold,
    "equal": untyped.equal,
    "number": untyped.number,
    "text": untyped.text,
    "truth": untyped.truth,
    "need": untyped.need,
    "negative": negative,
    **VERSIONS,
    "member": member,
    "budget": steps.budget,
    "turns": steps.turns,
    "looked_through": steps.looked_through,
    "made": steps.made,
    "called": steps.called,
}
