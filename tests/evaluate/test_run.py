"""Evaluation: verdicts and what explains them, overrides, the gate, and snapshots that lie about their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hostproof.evaluate.model import Gate, OnUnknown, Result, Verdict
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import FactInfo, Snapshot
from hostproof.facts.types import DURATION
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import Override, RulePack, Severity, Waiver
from hostproof.source.problems import ProblemError

SOMAXCONN, AVAIL = "sysctl.net.core.somaxconn", "web:disk.avail"
Made = Callable[..., Snapshot]


def results(pack: RulePack, snapshot: Snapshot, **how: object) -> dict[str, Result]:
    """Return the results by the id of their rule."""
    return {result.id: result for result in evaluate_packs([pack], snapshot, **how).results()}  # type: ignore[arg-type]


def test_everything_holds(pack: RulePack, snapshot: Made) -> None:
    """A fit host passes every rule, and the run is green."""
    evaluation = evaluate_packs([pack], snapshot())
    assert [result.verdict for result in evaluation.results()] == [Verdict.PASS] * 3
    assert evaluation.exit_code == 0


def test_evaluation_carries_the_snapshot_on(pack: RulePack, snapshot: Made) -> None:
    """Who reads a report can find the snapshot and the pack that it comes from."""
    evaluation = evaluate_packs([pack], snapshot())
    assert (evaluation.host.name, evaluation.target, evaluation.created) == ("web-1", "local", snapshot().created)
    assert evaluation.snapshot_digest == snapshot_digest(snapshot())
    assert evaluation.date == "2026-11-23"
    assert [(p.name, p.title, p.digest) for p in evaluation.packs] == [("web", "A web server", pack.digest)]


def test_fail_is_explained(pack: RulePack, snapshot: Made) -> None:
    """A failure shows the operand, the message and the fix with values filled in, the evidence and the place."""
    found = results(pack, snapshot({SOMAXCONN: 128}))["net.backlog"]
    assert found.verdict is Verdict.FAIL
    assert [str(finding) for finding in found.findings] == [f"{SOMAXCONN} = 128, wanted >= 4096 (params.min_backlog)"]
    assert found.message == "somaxconn is 128, not 4096"
    assert found.remediation == "sysctl -w net.core.somaxconn=4096"
    assert [piece.what for piece in found.evidence] == ["/proc/sys/net/core/somaxconn"]
    assert (found.rationale, found.references, found.tags) == (
        "A burst is dropped.",
        ("https://docs.kernel.org/admin-guide/sysctl/net.html",),
        ("network",),
    )
    assert found.took == 40_000
    assert found.line == 12
    assert found.file.endswith("pack.yaml")


def test_pass_shows_what_it_found(pack: RulePack, snapshot: Made) -> None:
    """A pass has its operands, and nothing that only a failure says."""
    found = results(pack, snapshot())["net.backlog"]
    assert [(f.subject, f.value) for f in found.findings] == [(SOMAXCONN, "4096")]
    assert (found.message, found.remediation, found.unknowns, found.gated) == ("", "", (), False)


def test_passes_need_not_be_explained(pack: RulePack, snapshot: Made) -> None:
    """Who shows no findings of passes can leave them out; nothing else changes."""
    taken = snapshot({SOMAXCONN: 128})
    explained, short = results(pack, taken), results(pack, taken, explain_passes=False)
    assert short["disk.room"] == replace(explained["disk.room"], findings=())
    assert short["net.backlog"] == explained["net.backlog"]


def test_unknown_names_fact_cause_and_cure(pack: RulePack, snapshot: Made) -> None:
    """What could not be decided says why, and always what would decide it."""
    found = results(pack, snapshot(unknown={AVAIL: Cause.NO_TOOL}))["disk.room"]
    assert found.verdict is Verdict.UNKNOWN
    (unknown,) = found.unknowns
    assert (unknown.fact, unknown.cause, unknown.detail) == (AVAIL, Cause.NO_TOOL, "as the test says")
    assert unknown.cure == "install the program on the host"


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_cure(pack: RulePack, snapshot: Made, cause: Cause) -> None:
    """No unknown leaves its reader without a next step."""
    (unknown,) = results(pack, snapshot(unknown={AVAIL: cause}))["disk.room"].unknowns
    assert unknown.cause is cause
    assert unknown.cure


def test_not_applicable_says_which_operand(pack: RulePack, snapshot: Made) -> None:
    """A rule whose `when` is false is skipped, and the reason shows what kept it from applying."""
    found = results(pack, snapshot({"kernel.release": "5.10.0"}))["kernel.new"]
    assert found.verdict is Verdict.SKIPPED
    assert found.reason == "does not apply: kernel.release = 5.10.0, wanted >= 6.0"


def test_unknown_condition_is_unknown(pack: RulePack, snapshot: Made) -> None:
    """Whether a rule applies can be unknown too; that is neither skipped nor pass, even where the assert holds."""
    found = results(pack, snapshot(unknown={"kernel.release": Cause.DENIED}))["kernel.new"]
    assert (found.verdict, [u.fact for u in found.unknowns]) == (Verdict.UNKNOWN, ["kernel.release"])


def test_false_needs_no_known_rest(load: Callable[[str], RulePack], snapshot: Made) -> None:
    """`false and Unknown` is false: what is known to be wrong fails, whatever else is not known."""
    text = "hostproof: 1\npack: web\ntitle: t\nrules:\n  - {id: a.b, title: t, severity: high, assert: '%s'}\n"
    sides = 'kernel.arch == "arm" and cpu.online >= 2'
    pack = load(text % sides)
    assert results(pack, snapshot())["a.b"].verdict is Verdict.FAIL
    assert results(pack, snapshot({"kernel.arch": "arm"}))["a.b"].verdict is Verdict.UNKNOWN


def test_params(pack: RulePack, snapshot: Made) -> None:
    """A team's value takes the place of the default, in the verdict and in the texts."""
    found = results(pack, snapshot(), params={"web": {"min_backlog": 8192}, "other": {"min_backlog": 1}})
    assert found["net.backlog"].message == "somaxconn is 4096, not 8192"


