"""What became of verdicts, of rules and of the objects they are judged over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import Decision, Turn
from hostproof.evaluate.difference.verdicts import turn_of, verdict_changes
from hostproof.evaluate.model import Evaluation, Gate, Verdict
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.rulepack.model import RulePack, Severity
from hostproof.rulepack.policy.load import standard_policy
from hostproof.source.records import replace

PACK = """\
hostproof: 1
pack: web
title: A web server
rules:
  - {id: arch, title: It is the right one, severity: high, assert: kernel.arch == "x86_64", message: "it is {kernel.arch}"}
  - {id: nets.mtu, title: Frames are large, severity: low, assert: "all(i in net.interfaces: i.mtu >= 1500B)", each: name}
"""  # noqa: E501
P, F, U, S, W = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.SKIPPED, Verdict.WAIVED


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (P, F, Turn.NEW_FAILURE),
        (None, F, Turn.NEW_FAILURE),
        (W, F, Turn.NEW_FAILURE),
        (U, F, Turn.NEW_FAILURE),
        (P, U, Turn.NEWLY_UNKNOWN),
        (F, U, Turn.NEWLY_UNKNOWN),
        (None, U, Turn.NEWLY_UNKNOWN),
        (F, P, Turn.FIXED),
        (F, W, Turn.OTHER),
        (F, S, Turn.OTHER),
        (U, P, Turn.DECIDED),
        (U, S, Turn.DECIDED),
        (None, P, Turn.APPEARED),
        (P, None, Turn.GONE),
        (F, None, Turn.GONE),
        (P, W, Turn.OTHER),
    ],
)
def test_a_turn(before: Verdict | None, after: Verdict | None, turn: Turn) -> None:
    """Failing now is a new failure wherever it comes from; a failure that is waived or skipped is not fixed."""
    assert turn_of(before, after) is turn


@pytest.fixture
def judged(pack: RulePack) -> Callable[..., tuple[Snapshot, Evaluation]]:
    """Judge a host of some architecture and sizes of frames."""

    def judge(arch: str | None, gate: Gate = Gate(), **mtus: int) -> tuple[Snapshot, Evaluation]:  # noqa: B008
        nets: list[Value] = [{"name": name, "mtu": size} for name, size in mtus.items()]
        values: dict[str, Value] = {"net.interfaces": nets} | ({"kernel.arch": arch} if arch else {})
        of = "list<{name: string, state: string, loopback: bool, mtu: bytes, mac: string?}>"
        types = {"net.interfaces": of, "kernel.arch": "string"}
        infos = {name: FactInfo(parse_type(types[name]), Owner.NAMESPACE) for name in values}
        snapshot = Snapshot(1_795_444_724_000_000_000, "local", Host(), values, {}, infos)
        return snapshot, evaluate_packs([pack], snapshot, gate=gate)

    return judge


@pytest.fixture
def pack(load: Callable[[str], RulePack]) -> RulePack:
    """Load the pack above."""
    return load(PACK)


def test_the_standard_policy_blocks_what_is_gated(judged: Callable[..., tuple[Snapshot, Evaluation]]) -> None:
    """A new failure at or above the gate blocks, and what can't be decided any more; a fixed one is shown."""
    good, bad, unknown = judged("x86_64", lo=9000), judged("mips", lo=9000), judged(None, lo=9000)
    found = []
    for before, after in ((good, bad), (good, unknown), (bad, good), (unknown, good)):
        difference = differ(before[0], after[0], standard_policy(), evaluations=(before[1], after[1]))
        (change,) = difference.verdicts
        found.append((change.turn, change.ruling.decision, change.ruling.rule, difference.blocked()))
    assert found == [
        (Turn.NEW_FAILURE, Decision.BLOCK, "verdict.failure", True),
        (Turn.NEWLY_UNKNOWN, Decision.BLOCK, "verdict.unknown", True),
        (Turn.FIXED, Decision.SHOW, "", False),
        (Turn.DECIDED, Decision.SHOW, "", False),
    ]


def test_objects_are_told_one_by_one(judged: Callable[..., tuple[Snapshot, Evaluation]]) -> None:
    """An object that newly fails is news where its rule failed before; below the gate it is shown."""
    before, after = judged("x86_64", lo=9000, eth0=500), judged("x86_64", lo=900, eth0=500)
    (change,) = verdict_changes(before[1], after[1])
    assert (change.id, change.object, change.turn, change.gated) == ("nets.mtu", "lo", Turn.NEW_FAILURE, False)
    strict = judged("x86_64", Gate(Severity.LOW), lo=900, eth0=500)
    assert verdict_changes(before[1], strict[1])[0].gated


def test_a_rule_that_is_gone_and_one_that_appeared(judged: Callable[..., tuple[Snapshot, Evaluation]]) -> None:
    """A rule that only one side was judged by has turned up, or is gone."""
    _, whole = judged("x86_64", lo=9000)
    packs = tuple(replace(one, results=one.results[:1]) for one in whole.packs)
    part = replace(whole, packs=packs)
    assert [(one.id, one.turn) for one in verdict_changes(whole, part)] == [("nets.mtu", Turn.GONE)]
    assert [(one.id, one.turn) for one in verdict_changes(part, whole)] == [("nets.mtu", Turn.APPEARED)]


def test_the_same_evaluation_has_no_changes(judged: Callable[..., tuple[Snapshot, Evaluation]]) -> None:
    """Nothing turns out differently from itself."""
    _, one = judged("mips", lo=900, eth0=9000)
    assert verdict_changes(one, one) == ()
