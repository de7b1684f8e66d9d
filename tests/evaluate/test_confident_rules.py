"""Rules that say `decide: confident`, from their text to the verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.evaluate.model import Result, Verdict
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause
from hostproof.rulepack.cache import load_cached
from hostproof.rulepack.model import RulePack

PACK = """\
hostproof: 1
pack: slow
title: Latency
params:
  most: {type: duration, default: 5ms}
facts:
  lat: {file: /var/lat, read: json, gives: samples<duration>}
rules:
  - id: tail.plain
    title: The tail is short, as far as was measured
    severity: high
    assert: p99(lat) < params.most
    message: "p99 is {p99(lat)}"
  - id: tail.sure
    title: The tail is short, for sure
    severity: high
    decide: confident
    let: {tail: p99(lat)}
    assert: tail < params.most
    message: "p99 is {tail}"
  - id: tail.where
    title: Where the middle is surely slow, so is the tail
    severity: low
    decide: confident
    when: p50(lat) > 1ms
    assert: p99(lat) > params.most
"""


def snapshot(samples: list[Value]) -> Snapshot:
    """Return a snapshot that holds these samples."""
    rows = {"slow:lat": FactInfo(parse_type("samples<duration>"), Owner.PROCESS)}
    return Snapshot(0, "local", Host(), {"slow:lat": samples}, facts=rows)


@pytest.fixture(params=["loaded", "cached"])
def pack(request: pytest.FixtureRequest, load: Callable[[str], RulePack], tmp_path: Path) -> RulePack:
    """Load the pack above, anew and from the cache."""
    if request.param == "loaded":
        return load(PACK)
    path = tmp_path / "pack.yaml"
    path.write_text(PACK)
    load_cached(path, tmp_path / "cache")
    assert [*(tmp_path / "cache").iterdir()]
    return load_cached(path, tmp_path / "cache")


def judged(pack: RulePack, samples: list[Value]) -> dict[str, Result]:
    """Return the results by the last part of their ids."""
    return {result.id.rpartition(".")[2]: result for result in evaluate_packs([pack], snapshot(samples)).results()}


def test_which_rules_are_confident(pack: RulePack) -> None:
    """The rule itself says so."""
    assert [rule.confident for rule in pack.rules] == [False, True, True]


def test_too_few_samples(pack: RulePack) -> None:
    """Ten good samples pass by their value; whoever wants to be sure hears how many it takes."""
    found = judged(pack, [1_000_000] * 10)
    assert found["plain"].verdict is Verdict.PASS
    assert str(found["plain"].findings[0]) == (
        "p99(lat) = 1ms (95%: 1ms.. of 10, too few for an upper bound), wanted < 5ms (params.most)"
    )
    assert found["sure"].verdict is Verdict.UNKNOWN
    (unknown,) = found["sure"].unknowns
    assert (unknown.cause, unknown.fact) == (Cause.INCONCLUSIVE, "slow:lat")
    assert unknown.detail == (
        "p99 = 1ms (95%: 1ms.. of 10, too few for an upper bound) does not settle < 5ms; about 370 samples would"
    )
    assert unknown.cure
    assert found["where"].verdict is Verdict.SKIPPED


def test_enough_samples(pack: RulePack) -> None:
    """As many as it said settle it."""
    found = judged(pack, [1_000_000] * 370)
    assert {found["plain"].verdict, found["sure"].verdict} == {Verdict.PASS}
    assert str(found["sure"].findings[0]) == "tail = 1ms (95%: 1ms..1ms of 370), wanted < 5ms (params.most)"


def test_surely_slow(pack: RulePack) -> None:
    """What is surely above fails for sure, even with few samples; `when` is decided in the same way."""
    found = judged(pack, [9_000_000] * 10)
    assert [found[name].verdict for name in ("plain", "sure", "where")] == [Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
    open_when = judged(pack, [500_000] * 5 + [9_000_000] * 5)
    assert open_when["where"].verdict is Verdict.UNKNOWN
    assert "p50" in open_when["where"].unknowns[0].detail
