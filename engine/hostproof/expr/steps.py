"""The step budget: what walking over lists, looking through them and functions cost; both evaluators pay alike.

What is free is bounded by the length of the text. A snapshot may hold lists of millions of items.
"""

from __future__ import annotations

from collections.abc import Callable

from hostproof.expr.syntax.limits import MOST_STEPS
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause

# Reading through 16 items or characters at once costs about as much as evaluating one node.
_GLANCE = 16


def budget() -> list[int]:
    """Return a fresh budget: one number, the steps left."""
    return [MOST_STEPS]


def spend(left: list[int], steps: int) -> None:
    """Take steps off the budget; raises UndecidedError when none are left."""
    left[0] -= steps
    if left[0] < 0:
        detail = f"it takes more than {MOST_STEPS:,} steps"
        raise UndecidedError(Cause.BUDGET, detail, "walk over shorter lists, or not inside each other")


def turns(left: list[int], source: list[Value] | dict[str, Value], cost: int) -> list[Value]:
    """Return what a comprehension walks over (of a map its keys, sorted), all turns paid in advance."""
    items: list[Value] = [*sorted(source)] if isinstance(source, dict) else source
    spend(left, len(items) * cost + 1)
    return items


def looked_through(left: list[int], container: Value, quickly: bool) -> Value:
    """Pay for looking at each item of a list, `quickly` if Python can do it by itself, and return the list."""
    if isinstance(container, list):
        spend(left, len(container) // _GLANCE if quickly else len(container))
    return container


def made(left: list[int], value: Value) -> Value:
    """Pay for a text or list that was put together, and return it."""
    if isinstance(value, (str, list)):
        spend(left, len(value))
    return value


def called(left: list[int], builds: bool, call: Callable[..., Value], *arguments: Value) -> Value:
    """Pay for a function's arguments by their length, and call it."""
    length = sum(len(argument) for argument in arguments if isinstance(argument, (str, list, dict)))
    spend(left, length if builds else length // _GLANCE)
    return call(*arguments)
