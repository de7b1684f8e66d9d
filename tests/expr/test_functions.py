"""The table of functions: every row is complete, its example is true, and the suite uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.expr.functions import Function, functions
from hostproof.expr.functions.patterns import glob_pattern, pattern
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Unknown

SUITE = Path(__file__).parents[1] / "suite" / "expr"
FACTS = {"m": {"type": "map<count>", "value": {"b": 2, "a": 1}}}


@pytest.mark.parametrize("function", functions().values(), ids=lambda function: function.name)
def test_the_example_is_true(function: Function, world: Callable[..., object]) -> None:
    """The example of a function has the value that the table shows, with units."""
    made = world(FACTS)
    text, shown = function.example
    expr = made.expr(text)
    value = evaluate(expr, made.env)
    assert not isinstance(value, Unknown)
    assert format_value(value, expr.type) == shown
    assert re.search(rf"\b{function.name}\b", text)


@pytest.mark.parametrize("function", functions().values(), ids=lambda function: function.name)
def test_a_row_is_complete(function: Function) -> None:
    """A function has a sentence that says what it gives, and forms that a person can read."""
    assert function.meaning.endswith(".")
    assert all(re.fullmatch(r"\(.+\) -> .+", str(form)) for form in function.forms)


def test_the_suite_uses_every_function() -> None:
    """No function goes without cases."""
    text = "".join(path.read_text(encoding="utf-8") for path in SUITE.glob("*.yaml"))
    assert [name for name in functions() if not re.search(rf"\b{name}(\(| r?\")", text)] == []


@pytest.mark.parametrize("source", ["(", "a{1,5000}", "(?=a)", r"\1", "a" * 2_000, "(((a{100}){100}){100})"])
def test_a_bad_pattern_is_refused(source: str) -> None:
    """A pattern that RE2 can't take, or that would take too much memory, says what is wrong with it."""
    with pytest.raises(ValueError, match=r"\w"):
        pattern(source)


@pytest.mark.parametrize(
    ("source", "matching", "other"),
    [
        ("*", "anything\nat all", None),
        ("", "", "a"),
        ("a?c", "abc", "ac"),
        ("[a-c]x", "bx", "dx"),
        ("[!a-c]x", "dx", "bx"),
        ("[]]", "]", "["),
        ("[^a]", "^", "b"),
        ("a[", "a[", "a"),
        ("a.c+", "a.c+", "abcc"),
        (r"\d", r"\d", "1"),
        ("{a,b}", "{a,b}", "a"),
    ],
)
def test_globs(source: str, matching: str, other: str | None) -> None:
    """A glob knows `*`, `?` and sets; everything else stands for itself."""
    assert glob_pattern(source).fullmatch(matching)
    assert other is None or not glob_pattern(source).fullmatch(other)
