"""The conformance suite: every case is checked, compiled, walked and thawed, and all must say what the case says."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from ruamel.yaml import YAML

from hostproof.expr.compile import compiled
from hostproof.expr.evaluate import SLOW, evaluate
from hostproof.expr.freeze import freeze, thaw
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.walk import Walk
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown
from hostproof.source.problems import Level, Problem

SUITE = Path(__file__).parents[1] / "suite" / "expr"
Case = dict[str, object]


def cases() -> list[ParameterSet]:
    """Return all cases of all files, each with the world its file describes."""
    return [case for path in sorted(SUITE.glob("*.yaml")) for case in cases_of(path)]


def cases_of(path: Path) -> Iterator[ParameterSet]:
    """Yield the cases of one file."""
    file = YAML(typ="safe", pure=True).load(path)
    shared = {name: file.get(name) or {} for name in ("facts", "params", "lets")}
    for number, case in enumerate(file["cases"]):
        facts = {**shared["facts"], **case.get("facts", {})}
        yield pytest.param({**shared, "facts": facts}, case, id=f"{path.stem}-{number}-{case['expression'][:40]}")


def places(problems: tuple[Problem, ...], level: Level) -> list[str]:
    """Return problems as the suite writes them."""
    found = [problem for problem in problems if problem.level is level]
    return [f"{p.code}@{p.span.line}:{p.span.column}" for p in found if p.span is not None]


@pytest.mark.parametrize(("shared", "case"), cases())
def test_case(shared: dict[str, Case], case: Case, world: Callable[..., object]) -> None:
    """An expression has the value, the Unknown or the problems that the suite says."""
    made = world(shared["facts"], shared["params"], shared["lets"], sure=case.get("decide") == "confident")
    expr, problems = made.check(case["expression"])
    if "problems" in case:
        assert places(problems, Level.ERROR) == case["problems"], problems
        assert str(case.get("hint", "")) in problems[0].hint
        assert expr is None
        return
    assert expr is not None, problems
    assert places(problems, Level.WARNING) == case.get("warnings", [])
    assert str(expr.type) == case.get("type", str(expr.type))
    env = made.env
    results = [evaluate(expr, env), Walk(env).value(expr.root), evaluate(thaw(round_trip(expr)), env)]
    for result in results:
        agree(result, expr, case)
    try:
        quick = compiled(expr)(env.snapshot.values, env)
    except SLOW:
        return
    agree(quick, expr, case)


def round_trip(expr: Expr) -> tuple[object, ...]:
    """Return the frozen expression after it was written and read."""
    data = marshal.loads(marshal.dumps(freeze(expr)))
    assert isinstance(data, tuple)
    return data


def agree(result: Value | Unknown, expr: Expr, case: Case) -> None:
    """Compare a result with what the case says; numbers may differ in the last digits only."""
    if "unknown" in case:
        assert isinstance(result, Unknown), result
        assert str(result.cause) == case["unknown"]
        assert result.fact == case.get("fact", result.fact)
        assert str(case.get("detail", "")) in result.detail
        return
    wanted = case["value"]
    assert type(result) is type(wanted) or isinstance(wanted, float), (result, wanted)
    assert result == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted)
    assert not isinstance(result, Unknown)
    assert fits(result, expr.type), (result, expr.type)


def test_the_suite_is_there() -> None:
    """The suite has not gone missing."""
    assert len(cases()) > 400


def test_env_is_plain_data(world: Callable[..., object]) -> None:
    """A world made of plain data holds it."""
    made = world({"n": {"type": "count", "value": 3}})
    assert isinstance(made.env, Env)
    assert made.env.snapshot.values == {"n": 3}
