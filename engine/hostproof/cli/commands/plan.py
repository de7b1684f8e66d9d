"""`hostproof plan`: everything a check would read, run and call, with the facts it serves; nothing of it is done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hostproof.cli.arguments.given import Given
from hostproof.cli.commands.listing import as_json, columns, wants_json
from hostproof.cli.job import read_packs
from hostproof.cli.screen import show
from hostproof.cli.taking import read_taking, requests_of
from hostproof.collect.plan import PlanStep, plan
from hostproof.source.harmless import one_line

# In the order in which a reader should worry.
_TITLES = {"probe": "probes", "command": "runs", "call": "calls", "glob": "reads all files that match", "file": "reads"}
_MOST_FACTS = 3


def run(given: Given) -> int:
    """Show the plan of a check; raises ProblemError for packs and targets that are none."""
    as_data = wants_json(given)
    packs = read_packs(given)
    target = read_taking(given).target
    steps = plan(requests_of(packs))
    if as_data:
        show(as_json([{"kind": step.kind, "what": step.what, "facts": list(step.facts)} for step in steps]))
        return 0
    names = ", ".join(pack.name for pack in packs)
    show(f"A check of {target.name} by {names} takes {len(steps)} steps; this is all of them.\n")
    show("".join(_chapters(steps)))
    return 0


def _chapters(steps: Sequence[PlanStep]) -> list[str]:
    order = list(_TITLES)
    ranked = sorted(steps, key=lambda step: order.index(step.kind))
    chapters = ((kind, list(found)) for kind, found in groupby(ranked, key=lambda step: step.kind))
    return [f"\n{_TITLES[kind]} ({len(found)})\n{columns([_row(step) for step in found])}" for kind, found in chapters]


def _row(step: PlanStep) -> tuple[str, str]:
    """Return a step and the facts it serves, the first of them: `--format json` has them all."""
    facts = ", ".join(step.facts[:_MOST_FACTS])
    more = f" and {len(step.facts) - _MOST_FACTS} more" if len(step.facts) > _MOST_FACTS else ""
    return f"  {one_line(step.what)}", facts + more
