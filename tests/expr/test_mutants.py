"""Mutants: which slips an expression has, how they are written, and that each is an expression as good as another."""

from __future__ import annotations

import pytest

from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.model import Expr
from hostproof.expr.mutants import applied, changes, lets_of, params_read, stepped_text, with_let, written
from hostproof.facts.types import BOOL
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

from .conftest import World, make_world

FACTS = {
    "n": {"type": "count", "value": 5},
    "limit": {"type": "count?", "value": 7},
    "wait": {"type": "duration", "value": 5_000_000},
    "waits": {"type": "samples<duration>", "value": [1_000_000, 5_000_000]},
    "size": {"type": "bytes", "value": 65536},
    "arch": {"type": "string", "value": "x86_64"},
    "kernel": {"type": "version", "value": "6.1"},
    "ok": {"type": "bool", "value": True},
    "disks": {"type": "list<{name: string, free: bytes}>", "value": [{"name": "a", "free": 10}]},
}
PARAMS = {"least": {"type": "count", "value": 3}}
READINGS = "reading"


@pytest.fixture(scope="module")
def world() -> World:
    """Return a world of one fact of each kind."""
    return make_world(FACTS, PARAMS, {"half": "n / 2", "few": "half < 4"})


def texts(world: World, text: str, *, readings: bool = False) -> list[str]:
    """Return how the mutants of a text are written."""
    expr = world.expr(text)
    return [written(change, expr) for change in changes(expr) if readings or change.kind != READINGS]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("n >= 5", ["n > 5", "n <= 5", "n >= 4", "n >= 6"]),
        ("n == 0", ["n != 0", "n == 1"]),
        ("1 < n <= 9", ["1 <= n <= 9", "1 < n < 9", "0 < n <= 9", "2 < n <= 9", "1 < n <= 8", "1 < n <= 10"]),
        ("wait < 5ms", ["wait <= 5ms", "wait > 5ms", "wait < 4ms", "wait < 6ms"]),
        ("arch in [\"a\"]", ["arch not in [\"a\"]", "arch in [\"altered\"]"]),
        ("arch not in [\"a\"]", ["arch in [\"a\"]", "arch not in [\"altered\"]"]),
        ("kernel > version(\"4.1\")", [
            "kernel >= version(\"4.1\")", "kernel < version(\"4.1\")",
            "kernel > version(\"4.0\")", "kernel > version(\"4.2\")",
        ]),
        ("not ok", ["ok"]),
        ("(ok) and (n == n)", ["((ok) or (n == n))", "(n == n)", "(ok)", "(ok) and (n != n)"]),
        ("ok or ok or ok", ["(ok and ok and ok)", "ok or ok", "ok or ok", "ok or ok"]),
        ("ok ?? false", ["false", "ok", "ok ?? true"]),
        ("ok if ok else ok", ["ok if not (ok) else ok"]),
        ("all(d in disks: d.name != arch)", ["any(d in disks: d.name != arch)", "all(d in disks: d.name == arch)"]),
        ("n + n == n", ["n + n != n", "n - n == n"]),
        ("size * n == size", ["size * n != size", "size / n == size"]),
        ("p99(waits) < wait", ["p99(waits) <= wait", "p99(waits) > wait", "p50(waits) < wait"]),
        ("limit != null", ["limit == null"]),
    ],
)  # fmt: skip
def test_slips_are_written_as_a_person_would(world: World, text: str, wanted: list[str]) -> None:
    """Each sort of slip is made once in each place, and its text is what the author would have written."""
    assert texts(world, text) == wanted


def test_readings(world: World) -> None:
    """A fact may never be known, and an amount be in another unit, also inside lists and samples."""
    found = [change.said for change in changes(world.expr("wait < wait")) if change.kind == READINGS]
    assert found[:3] == [
        "`wait` was never known",
        "`wait` was 1000 times too large: another unit",
        "`wait` was 1000 times too small: another unit",
    ]
    inside = [change.said for change in changes(world.expr("all(d in disks: d.free > size)"))]
    assert "`d.free` was 1024 times too large: another unit" in inside


def test_a_unit_makes_no_difference_to_zero(world: World) -> None:
    """What is only compared with 0 is not scaled: no case could tell."""
    assert not [change for change in changes(world.expr("wait > 0ms")) if "times" in change.said]


@pytest.mark.parametrize(
    ("text", "slip", "value"),
    [
        ("wait < 6ms", "`wait` was 1000 times too large: another unit", False),
        ("p50(waits) <= 5ms", "`waits` was 1000 times too large: another unit", False),
        ("all(d in disks: d.free >= 10B)", "`d.free` was 1024 times too small: another unit", False),
        ("n >= 5", "`>=` became `>`", False),
        ("few and ok", "`few` was left out", True),
    ],
)
def test_a_slip_changes_what_comes_out(world: World, text: str, slip: str, value: bool) -> None:
    """An altered tree is evaluated like any other."""
    expr = world.expr(text)
    (change,) = (change for change in changes(expr) if change.said == slip)
    assert evaluate(applied(change, expr), world.env) is value
    assert applied(change, expr).text == text


def test_a_fact_that_is_never_known(world: World) -> None:
    """Its mutant is Unknown as if nobody had collected it."""
    expr = world.expr("n >= 5")
    (change,) = (change for change in changes(expr) if change.kind == READINGS)
    came = evaluate(applied(change, expr), world.env)
    assert isinstance(came, Unknown)
    assert came.cause is Cause.NOT_COLLECTED


@pytest.mark.parametrize(
    "text", ["n >= 5 and (ok or not ok)", "1 < n <= 9", "arch in [\"a\", \"b\"]", "(n + 2) * 3 > 0x10", "size >= 64KiB"]
)  # fmt: skip
def test_what_is_written_is_what_was_made(world: World, text: str) -> None:
    """The text of a mutant, checked anew, comes to the same as its tree."""
    expr = world.expr(text)
    for change in changes(expr):
        if change.kind == READINGS and "never" in change.said:
            continue
        again = world.expr(written(change, expr))
        assert evaluate(again, world.env) == evaluate(applied(change, expr), world.env), change.said


def test_lets_are_altered_wherever_they_are_read(world: World) -> None:
    """A let that another let reads is replaced there as well, and what does not read it stays the same."""
    expr = world.expr("few")
    assert [*lets_of(expr)] == ["half", "few"]
    problems = Problems()
    other = check_expression(SourceFile("other", "n * 2"), world.scope, problems)
    assert isinstance(other, Expr)
    assert evaluate(expr, world.env) is True
    assert evaluate(with_let(expr, "half", other), world.env) is False


def test_parameters_read(world: World) -> None:
    """Each use of a parameter is found with its place."""
    assert [*params_read(world.expr("n >= params.least", BOOL))] == [("least", 5, 17)]


@pytest.mark.parametrize(
    ("text", "near"),
    [("5ms", ("4ms", "6ms")), ("0", ("1",)), ("1.50s", ("1.49s", "1.51s")), ("0.1", ("0.0", "0.2")), ("0x10", ())],
)
def test_neighbours_of_an_amount(text: str, near: tuple[str, ...]) -> None:
    """The last digit is one lower and one higher; nothing is below zero, and a hexadecimal number stays alone."""
    assert stepped_text(text) == near
