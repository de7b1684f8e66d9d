"""`hostproof diff`: what differs between two snapshots, by meaning, and what a policy makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.cli import screen
from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import DIFF_FORMATS
from hostproof.cli.job import judge, read_job
from hostproof.cli.outputs import STDOUT, Output, write_all
from hostproof.cli.reports import refuse_names, wanted_reports
from hostproof.cli.sources import STDIN, load_snapshot
from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import Difference
from hostproof.evaluate.model import Evaluation
from hostproof.facts.snapshot import Snapshot
from hostproof.rulepack.policy.load import STANDARD, find_policy
from hostproof.rulepack.policy.model import Policy
from hostproof.source.problems import Problems

SAME, BLOCKED = 0, 1
JUDGING = ("pack", "profile", "param", "fail-on", "unknown", "date")


def run(given: Given) -> int:
    """Compare two snapshots and report; return 1 if the policy blocks a change, else 0. Raises ProblemError."""
    outputs: tuple[Output, ...] = ()
    policy: Policy | None = None
    found: list[Snapshot] = []
    problems = Problems()
    two = _two(given.rest, problems)
    with noted(problems):
        outputs = wanted_reports(given, DIFF_FORMATS)
        refuse_names(outputs)
    with noted(problems):
        policy = find_policy(given.text("policy", STANDARD))
    for path in two:
        with noted(problems):
            found.append(load_snapshot(path))
    problems.refuse()
    if policy is None:
        raise AssertionError("a policy without a problem is a policy")
    before, after = found
    judged = _evaluations(given, before, after)
    difference = differ(before, after, policy, names=(two[0], two[1]), evaluations=judged)
    write_all([(output.path, _render(output, difference, given)) for output in outputs])
    return BLOCKED if difference.blocked() else SAME


def _two(rest: Sequence[str], problems: Problems) -> tuple[str, ...]:
    """Return the two paths; none, with a problem added, where these aren't two."""
    if len(rest) == 2 and rest.count(STDIN) < 2:
        return tuple(rest)
    said = "only one of them can be standard input" if len(rest) == 2 else f"here are {len(rest)} words"
    problems.add("HP-E531", f"diff takes two snapshots, {said}", hint="hostproof diff before.hpsnap after.hpsnap")
    return ()


def _evaluations(given: Given, before: Snapshot, after: Snapshot) -> tuple[Evaluation, Evaluation] | None:
    """Judge both by the same packs, if any are named, or anything that is about judging."""
    if not any(given.texts(option) for option in JUDGING):
        return None
    job = read_job(given)
    return judge(job, before), judge(job, after)


def _render(output: Output, difference: Difference, given: Given) -> str | bytes:
    match output.format:
        case "markdown":
            from hostproof.report.difference.markdown import render_difference_markdown

            return render_difference_markdown(difference).encode()
        case "json":
            from hostproof.report.difference.jsonfile import render_difference_json

            return render_difference_json(difference).encode()
        case "patch":
            from hostproof.report.difference.patch import render_patch

            return render_patch(difference).encode()
        case _:
            from hostproof.report.difference.terminal import render_difference

            to_screen = output.path == STDOUT
            colour = to_screen and screen.takes_colour(refused=given.flag("no-color"))
            return render_difference(difference, screen.width() if to_screen else screen.WIDTH_WITHOUT_TERMINAL, colour)