@pytest.mark.parametrize("name", ["net.backlog", "web:net.backlog"])
def test_severity_override(pack: RulePack, snapshot: Made, name: str) -> None:
    """A team may think differently of a rule; the gate goes by what the team thinks."""
    how = (Override(name, Severity.LOW),)
    evaluation = evaluate_packs([pack], snapshot({SOMAXCONN: 1}), overrides=how)
    (found, *_) = evaluation.results()
    assert (found.verdict, found.severity, found.gated, evaluation.exit_code) == (Verdict.FAIL, Severity.LOW, False, 0)


def test_switched_off(pack: RulePack, snapshot: Made) -> None:
    """A rule that a team has switched off is skipped with the team's reason, and not judged."""
    found = results(pack, snapshot({SOMAXCONN: 1}), overrides=(Override("net.backlog", off="behind a proxy"),))
    assert found["net.backlog"].verdict is Verdict.SKIPPED
    assert found["net.backlog"].reason == "switched off: behind a proxy"
    assert found["net.backlog"].findings == ()


def test_override_of_another_pack(pack: RulePack, snapshot: Made) -> None:
    """An override that names another pack's rule of the same id leaves this one alone."""
    found = results(pack, snapshot(), overrides=(Override("db:net.backlog", off="no"), Override("x", off="no")))
    assert found["net.backlog"].verdict is Verdict.PASS


def test_waived(pack: RulePack, snapshot: Made) -> None:
    """A live waiver turns a failure into waived: all is told, and nothing is red."""
    waiver = Waiver("net.backlog", "until the move", "ops", "2026-12-31", accepted=(("", "128"),))
    evaluation = evaluate_packs([pack], snapshot({SOMAXCONN: 128}), waivers=(waiver,))
    (found, *_) = evaluation.results()
    assert (found.verdict, found.gated, evaluation.exit_code) == (Verdict.WAIVED, False, 0)
    assert found.message == "somaxconn is 128, not 4096"
    assert found.waiver is not None
    assert (found.waiver.owner, found.waiver.reason, found.waiver.expires) == ("ops", "until the move", "2026-12-31")


def test_waiver_that_is_over(pack: RulePack, snapshot: Made) -> None:
    """An expired waiver leaves the failure as it is, with a note; the date is an argument, not the clock."""
    waiver = Waiver("net.backlog", "r", "ops", "2026-12-31")
    found = results(pack, snapshot({SOMAXCONN: 128}), waivers=(waiver,), date="2027-01-01")["net.backlog"]
    assert (found.verdict, found.gated, found.waiver) == (Verdict.FAIL, True, None)
    assert found.reason == "the waiver by ops expired on 2026-12-31"


