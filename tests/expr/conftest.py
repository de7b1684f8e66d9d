"""What the tests of expressions share: a world of facts, parameters and lets made from plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from hostproof.expr.check import check_expression
from hostproof.expr.confidence.quantiles import confident
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env, Scope
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problem, Problems
from hostproof.source.spans import SourceFile

NOW = 1_714_521_600_000_000_000  # 2024-05-01T00:00:00Z


@dataclass(frozen=True)
class World:
    """A scope to check in and an environment to evaluate in; `sure`: rules decide with confidence."""

    scope: Scope
    env: Env
    sure: bool = False

    def check(self, text: str, want: Type | None = None) -> tuple[Expr | None, tuple[Problem, ...]]:
        """Return the checked expression and what was said about it."""
        problems = Problems()
        expr = check_expression(SourceFile("case", text), self.scope, problems, want)
        return confident(expr) if expr and self.sure else expr, problems.ordered()

    def expr(self, text: str, want: Type | None = None) -> Expr:
        """Return an expression that must be sound."""
        expr, problems = self.check(text, want)
        assert expr is not None, problems
        return expr


Rows = Mapping[str, Mapping[str, object]]


def _row(name: str, of: str) -> FactSpec:
    return FactSpec(name, parse_type(of), Owner.HOST_KERNEL, "a fact of a test", "test")


def _values(facts: Rows) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, row in facts.items():
        if "values" in row:
            inner = cast("dict[str, Value]", row["values"])
            values |= {name[:-1] + key: value for key, value in inner.items()}
        elif "unknown" not in row:
            values[name] = cast("Value", row["value"])
    return values


def make_world(facts: Rows, params: Rows, lets: Mapping[str, str], *, sure: bool = False) -> World:
    """Return the world of plain data, in the form that `tests/suite/expr/README.md` describes."""
    catalog = Catalog(_row(name, str(row["type"])) for name, row in facts.items())
    unknown = {name: Unknown(Cause(str(row["unknown"]))) for name, row in facts.items() if "unknown" in row}
    types = {name: parse_type(str(row["type"])) for name, row in params.items()}
    scope = Scope(catalog, params=types)
    for name, text in lets.items():
        expr = check_expression(SourceFile(name, text), scope, Problems())
        assert expr is not None, text
        scope = Scope(catalog, params=types, lets={**scope.lets, name: confident(expr) if sure else expr})
    snapshot = Snapshot(NOW, "local", Host(), _values(facts), unknown)
    return World(scope, Env(snapshot, {name: cast("Value", row["value"]) for name, row in params.items()}), sure)


@pytest.fixture
def world() -> Callable[..., World]:
    """Return what makes a world: facts, parameters and lets as the suite writes them."""

    def make(
        facts: Rows, params: Rows | None = None, lets: Mapping[str, str] | None = None, *, sure: bool = False
    ) -> World:
        return make_world(facts, params or {}, lets or {}, sure=sure)

    return make


@pytest.fixture
def golden(update: bool) -> Callable[[str, str], None]:
    """Compare a text with tests/golden/expr/NAME; with --update, write it there instead."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parents[1] / "golden" / "expr" / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare
