"""Codes of expressions: the example of each causes it."""

from __future__ import annotations


import pytest

from hostproof.expr.check import check_expression
from hostproof.expr.scope import Scope
from hostproof.expr.template import check_template
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.types import BOOL
from hostproof.source.codes import CodeRow
from hostproof.source.codes.expr import ROWS
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_the_example_of_a_code_causes_it(row: CodeRow) -> None:
    """The text that the table shows for a code gives that problem and no other."""
    problems, scope = Problems(), Scope(builtin_catalog())
    if row.example.startswith("message: "):
        check_template(SourceFile(row.code, row.example.removeprefix("message: ")), scope, problems)
    else:
        check_expression(SourceFile(row.code, row.example), scope, problems, BOOL)
    assert [problem.code for problem in problems.ordered()] == [row.code]