def test_waiver_of_what_is_well(pack: RulePack, snapshot: Made) -> None:
    """A waiver covers failures only: a pass is a pass, an unknown stays unknown."""
    waivers = (Waiver("net.backlog", "r", "ops", "2099-01-01"), Waiver("disk.room", "r", "ops", "2099-01-01"))
    found = results(pack, snapshot(unknown={AVAIL: Cause.TIMEOUT}), waivers=waivers)
    assert (found["net.backlog"].verdict, found["disk.room"].verdict) == (Verdict.PASS, Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("values", "unknown", "gate", "code"),
    [
        ({SOMAXCONN: 1}, {}, Gate(), 1),
        ({SOMAXCONN: 1}, {}, Gate(Severity.CRITICAL), 0),
        ({"kernel.arch": "arm"}, {}, Gate(), 0),  # low is below the gate
        ({"kernel.arch": "arm"}, {}, Gate(Severity.INFO), 1),
        ({}, {AVAIL: Cause.DENIED}, Gate(), 3),
        ({}, {AVAIL: Cause.DENIED}, Gate(Severity.HIGH), 0),  # medium is below the gate
        ({}, {AVAIL: Cause.DENIED}, Gate(unknown=OnUnknown.WARN), 0),
        ({}, {AVAIL: Cause.DENIED}, Gate(unknown=OnUnknown.IGNORE), 0),
        ({SOMAXCONN: 1}, {AVAIL: Cause.DENIED}, Gate(), 1),  # a failure beats undecided
        (
            {},
            dict.fromkeys((AVAIL, SOMAXCONN, "kernel.arch"), Cause.DENIED),
            Gate(unknown=OnUnknown.IGNORE),
            3,
        ),  # nothing decided is never green
    ],
)
def test_exit_code(
    pack: RulePack, snapshot: Made, values: dict[str, int], unknown: dict[str, Cause], gate: Gate, code: int
) -> None:
    """The gate decides what turns a run red, and the exit code says it."""
    evaluation = evaluate_packs([pack], snapshot(values, unknown), gate=gate)
    assert evaluation.exit_code == code
    gated = [result for result in evaluation.results() if result.gated]
    assert bool(gated) == (code != 0 and gate.unknown is OnUnknown.FAIL)


def test_nothing_judged_is_an_error(load: Callable[[str], RulePack], snapshot: Made) -> None:
    """A run in which every rule was skipped is refused: it would be green and mean nothing."""
    pack = load(
        "hostproof: 1\npack: web\ntitle: t\nrules:\n"
        "  - {id: a.b, title: t, severity: high, when: 'kernel.arch == \"arm\"', assert: 'cpu.online >= 1'}\n"
    )
    with pytest.raises(ProblemError) as refused:
        evaluate_packs([pack], snapshot())
    (problem,) = refused.value.problems
    assert problem.code == "HP-E351"
    assert "the only rule was skipped" in problem.message
    assert 'a.b: does not apply: kernel.arch = "x86_64", wanted == "arm"' in problem.message


@pytest.mark.parametrize("value", ["4096", None, True, -1, 4096.5, [4096], {"a": 1}])
def test_value_of_another_type_is_unknown(pack: RulePack, snapshot: Made, value: object) -> None:
    """A snapshot that holds something else than the rules were checked for decides nothing."""
    found = results(pack, snapshot({SOMAXCONN: value}))["net.backlog"]
    assert (found.verdict, [u.cause for u in found.unknowns]) == (Verdict.UNKNOWN, [Cause.TYPE])


def test_fact_of_another_unit_is_unknown(pack: RulePack, snapshot: Made) -> None:
    """A snapshot in which a fact was declared with another unit is not compared with this pack's limits."""
    taken = snapshot()
    other = replace(taken, facts={**taken.facts, AVAIL: FactInfo(DURATION, Owner.PROCESS, (1,))})
    (unknown,) = results(pack, other)["disk.room"].unknowns
    assert unknown.detail == "the snapshot has it as duration, the rules expect bytes"
    assert unknown.cure


def test_several_packs(pack: RulePack, snapshot: Made) -> None:
    """Packs stay apart and in the given order; a failure in one is a failure of the run."""
    other = replace(pack, name="db", title="Database")
    evaluation = evaluate_packs([other, pack], snapshot(), params={"db": {"min_backlog": 10**6}})
    assert [p.name for p in evaluation.packs] == ["db", "web"]
    assert [p.results[0].verdict for p in evaluation.packs] == [Verdict.FAIL, Verdict.PASS]
    assert evaluation.exit_code == 1
