"""`hostproof lint`: all that is wrong with packs, with places and hints; no machine is touched."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.screen import show
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import find_pack, pack_file
from hostproof.rulepack.load import check_pack
from hostproof.source.files import read_source
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.render import render_problems


def run(given: Given) -> int:
    """Check each pack, show all problems on standard output, and return 2 if any of them is an error, else 0."""
    checked = [_lint(word) for word in given.rest or (DEFAULT_PACK,)]
    show("\n".join(said for said, _ in checked))
    return 2 if any(errors for _, errors in checked) else 0


def _lint(word: str) -> tuple[str, int]:
    """Return what is to be said about a pack, and how many errors it has."""
    problems = Problems()
    try:
        pack = check_pack(read_source(pack_file(find_pack(word))), builtin_catalog(), problems)
    except ProblemError as error:
        problems.found.extend(error.problems)
        pack = None
    if problems.found or pack is None:
        return render_problems(problems.ordered()).rstrip() + "\n", problems.errors
    rules = len(pack.rules)
    return f"{pack.name}: {rules} rule{'' if rules == 1 else 's'}, no problems\n", 0
