"""`hostproof baseline gate`: this machine, a snapshot or an output held against the nearest baseline, and reported."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli import screen
from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import GATE_FORMATS
from hostproof.cli.baseline.given import prepare_one, read_baselines, read_reach, relative
from hostproof.cli.outputs import STDOUT, Output, write_all
from hostproof.cli.reports import refuse_names, wanted_reports
from hostproof.evaluate.baseline.gate import Outcome, gate
from hostproof.evaluate.baseline.model import Baseline
from hostproof.evaluate.baseline.nearness import Reach
from hostproof.rulepack.policy.load import load_policy, standard_policy
from hostproof.rulepack.policy.model import Policy
from hostproof.source.problems import Problems
from hostproof.source.records import replace


def run(given: Given) -> int:
    """Compare and report; 0 nothing new, 1 something new or worse, 3 undecided, or no baseline near enough."""
    outputs: tuple[Output, ...] = ()
    policy, reach = standard_policy(), Reach.SERIES
    problems = Problems()
    with noted(problems):
        outputs = wanted_reports(given, GATE_FORMATS)
        refuse_names(outputs)
    with noted(problems):
        reach = read_reach(given)
    with noted(problems):
        policy = _policy(given)
    problems.refuse()
    take = prepare_one(given)
    store = read_baselines(given)
    now = take()
    outcome = gate(now, [_shown(one) for one in store.named(now.name)], policy, reach, store.problems)
    if outcome.nearest is None and not outcome.ranked and store.names():
        outcome = replace(outcome, reason=f"{outcome.reason}; there are {', '.join(store.names())}")
    write_all([(output.path, _render(output, outcome, given)) for output in outputs])
    return outcome.exit_code


def _policy(given: Given) -> Policy:
    path = given.text("policy")
    return load_policy(Path(path)) if path else standard_policy()


def _shown(baseline: Baseline) -> Baseline:
    return replace(baseline, folder=relative(baseline.folder))


def _render(output: Output, outcome: Outcome, given: Given) -> str | bytes:
    match output.format:
        case "junit":
            from hostproof.report.gate.junit import render_junit

            return render_junit(outcome).encode()
        case "markdown":
            from hostproof.report.gate.markdown import render_markdown

            return render_markdown(outcome).encode()
        case "json":
            from hostproof.report.gate.jsonfile import render_json

            return render_json(outcome).encode()
        case "patch":
            from hostproof.report.gate.patch import render_patch

            return render_patch(outcome).encode()
        case _:
            return _terminal(output, outcome, given)


def _terminal(output: Output, outcome: Outcome, given: Given) -> str:
    from hostproof.report.gate.terminal import render_terminal

    to_screen = output.path == STDOUT
    colour = to_screen and screen.takes_colour(refused=given.flag("no-color"))
    return render_terminal(outcome, screen.width() if to_screen else screen.WIDTH_WITHOUT_TERMINAL, colour)
