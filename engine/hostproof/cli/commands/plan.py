"""`hostproof plan`: all that a check would try, run, call and read, with the facts it serves; nothing of it is done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import fill

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.commands.listing import as_json, columns, wants_json
from hostproof.cli.found import with_profile
from hostproof.cli.job import read_job
from hostproof.cli.screen import show
from hostproof.cli.taking import NOT_RUNNING, Taking, effort_of, read_taking, requests_of
from hostproof.collect.plan import PlanStep, plan
from hostproof.facts.snapshot import Value
from hostproof.facts.types import DURATION
from hostproof.facts.units import format_value
from hostproof.source.harmless import one_line
from hostproof.source.problems import Problems

# In the order in which a reader should worry.
_TITLES = {"probe": "probes", "command": "runs", "call": "calls", "glob": "reads all files that match", "file": "reads"}
_MOST_FACTS = 3


def run(given: Given) -> int:
    """Show the plan of a check; raises ProblemError for packs and targets that are none."""
    as_data = wants_json(given)
    problems = Problems()
    with noted(problems):
        job = read_job(with_profile(given))
    with noted(problems):
        taking = read_taking(given)
    problems.refuse()
    steps, effort = plan(requests_of(job)), effort_of(taking, job)
    if as_data:
        show(as_json([_data(step, effort) for step in steps]))
        return 0
    show(_heading(taking, ", ".join(pack.name for pack in job.packs), len(steps)))
    show("".join(_chapters(steps, effort)))
    return 0


def _heading(taking: Taking, packs: str, steps: int) -> str:
    """Return what is planned for which targets; of those that don't run much of it is not done."""
    names = [one_line(target.name) for target in taking.targets]
    each = " on each" if taking.others else ""
    text = f"A check of {', '.join(names)} by {packs} takes {steps} steps{each}; this is all of them.\n"
    still = [one_line(target.name) for target in taking.targets if target.kind in NOT_RUNNING]
    if not still:
        return text
    chroot = any(target.chroot for target in taking.targets)
    inside = "commands are run inside" if chroot else "nothing is run, called or probed"
    return f"{text}Of {', '.join(still)} files are read, and {inside}.\n"


def _data(step: PlanStep, effort: str) -> dict[str, Value]:
    found: dict[str, Value] = {"kind": step.kind, "what": step.what, "facts": list(step.facts)}
    if step.effects:
        found |= {"effects": step.effects, "effort": effort}
    return found | ({"timeout": step.timeout} if step.timeout else {})


def _chapters(steps: Sequence[PlanStep], effort: str) -> list[str]:
    order = list(_TITLES)
    ranked = sorted(steps, key=lambda step: order.index(step.kind))
    chapters = ((kind, list(found)) for kind, found in groupby(ranked, key=lambda step: step.kind))
    return [f"\n{_TITLES[kind]} ({len(found)}){_chapter(kind, found, effort)}" for kind, found in chapters]


def _chapter(kind: str, steps: Sequence[PlanStep], effort: str) -> str:
    """Return the rest of a chapter's title, and its rows."""
    if kind == "probe":
        return f", effort {effort}, one after the other\n" + "".join(_probe(step) for step in steps)
    return "\n" + columns([_row(step) for step in steps])


def _probe(step: PlanStep) -> str:
    """Return what a probe does to the machine, for how long at most, and what for."""
    what, facts = _row(step)
    most = format_value(step.timeout, DURATION)
    lines = fill(step.effects, 96, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False)
    return f"{what}  at most {most}  {facts}\n{lines}\n"


def _row(step: PlanStep) -> tuple[str, str]:
    """Return a step and the facts it serves, the first of them: `--format json` has them all."""
    facts = ", ".join(step.facts[:_MOST_FACTS])
    more = f" and {len(step.facts) - _MOST_FACTS} more" if len(step.facts) > _MOST_FACTS else ""
    return f"  {one_line(step.what)}", facts + more
