"""Problems of expressions as people read them: every code has an example, and each situation its golden words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hostproof.expr.check import check_expression
from hostproof.expr.scope import Scope
from hostproof.expr.template import check_template
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BOOL, Type
from hostproof.facts.typetext import parse_type
from hostproof.source.codes import CodeRow
from hostproof.source.codes.expr import ROWS
from hostproof.source.files import read_source
from hostproof.source.nodes import Mapping, Scalar
from hostproof.source.problems import Problem, Problems
from hostproof.source.render import render_problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

HERE = Path(__file__).parents[1]
SITUATIONS = sorted((HERE / "suite" / "expr-problems").glob("*.yaml"))
GOLDENS = HERE / "golden" / "expr-problems"


def types(root: Mapping, name: str) -> dict[str, Type]:
    """Return what a situation declares under `facts` or `params`: names and types."""
    node = root.get(name)
    entries = node.entries if isinstance(node, Mapping) else ()
    return {entry.key.text: parse_type(entry.value.text) for entry in entries if isinstance(entry.value, Scalar)}


def check_rule(root: Mapping, problems: Problems) -> None:
    """Check the expressions of a situation as those of a rule are: `when`, `let`, `assert`, `message`."""
    own = [FactSpec(name, of, Owner.FILES, "", "test") for name, of in types(root, "facts").items()]
    scope = Scope(builtin_catalog().with_rows(own), params=types(root, "params"))
    when, lets = root.get("when"), root.get("let")
    if isinstance(when, Scalar):
        scope = replace(scope, given=check_expression(when, scope, problems, BOOL))
    for entry in lets.entries if isinstance(lets, Mapping) else ():
        assert isinstance(entry.value, Scalar)
        found = check_expression(entry.value, scope, problems)
        scope = replace(scope, lets={**scope.lets, entry.key.text: found})
    condition, message = root.get("assert"), root.get("message")
    if isinstance(condition, Scalar):
        check_expression(condition, scope, problems, BOOL)
    if isinstance(message, Scalar):
        check_template(message, scope, problems)


def problems_of(file: SourceFile) -> tuple[Problem, ...]:
    """Return everything that is said about a situation."""
    problems = Problems()
    root = load_yaml(file, problems)
    assert isinstance(root, Mapping), problems.found
    check_rule(root, problems)
    return problems.ordered()


@pytest.mark.parametrize("path", SITUATIONS, ids=lambda path: path.stem)
def test_a_situation_in_words(path: Path, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """What people read is the golden text; each problem points at its characters and says what to do."""
    monkeypatch.chdir(path.parent)
    problems = problems_of(read_source(path.name))
    golden(f"../{GOLDENS.name}/{path.stem}.txt", render_problems(problems))
    code = re.match(r"HP-[EW]\d{3}", path.stem)
    assert code is None or {problem.code for problem in problems} == {code[0]}
    for problem in problems:
        assert problem.span is not None
        assert problem.hint, f"{problem.code} {problem.message}"
        assert not problem.message.endswith(".")


def test_every_code_has_a_situation() -> None:
    """No code of expressions goes without an example of its words, and no golden is left over."""
    assert len(SITUATIONS) > 100
    named = {path.stem[:7] for path in SITUATIONS if path.stem.startswith("HP-")}
    assert named == {row.code for row in ROWS}
    assert {path.stem for path in GOLDENS.glob("*")} == {path.stem for path in SITUATIONS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_the_example_of_a_code_causes_it(row: CodeRow) -> None:
    """The text that the table shows for a code gives that problem and no other."""
    problems, scope = Problems(), Scope(builtin_catalog())
    if row.example.startswith("message: "):
        check_template(SourceFile(row.code, row.example.removeprefix("message: ")), scope, problems)
    else:
        check_expression(SourceFile(row.code, row.example), scope, problems, BOOL)
    assert [problem.code for problem in problems.ordered()] == [row.code]
