"""The gate fails for what is new or worse, and for nothing else; what is not known is never green."""

from __future__ import annotations

import pytest

from hostproof.evaluate.baseline.gate import Now, Outcome, gate
from hostproof.evaluate.baseline.model import Baseline
from hostproof.evaluate.baseline.nearness import Reach
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.model import Verdict
from hostproof.facts.snapshot import Host
from hostproof.rulepack.policy.load import standard_policy

from .conftest import MakeNow, MakeRun

PASS, FAIL, UNKNOWN, SKIPPED, WAIVED = (
    Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.SKIPPED, Verdict.WAIVED
)  # fmt: skip
OTHER = {"b.c": PASS}


def compare(now: Now, *baselines: Baseline, reach: Reach = Reach.SERIES) -> Outcome:
    """Return what the gate finds under the standard policy."""
    return gate(now, baselines, standard_policy(), reach)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (PASS, PASS, 0),
        (FAIL, FAIL, 0),
        (UNKNOWN, UNKNOWN, 0),
        (FAIL, PASS, 0),
        (UNKNOWN, PASS, 0),
        (PASS, SKIPPED, 0),
        (PASS, FAIL, 1),
        (WAIVED, FAIL, 1),
        (UNKNOWN, FAIL, 1),
        (PASS, UNKNOWN, 3),
        (FAIL, UNKNOWN, 3),
    ],
)
def test_turns(make_now: MakeNow, make_run: MakeRun, before: Verdict, after: Verdict, code: int) -> None:
    """A new failure is 1, a new unknown 3, and whatever was known before is 0."""
    run = make_run({"a.b": before, **OTHER})
    outcome = compare(make_now({"a.b": after, **OTHER}, 1), Baseline("x", run.fingerprint, (run,)))
    assert outcome.exit_code == code
    assert [one.now.id for one in outcome.known] == (["a.b"] if before is after in (FAIL, UNKNOWN) else [])
    assert [one.id for one in outcome.fixed] == (["a.b"] if (before, after) in ((FAIL, PASS), (UNKNOWN, PASS)) else [])


def test_a_rule_that_is_new_and_fails(make_now: MakeNow, make_run: MakeRun) -> None:
    """A rule that the baseline was not judged by is new when it fails, and nothing when it passes."""
    run = make_run(OTHER)
    there = Baseline("x", run.fingerprint, (run,))
    assert compare(make_now({"a.b": FAIL, **OTHER}, 1), there).exit_code == 1
    assert compare(make_now({"a.b": PASS, **OTHER}, 1), there).exit_code == 0


@pytest.mark.parametrize(("value", "code"), [(50, 0), (48, 0), (44, 1), (90, 0)])
def test_a_known_failure_may_not_get_worse(make_now: MakeNow, make_run: MakeRun, value: int, code: int) -> None:
    """Farther from what is wanted by more than a tenth is worse; nearer, or about the same, is not."""
    run = make_run({"a.b": FAIL}, value=50)
    outcome = compare(make_now({"a.b": FAIL}, 1, value=value), Baseline("x", run.fingerprint, (run,)))
    assert outcome.exit_code == code
    assert bool(outcome.worse) == bool(code)


def test_nothing_decided_is_never_green(make_now: MakeNow, make_run: MakeRun) -> None:
    """A run of which nothing could be decided is undecided, though all of that is known."""
    run = make_run({"a.b": UNKNOWN})
    assert compare(make_now({"a.b": UNKNOWN}, 1), Baseline("x", run.fingerprint, (run,))).exit_code == 3


@pytest.mark.parametrize(
    ("kernel", "reach", "code"),
    [
        ("6.1.0-21-amd64", Reach.SERIES, 0),
        ("6.6.1", Reach.SERIES, 3),
        ("6.6.1", Reach.MAJOR, 0),
        ("5.10.1", Reach.MAJOR, 3),
        ("5.10.1", Reach.ANY, 0),
        ("", Reach.SERIES, 3),
    ],
)
def test_near_enough(make_now: MakeNow, make_run: MakeRun, kernel: str, reach: Reach, code: int) -> None:
    """Another kernel series is undecided unless it is asked for."""
    run = make_run(OTHER)
    host = Host("x", kernel=kernel, arch="x86_64")
    outcome = compare(make_now(OTHER, 1, host), Baseline("x", run.fingerprint, (run,)), reach=reach)
    assert outcome.exit_code == code
    assert bool(outcome.reason) == bool(code)


def test_no_baseline(make_now: MakeNow) -> None:
    """Without a baseline nothing is green."""
    assert compare(make_now(OTHER)).exit_code == 3


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("ok  0.03s\n", 0, 0),
        ("ok  0.01s\n", 1, 1),
        ("ok  0.01s\nwrote /tmp/x1\n", 0, 1),
        ("fine\n", 0, 0),
    ],
)
def test_outputs(make_now: MakeNow, make_run: MakeRun, text: str, status: int, code: int) -> None:
    """A text may differ in looks; an exit status that flips and a temporary path block."""
    run = make_run(outputs={"tests": Text("ok  0.01s\n", 0)})
    now = make_now(outputs={"tests": Text(text, status)}, day=1)
    assert compare(now, Baseline("x", run.fingerprint, (run,))).exit_code == code


def test_runs_give_a_noise_band(make_now: MakeNow, make_run: MakeRun) -> None:
    """A number may differ as far as earlier runs of the baseline do."""
    runs = tuple(make_run(OTHER, 3 - at, backlog=value) for at, value in enumerate((4096, 2048)))
    now = make_now(OTHER, 4, backlog=3000)
    one, both = (compare(now, Baseline("x", runs[0].fingerprint, some)) for some in (runs[:1], runs))
    assert one.difference
    assert both.difference
    assert [str(outcome.difference.facts[0].ruling.decision) for outcome in (one, both) if outcome.difference] == [
        "show",
        "allow",
    ]
