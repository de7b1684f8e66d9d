"""`hostproof lint`: all that is wrong with packs, with places and hints; no machine is touched."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.screen import show
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import find_packs
from hostproof.rulepack.load import check_pack
from hostproof.source.files import read_source
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.render import render_problems


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
    """Return what is to be said about a pack, and how many errors it has."""
    problems = Problems()
    try:
        pack = check_pack(read_source(path), builtin_catalog(), problems)
    except ProblemError as error:
        problems.found.extend(error.problems)
        pack = None
    if problems.found or pack is None:
        return render_problems(problems.ordered()).rstrip() + "\n", problems.errors
    rules = len(pack.rules)
    return f"{pack.name}: {rules} rule{'' if rules == 1 else 's'}, no problems\n", 0
