"""`hostproof compare`: two sets of snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT

from .conftest import Told


@pytest.fixture(autouse=True)
def sides(tmp_path: Path) -> None:
    """Write four snapshots on each side."""
    for side, first in (("before", 10), ("after", 50)):
        (tmp_path / side).mkdir()
        for number in range(4):
            snapshot = Snapshot(
                1, "local", Host("web"), {"cpu.count": first + number}, {}, {"cpu.count": FactInfo(COUNT, Owner.CGROUP)}
            )
            (tmp_path / side / f"{number}.hpsnap").write_bytes(encode_snapshot(snapshot))


def test_two_folders(told: Told) -> None:
    """The table says that they differ, and the exit code is 0."""
    code, said, warned = told("compare", "before", "after")
    assert (code, warned) == (0, "")
    assert said.startswith("4 runs before, 4 runs after: 1 fact differs for sure\n")
    assert "cpu.count    11.5   51.5   +348%" in said


def test_sides_by_with(told: Told) -> None:
    """The same sides in other words are the same comparison; formats go to files."""
    words = ("before/0.hpsnap", "before/[123].hpsnap", "--with", "after/0.hpsnap", "--with", "after/[123].hpsnap")
    assert told("compare", *words) == told("compare", "before", "after")
    assert told("compare", "before", "after", "-f", "csv=out.csv", "-f", "json=out.json") == (0, "", "")
    assert Path("out.csv").read_text("utf-8").startswith("fact,type,before")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("before",), ("HP-E504", "here is one")),
        (("before", "after", "x"), ("HP-E504", "here are 3")),
        (("before", "before"), ("HP-E504", "on both sides")),
        (("before", "nowhere*"), ("HP-E513",)),
        (("before", "after", "--facts", "x.*"), ("HP-E508", "x.*")),
        (("before", "after", "-f", "cvs"), ("HP-E501", "did you mean csv?")),
    ],
)
def test_what_is_refused(told: Told, words: tuple[str, ...], parts: tuple[str, ...]) -> None:
    """Sides that are none, or the same, and patterns without a fact are refused with what to write instead."""
    code, said, warned = told("compare", *words)
    assert (code, said) == (2, "")
    assert all(part in warned for part in parts), warned
