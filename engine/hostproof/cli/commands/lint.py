"""`hostproof lint`: all that is wrong with packs, with places and hints; no machine is touched."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.screen import show
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import find_pack, pack_file
from hostproof.rulepack.load import check_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.files import read_source
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.render import render_problems


def run(given: Given) -> int:
    """Check each pack, show all problems on standard output, and return 2 if any of them is an error, else 0."""
    return max([_lint(word) for word in given.rest or (DEFAULT_PACK,)])


def _lint(word: str) -> int:
    problems = Problems()
    pack = None
    try:
        pack = check_pack(read_source(pack_file(find_pack(word))), builtin_catalog(), problems)
    except ProblemError as error:
        problems.found.extend(error.problems)
    if problems.found:
        show(render_problems(problems.ordered()).rstrip("\n") + "\n")
    show(f"{pack.name if pack else word}: {_summary(pack, problems)}\n")
    return 2 if problems.errors else 0


def _summary(pack: RulePack | None, problems: Problems) -> str:
    found = problems.ordered()
    warnings = len(found) - problems.errors
    counts = [(len(pack.rules) if pack else 0, "rule"), (problems.errors, "error"), (warnings, "warning")]
    parts = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number]
    return ", ".join(parts if found else [*parts, "no problems"])
