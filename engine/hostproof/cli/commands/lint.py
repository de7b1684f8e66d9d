"""`hostproof lint`: all that is wrong with packs and diff policies, with places and hints; no machine is touched."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.screen import show
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import find_packs
from hostproof.rulepack.load import check_pack
from hostproof.rulepack.policy.load import check_policy, is_policy
from hostproof.source.files import read_source
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.render import render_problems
from hostproof.source.spans import SourceFile


def run(given: Given) -> int:
    """Check each pack, show all problems on standard output, and return 2 if any of them is an error, else 0."""
    checked = [said for word in given.rest or (DEFAULT_PACK,) for said in _lint_all(word)]
    show("\n".join(said for said, _ in checked))
    return 2 if any(errors for _, errors in checked) else 0


def _lint_all(word: str) -> list[tuple[str, int]]:
    """Return what is to be said about each pack that a word means, and how many errors it has."""
    try:
        return [_lint(path) for path in find_packs(word)]
    except ProblemError as error:
        return [(render_problems(error.problems).rstrip() + "\n", len(error.problems))]


def _lint(path: Path) -> tuple[str, int]:
    """Return what is to be said about a pack, or a diff policy, and how many errors it has."""
    problems = Problems()
    checked: tuple[str, int] | None = None
    try:
        checked = _check(read_source(path), problems)
    except ProblemError as error:
        problems.found.extend(error.problems)
    if problems.found or checked is None:
        return render_problems(problems.ordered()).rstrip() + "\n", problems.errors
    name, rules = checked
    return f"{name}: {rules} rule{'' if rules == 1 else 's'}, no problems\n", 0


def _check(file: SourceFile, problems: Problems) -> tuple[str, int] | None:
    """Return the name and the number of rules of a pack or a policy, without those that a policy builds on."""
    if is_policy(file):
        policy = check_policy(file, problems)
        return (policy.name, sum(rule.span.file is file for rule in policy.rules)) if policy else None
    pack = check_pack(file, builtin_catalog(), problems)
    return (pack.name, len(pack.rules)) if pack else None
