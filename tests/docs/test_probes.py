"""The page of the probes is true: it has each of them with its cost, and what it compares are times of theirs.

That its generated parts are fresh is seen together with those of the language; costs are read from a file, so that no
machine's speed decides.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hostproof.collect.asks import EFFORTS
from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.types import Kind

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "probes.md").read_text("utf-8")
COSTS = json.loads((DOCS / "measure" / "costs.json").read_text("utf-8"))
ACCURACY = json.loads((DOCS / "generate" / "accuracy.json").read_text("utf-8"))


def test_the_costs_of_every_probe_are_known() -> None:
    """`make measure` has looked at each, quick and usual, and the file says what kind of machine it was."""
    assert set(COSTS["probes"]) == set(PROBES), "run `make measure PROBES=...`"
    assert set(COSTS["machine"]) == {"kernel", "arch", "cpus", "python", "load"}
    for name, one in COSTS["probes"].items():
        for effort in EFFORTS[:2]:
            assert 0 < one[effort]["shortest"] <= one[effort]["median"] < PROBES[name].timeout / 1e6, name


def test_what_is_compared_are_times_of_probes() -> None:
    """Each comparison names a fact, or an item of one, that is a duration or samples of them."""
    types = {row.name: row.type for row in ROWS}
    for row in ACCURACY["rows"]:
        fact = "clock.cost.net" if row["fact"].startswith("clock.cost.") else row["fact"]
        name = f"probe.{fact}"
        found = types[name]
        assert (found.item or found).kind is Kind.DURATION, name
        assert 0 < min(row["reference"]) <= row["reference"][0] <= max(row["reference"])


@pytest.mark.parametrize("name", sorted(PROBES))
def test_a_probe_has_its_section(name: str) -> None:
    """It says how it measures, what it does to a machine, and names all facts and arguments with their types."""
    section = TEXT.split(f"\n### {name}\n")[1].split("\n### ")[0]
    spec = PROBES[name]
    for row in ROWS:
        if row.collector == spec.collector:
            assert f"`{row.name}`" in section
            assert row.meaning.replace("|", "\\|") in section
    for param in spec.params:
        assert f"| `{param.name}`" in section
    assert spec.effects.replace("|", "\\|") in section
    assert re.search(rf"^\| \[{name}\]\(#{name}\) .* ms +\| .* ms +\|", TEXT, re.MULTILINE)
