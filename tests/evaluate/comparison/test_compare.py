"""Comparing two sets of snapshots."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from random import Random

import pytest

from hostproof.evaluate.comparison.compare import compare_runs
from hostproof.evaluate.comparison.measures import run_of
from hostproof.evaluate.comparison.model import Comparison, Row, Run, Sureness
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.report.comparison.cells import change, remarks
from hostproof.report.comparison.data import comparison_csv, comparison_json
from hostproof.report.comparison.tables import comparison_markdown, comparison_terminal

TYPES = {
    "echo": "samples<duration>",
    "limit": "count",
    "error": "string",
    "parts": "map<count>",
    "rate": "rate",
    "clock.now": "time",
    "sysctl.vm.swappiness": "any",
}


def run(values: dict[str, Value], kernel: str = "6.1", patterns: Sequence[str] = ()) -> Run:
    """Return what is compared of a snapshot with these values."""
    facts = {name: FactInfo(parse_type(TYPES[name]), Owner.HOST_KERNEL) for name in values}
    return run_of("x.hpsnap", Snapshot(1, "local", Host("web", kernel=kernel), values, {}, facts), patterns)


def runs(count: int, seed: int, times: float = 1.0, **more: Value) -> list[Run]:
    """Return runs whose samples vary by a few percent, from run to run and within."""
    random = Random(seed)
    found = []
    for _ in range(count):
        middle = 6000 * times * random.lognormvariate(0, 0.02)
        echo: list[Value] = [int(middle * random.lognormvariate(0, 0.05)) for _ in range(20)]
        found.append(run({"echo": echo, **more}))
    return found


def word(found: Comparison, name: str) -> Sureness:
    """Return how sure the difference of one fact is."""
    return row(found, name).sureness


def row(found: Comparison, name: str) -> Row:
    """Return the row of one fact."""
    return next(one for one in found.rows if one.name == name)


def test_a_change_is_found_and_told_with_its_size() -> None:
    """A quarter more in six runs each differs, with an interval around it; what stays the same is only counted."""
    found = compare_runs(runs(6, 1, limit=4096, error="ok"), runs(6, 2, 1.25, limit=8192, error="ok"))
    assert word(found, "echo") is Sureness.DIFFERS
    test = row(found, "echo").test
    assert test is not None
    assert test.low < 0.25 < test.high
    assert word(found, "limit") is Sureness.ALWAYS
    assert (found.same, found.wanted, found.tests) == (1, 0, 2)
    assert [one.name for one in found.rows] == ["limit", "echo"]


def test_no_change_is_none() -> None:
    """Runs that are alike show no difference, and that is not the same as too few runs."""
    found = compare_runs(runs(6, 1), runs(6, 2))
    assert word(found, "echo") is Sureness.NOTHING


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_runs_claim_nothing(count: int) -> None:
    """However many samples they have, and however different: it is said how many runs it takes."""
    found = compare_runs(runs(count, 1), runs(count, 2, 3.0))
    assert word(found, "echo") is Sureness.TOO_FEW
    assert row(found, "echo").p is None
    assert any("so few runs" in text for text in remarks(found))


def test_values_that_never_vary_need_two_runs_each() -> None:
    """A setting that is another one in all runs is always so; of one run each that can't be said."""
    assert word(compare_runs(runs(2, 1, limit=1), runs(2, 2, limit=2)), "limit") is Sureness.ALWAYS
    assert word(compare_runs(runs(1, 1, limit=1), runs(1, 2, limit=2)), "limit") is Sureness.TOO_FEW
    assert word(compare_runs(runs(2, 1, error="ok"), runs(2, 2, error="EPERM")), "error") is Sureness.ALWAYS


def test_many_facts_are_harder_to_be_sure_of() -> None:
    """Four runs each are sure of one number, but not of one among three; then the number of runs it takes is named."""
    one = compare_runs(runs(4, 1), runs(4, 2, 1.5))
    assert word(one, "echo") is Sureness.DIFFERS
    random = Random(1)
    others = [[run({**_noise(random), "echo": [int(100 * k * random.random())]}) for _ in range(4)] for k in (1, 50)]
    found = compare_runs(*others)
    assert (found.tests, found.wanted) == (3, 5)
    assert Sureness.DIFFERS not in {row.sureness for row in found.rows}
    assert any("take 5 before and 5 after" in text for text in remarks(found))


def _noise(random: Random) -> dict[str, Value]:
    return {"rate": random.random() + 1, "parts": {"a": random.randrange(10**9)}}


def test_parts_of_records_and_maps_are_rows() -> None:
    """Each number inside has a row of its own; points in time have none; a sysctl without a type is a number."""
    found = run({"parts": {"a": 1, "b": 2}, "clock.now": 5, "sysctl.vm.swappiness": 60})
    assert sorted(found.measures) == ["parts.a", "parts.b", "sysctl.vm.swappiness"]
    assert run({"parts": {"a": 1}, "rate": 1.0}, patterns=["ra*"]).measures.keys() == {"rate"}


def test_another_kernel_is_told() -> None:
    """Sets of two kernels are compared, with a warning that the difference may be due to that."""
    found = compare_runs([run({"limit": 1})], [run({"limit": 2}, "6.2")])
    assert found.hosts == (("kernel", ("6.1",), ("6.2",)),)
    assert any("not the same kernel: 6.1 and 6.2" in text for text in remarks(found))


def test_what_one_side_alone_knows_is_named() -> None:
    """A fact that is known on one side is no difference; it is listed."""
    found = compare_runs([run({"limit": 1, "rate": 1.0})], [run({"limit": 1})])
    assert (found.lost, found.rows, found.same) == ((("rate", "before"),), (), 1)
    assert "known before only: 1 fact (rate)" in remarks(found)


def test_hostile_texts_are_harmless() -> None:
    """Escapes and pipes in a value break neither the terminal nor the table."""
    found = compare_runs([run({"error": "\x1b[31m|a|\n"})] * 2, [run({"error": "ok"})] * 2)
    assert "\x1b" not in comparison_terminal(found, 100, colour=False)
    lines = [line for line in comparison_markdown(found).splitlines() if line.startswith("| error")]
    assert len(lines) == 1
    assert lines[0].replace("\\|", "").count("|") == 8


def test_data_has_what_the_table_has() -> None:
    """JSON and CSV carry the same rows; what has no bound is null, never NaN or Infinity."""
    found = compare_runs(runs(3, 1, error="ok"), runs(3, 2, error="no"))
    told = json.loads(comparison_json(found), parse_constant=pytest.fail)
    lines = list(csv.DictReader(io.StringIO(comparison_csv(found))))
    assert [one["fact"] for one in told["facts"]] == [one["fact"] for one in lines] == ["error", "echo"]
    assert (told["facts"][1]["high"], lines[1]["high"]) == (None, "")


@pytest.mark.parametrize(
    ("shift", "text"), [(0.5, "+50%"), (-0.25, "-25%"), (0.031, "+3.1%"), (0.0, "none"), (15.0, "x16"), (-1.0, "-100%")]
)
def test_changes_are_short(shift: float, text: str) -> None:
    """A change is told in percent, a large one in times."""
    assert change(shift) == text
