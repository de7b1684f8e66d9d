"""The probes beside a small C program that measures the same: only what no noise can hide is asserted."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest

from accuracy.__main__ import KEPT
from accuracy.compare import (
    COST,
    Row,
    build,
    by_cyclictest,
    by_probes,
    by_reference,
    compare,
    lacking,
    series_of,
    wanted,
)
from hostproof.facts.builtin import builtin_catalog

ROUNDS = 3
# A probe may be as much slower than C as an interpreter is, and not faster: it does the same and more. What is typical
# of one is compared with the best of the other, as neighbours on the machine only ever add; the shares leave room.
LEAST_SHARE = 0.6
MOST_SHARE = 4.0
MOST_MORE = 25_000.0  # ns: Python makes objects where C has numbers
MOST_CLOCK_MORE = 400.0  # ns


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the compiled reference."""
    if lacking():
        pytest.skip(lacking())
    return build(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="module")
def rows(program: Path) -> dict[str, Row]:
    """Give a short comparison, by fact."""
    return {row.fact: row for row in compare(program, ROUNDS, "quick", 300)}


def test_every_reference_has_its_probe(program: Path) -> None:
    """Whatever the C program measures, a probe learns, under the same name."""
    reference = by_reference(program, 20)
    learnt = by_probes(wanted(reference), "quick")
    assert [name for name in reference if not series_of(name, learnt)] == []


def test_latencies_are_those_of_c_and_some(rows: dict[str, Row]) -> None:
    """No latency is far below what C measures, and none is so far above that it would be about Python."""
    off = [
        f"{row.fact}: {row.probe}, at least {row.least_probe:.0f}; in C {row.reference}, {row.least_reference:.0f} ns"
        for row in rows.values()
        if not row.fact.startswith(COST)
        and (
            statistics.median(row.probe) < LEAST_SHARE * row.least_reference
            or row.least_probe > MOST_SHARE * statistics.median(row.reference) + MOST_MORE
        )
    ]
    assert off == []


def test_clocks_cost_what_they_cost_in_c(rows: dict[str, Row]) -> None:
    """The net cost of a clock is about that in C, and both say that one which enters the kernel costs more."""
    clocks = {row.fact.removeprefix(COST): row for row in rows.values() if row.fact.startswith(COST)}
    assert {"monotonic", "process_cpu", "monotonic_coarse"} <= set(clocks)
    for row in clocks.values():
        net = row.least_probe - row.overhead
        assert abs(net - row.least_reference) <= MOST_CLOCK_MORE + row.least_reference, row.fact
    used = by_probes(["clock.vdso.used"], "quick")["clock.vdso.used"]
    assert isinstance(used, dict)
    if used["monotonic"] and not used["process_cpu"]:
        fast, slow = clocks["monotonic"], clocks["process_cpu"]
        assert fast.least_reference < slow.least_reference
        assert fast.least_probe < slow.least_probe


def test_slack_shows_in_both(rows: dict[str, Row]) -> None:
    """Without timer slack sleeps end earlier than with it, as C and the probe both find.

    What is usual in the best round is compared: the quickest of all may be a timer that another one's end took along.
    """
    with_slack, sharp = rows["timers.sleep.absolute"], rows["timers.sleep.sharp"]
    assert min(sharp.reference) < min(with_slack.reference)
    assert min(sharp.probe) < min(with_slack.probe)


def test_sleeps_beside_cyclictest() -> None:
    """Where cyclictest is installed, its quickest wake-up and the probe's without slack are of one magnitude."""
    found = by_cyclictest()
    if found is None:
        pytest.skip("cyclictest is not installed, or does not run here")
    least, average = found
    learnt = by_probes(["timers.sleep.sharp", "timers.sleep.absolute"], "usual")
    samples = series_of("timers.sleep.sharp", learnt) + series_of("timers.sleep.absolute", learnt)
    assert min(samples) <= 3 * average + MOST_MORE
    assert least <= 3 * max(samples) + MOST_MORE


def test_what_is_kept_is_about_facts() -> None:
    """The comparison that the documents show names facts of the catalog, and has all its numbers."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    catalog = builtin_catalog()
    assert kept["rounds"] >= ROUNDS
    assert {"kernel", "processors", "python"} == set(kept["machine"])
    assert len(kept["rows"]) >= 25
    for row in kept["rows"]:
        name = "clock.cost.raw" if row["fact"].startswith(COST) else row["fact"]
        assert catalog.get(f"probe.{name}") is not None, name
        for medians in (row["reference"], row["probe"]):
            middle, least, most = medians
            assert 0 <= least <= middle <= most
