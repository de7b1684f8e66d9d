"""What a rule's `when` settles before its `assert` is looked at."""

from __future__ import annotations

from hostproof.expr.check import check_expression
from hostproof.expr.model import Expr
from hostproof.expr.scope import Scope
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.types import BOOL
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile


def check(text: str, given: Expr | None = None) -> tuple[Expr | None, list[str]]:
    """Return the checked expression and the codes of its problems."""
    problems = Problems()
    checked = check_expression(SourceFile("x", text), Scope(builtin_catalog(), given=given), problems, BOOL)
    return checked, [problem.code for problem in problems.ordered()]


def test_what_the_given_rules_out_to_be_null_is_not() -> None:
    """A limit that `when` found to be set may be compared."""
    given, _ = check("cgroup.pids.limit != null and cpu.online > 1")
    assert check("cgroup.pids.limit >= 64")[1] == ["HP-E234"]
    assert check("cgroup.pids.limit >= 64", given)[1] == []


def test_the_given_says_nothing_of_other_places() -> None:
    """What it does not name, or names only on one side of an `or`, may still be null."""
    given, _ = check("cgroup.pids.limit != null or cpu.online > 1")
    assert check("cgroup.pids.limit >= 64", given)[1] == ["HP-E234"]
    assert check("cgroup.pids.room >= 64", given)[1] == ["HP-E234"]


def test_no_bytes_are_a_size() -> None:
    """`0B` is a size, though numbers in base 2 begin alike."""
    assert check("memory.swap.total > 0B")[1] == []
    assert check("cpu.online == 0B1")[1] == []
