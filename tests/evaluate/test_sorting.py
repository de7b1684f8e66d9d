"""How often samples are sorted: once in a snapshot, however many rules ask for quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from hostproof.evaluate.guard import guarded
from hostproof.evaluate.model import Verdict
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts import samples as samples_module
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import RulePack

# Each asks in its own way; the last ones ask a sample that stands in a record of a list.
CONDITIONS = (
    "p50(lat) == 500us",
    "p90(lat) < 1ms and p95(lat) < 1ms and p99(lat) < 1ms and p999(lat) <= 1ms",
    "quantile(lat, 75%) == 750us",
    "median(lat) > 0s and mad(lat) > 0s",
    "sort(lat)[0] == 1us",
    "lat[0] == 1ms",
    "all(r in runs: p50(r.took) < 1s)",
    "any(r in runs: p99(r.took) > 1us)",
)
TYPES = {"lat": "samples<duration>", "runs": "list<{took: samples<duration>}>"}
PACK = """\
hostproof: 1
pack: slow
title: Samples
facts:
  lat: {file: /var/lat, read: json, gives: samples<duration>}
  runs: {file: /var/runs, read: json, gives: 'list<{took: samples<duration>}>'}
rules:
"""
SAMPLE: list[Value] = [number * 1000 for number in range(1000, 0, -1)]


@pytest.fixture
def pack(load: Callable[[str], RulePack]) -> RulePack:
    """Load a pack whose rules all ask for quantiles."""
    rules = "".join(
        f"  - {{id: a.r{number}{word}, title: t, severity: low, {way}assert: '{condition}', message: '{{p50(lat)}}'}}\n"
        for number, condition in enumerate(CONDITIONS)
        for word, way in (("", ""), ("s", "decide: confident, "))
    )
    return load(PACK + rules)


@pytest.fixture
def sorts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the length of everything that is sorted by size; the sorting itself is done as ever."""
    noted: list[int] = []

    def counting(items: Sequence[int]) -> list[int]:
        noted.append(len(items))
        return sorted(items)

    monkeypatch.setattr(samples_module, "_sorted", counting)
    return noted


def snapshot() -> Snapshot:
    """Return a snapshot with three samples."""
    runs: list[Value] = [{"took": SAMPLE[:10]}, {"took": SAMPLE[:20]}]
    rows = {f"slow:{name}": FactInfo(parse_type(of), Owner.FILES) for name, of in TYPES.items()}
    return Snapshot(0, "local", Host(), {"slow:lat": SAMPLE, "slow:runs": runs}, facts=rows)


def test_a_sample_is_sorted_once(pack: RulePack, sorts: list[int]) -> None:
    """Sixteen rules in two packs, half of them confident, and their findings sort each of three samples once."""
    evaluation = evaluate_packs([pack, pack], snapshot())
    plain = [result.verdict for result in evaluation.results() if not result.id.endswith("s")]
    assert set(plain) == {Verdict.PASS}
    assert len(evaluation.results()) == 2 * len(plain) == 4 * len(CONDITIONS)
    assert sorted(sorts) == [10, 20, 1000]


def test_each_snapshot_has_its_own_order(pack: RulePack, sorts: list[int]) -> None:
    """Nothing is kept from one snapshot to the next, and the samples themselves stay as they were taken."""
    for _ in range(2):
        taken = snapshot()
        evaluate_packs([pack], taken)
        assert taken.values["slow:lat"] == SAMPLE
    assert sorted(sorts) == [10, 10, 20, 20, 1000, 1000]


def test_what_is_never_asked_is_never_sorted(pack: RulePack, sorts: list[int]) -> None:
    """Getting a snapshot ready sorts nothing; samples of a wrong type are Unknown as any fact is."""
    guarded(snapshot(), [pack])
    wrong = guarded(Snapshot(0, "local", Host(), {"slow:lat": ["a"], "slow:runs": 3}), [pack])
    assert {unknown.cause for unknown in wrong.unknown.values()} == {Cause.TYPE}
    assert sorts == []
