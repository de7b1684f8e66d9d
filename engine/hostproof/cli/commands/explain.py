"""`hostproof explain`: one rule over one snapshot, down to every value, and what would turn its verdict round."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.commands.listing import as_json, wants_json
from hostproof.cli.found import with_profile
from hostproof.cli.job import explained, read_job
from hostproof.cli.screen import show, takes_colour, width
from hostproof.facts.codec import decode_snapshot, read_snapshot
from hostproof.facts.codec.frame import MOST_BYTES
from hostproof.facts.snapshot import Snapshot
from hostproof.report.explanation import explanation_data, render_explanation
from hostproof.rulepack.model import Rule, RulePack
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError, Problems

STDIN = "-"


def run(given: Given) -> int:
    """Explain a rule and return 0 whatever its verdict; raises ProblemError for what isn't a rule or a snapshot."""
    problems = Problems()
    as_data = False
    with noted(problems):
        as_data = wants_json(given)
    with noted(problems):
        name, path = _two(given.rest)
    problems.refuse()
    job = read_job(with_profile(given))
    pack, rule = _find(name, job.packs)
    explanation = explained(job, pack, rule, _snapshot(path))
    if as_data:
        show(as_json(explanation_data(explanation)))
    else:
        show(render_explanation(explanation, width(), takes_colour(refused=given.flag("no-color"))))
    return 0


def _two(rest: Sequence[str]) -> tuple[str, str]:
    if len(rest) == 2:
        return rest[0], rest[1]
    problem = Problem(
        "HP-E511",
        f"explain takes one rule and one snapshot, here are {len(rest)} words",
        hint="hostproof explain net.backlog host.hpsnap",
    )
    raise ProblemError((problem,))


def _find(name: str, packs: Sequence[RulePack]) -> tuple[RulePack, Rule]:
    """Return the rule of that id, or `pack:id`; raises ProblemError if there is none, or more than one."""
    named = {f"{pack.name}:{rule.id}": (pack, rule) for pack in packs for rule in pack.rules}
    found = [full for full in named if name in {full, full.partition(":")[2]}]
    if len(found) == 1:
        return named[found[0]]
    where = " and ".join(pack.name for pack in packs)
    if found:
        hint = f"write {' or '.join(found)}"
        raise ProblemError((Problem("HP-E510", f"there is more than one rule {name!r} in {where}", hint=hint),))
    near = nearest(name, named if ":" in name else [full.partition(":")[2] for full in named])
    hint = f"did you mean {near}?" if near else f"name its pack: --pack PACK; {where} has none like it"
    raise ProblemError((Problem("HP-E510", f"there is no rule {name!r} in {where}", hint=hint),))


def _snapshot(path: str) -> Snapshot:
    if path != STDIN:
        return read_snapshot(Path(path))
    return decode_snapshot(sys.stdin.buffer.read(MOST_BYTES + 1), "standard input")
