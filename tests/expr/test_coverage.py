"""Coverage of an expression: what its goals are, and that only what happened counts."""

from __future__ import annotations

import pytest

from hostproof.expr.coverage import events, goals
from hostproof.expr.evaluate import evaluate
from hostproof.facts.snapshot import Value

from .conftest import make_world


def missed(text: str, *worlds: dict[str, Value]) -> set[str]:
    """Return what none of some worlds shows; each gives the facts a, b and c, of which those left out are unknown."""
    found, expr = set(), None
    for facts in worlds:
        rows = {
            name: {"type": "bool", "value": facts[name]} if name in facts else {"type": "bool", "unknown": "denied"}
            for name in "abc"
        }
        world = make_world(rows, {}, {"both": "a and b"})
        expr = world.expr(text)
        value, seen = events(expr, world.env)
        assert value == evaluate(expr, world.env)
        shown = {goal.said for goal in goals(expr) if goal.event in seen}
        found |= shown
    assert expr is not None
    return {goal.said for goal in goals(expr)} - found


@pytest.mark.parametrize(
    ("text", "worlds", "wanted"),
    [
        ("a", [{"a": True}], {"it is false", "`a` is unknown"}),
        ("a", [{"a": True}, {"a": False}, {}], set()),
        (
            "a and b",
            [{"a": True, "b": True}, {"a": False, "b": False}, {}],
            {"`a` alone makes the `and` false", "`b` alone makes the `and` false"},
        ),
        ("a and b", [{"a": True, "b": True}, {"a": False, "b": True}, {"a": True, "b": False}, {}], set()),
        ("a or b", [{"a": True}, {"a": False, "b": True}, {"b": False}], {"it is false"}),
        ("a if b else c", [{"a": True, "b": True}, {"c": False, "b": False}, {}], set()),
        ("a if b else c", [{"a": True, "b": True}, {}], {"it is false", "`b` is false"}),
        ("a ?? b", [{"a": True, "b": True}, {"a": False}, {}], {"`b` is what `??` gives"}),
        ("both", [{"a": True, "b": True}, {"a": False, "b": False}, {}], {
            "`a` alone makes the `and` false", "`b` alone makes the `and` false",
        }),
    ],
)  # fmt: skip
def test_what_no_world_shows(text: str, worlds: list[dict[str, Value]], wanted: set[str]) -> None:
    """Sides, operands that decide alone, ways of `??` and unknown facts count when they came about, and not before."""
    assert missed(text, *worlds) == wanted
