"""Files know their lines, and problems come in the order of their places, each once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.problems import Level, Problem, ProblemError, Problems
from hostproof.source.spans import SourceFile


@given(st.text(st.sampled_from("ab\n\ré")))
def test_a_position_is_where_an_editor_counts_it(text: str) -> None:
    """Line and column count from 1, in characters, and lines end at line feeds only."""
    file = SourceFile("a", text)
    for offset in range(len(text) + 1):
        before = text[:offset].split("\n")
        assert file.position(offset) == (len(before), len(before[-1]) + 1)
    for number, line in enumerate(text.split("\n"), 1):
        assert file.line(number) == line.rstrip("\r")


def test_problems_come_once_and_in_order() -> None:
    """Problems are sorted by file and place; those without a place come first; repeats are left out."""
    one, two = SourceFile("a", "text"), SourceFile("b", "text")
    problems = Problems()
    for span in (two.span(0, 1), one.span(2, 3), one.span(0, 2), one.span(0, 1), one.span(0, 1), None):
        problems.add("HP-E007", "m", span)
    found = [
        problem.span and (problem.span.file.path, problem.span.start, problem.span.end)
        for problem in problems.ordered()
    ]
    assert found == [None, ("a", 0, 1), ("a", 0, 2), ("a", 2, 3), ("b", 0, 1)]


def test_only_errors_refuse() -> None:
    """Advice alone refuses nothing; with one error, everything found is told."""
    problems = Problems()
    problems.refuse()
    problems.add("HP-W001", "advice")
    problems.refuse()
    problems.add("HP-E007", "error")
    with pytest.raises(ProblemError, match="HP-W001 advice; HP-E007 error") as caught:
        problems.refuse()
    assert [problem.level for problem in caught.value.problems] == [Level.WARNING, Level.ERROR]
    assert isinstance(caught.value.problems[0], Problem)
