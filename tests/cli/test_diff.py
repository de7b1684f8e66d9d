"""`hostproof diff`: two snapshots, and what a policy makes of what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT

from .conftest import Told

POLICY = "hostproof: 1\npolicy: team\nrules:\n  - {id: fewer, over: numbers, facts: [team:*], block: after < before}\n"


@pytest.fixture(autouse=True)
def sides(tmp_path: Path) -> None:
    """Write two snapshots."""
    infos = {"team:number": FactInfo(COUNT, Owner.FILES)}
    for name, number in (("a", 9), ("b", 3)):
        taken = Snapshot(1_795_444_724_000_000_000, "local", Host("web"), {"team:number": number}, {}, infos)
        (tmp_path / f"{name}.hpsnap").write_bytes(encode_snapshot(taken))
    (tmp_path / "team.yaml").write_text(POLICY)


def test_facts_alone_are_shown(told: Told) -> None:
    """Without packs there are no verdicts, and a fact's change blocks nothing by the standard policy."""
    code, said, _ = told("diff", "a.hpsnap", "b.hpsnap")
    assert (code, "9 -> 3 (-66.7%)" in said, said.startswith("OK  1 change")) == (0, True, True), said


def test_a_pack_gives_verdicts(told: Told, pack: Path) -> None:
    """A rule that newly fails blocks; with a gate above it, it doesn't; the other way round it is fixed."""
    words = ("diff", "a.hpsnap", "b.hpsnap", "--pack", str(pack))
    code, said, _ = told(*words)
    assert (code, "new failure: pass -> fail (high)" in said, "3 of 5" in said) == (1, True, True), said
    assert told(*words, "--fail-on", "critical")[0] == 0
    code, said, _ = told("diff", "b.hpsnap", "a.hpsnap", "--pack", str(pack))
    assert (code, "fixed: fail -> pass" in said) == (0, True), said


def test_a_policy_may_block(told: Told) -> None:
    """A team's rules stand before the standard ones; lint takes the file, and counts the team's own."""
    code, said, _ = told("diff", "a.hpsnap", "b.hpsnap", "--policy", "team.yaml")
    assert (code, "by  fewer" in said) == (1, True), said
    assert told("diff", "b.hpsnap", "a.hpsnap", "--policy", "team.yaml")[0] == 0
    assert told("lint", "team.yaml")[:2] == (0, "team: 1 rule, no problems\n")


def test_every_format(told: Told, tmp_path: Path) -> None:
    """Each is written where it is asked for; nothing is said on the terminal with --quiet."""
    forms = ("terminal", "markdown", "json", "patch")
    words = [word for form in forms for word in ("-f", f"{form}=out.{form}")]
    assert told("diff", "a.hpsnap", "b.hpsnap", "-q", *words) == (0, "", "")
    data = json.loads((tmp_path / "out.json").read_text())
    assert (data["format"], data["blocked"], data["facts"][0]["after"]) == ("hostproof-diff-1", False, {"value": 3})
    assert "| fact | team:number | 9 -\\> 3 (-66.7%) |" in (tmp_path / "out.markdown").read_text().replace("->", "-\\>")
    assert (tmp_path / "out.patch").read_text() == "# a.hpsnap to b.hpsnap\n"


def test_usage(told: Told, tmp_path: Path) -> None:
    """Everything that is wrong with a command line is told at once, and nothing compared."""
    (tmp_path / "bad.yaml").write_text(POLICY.replace("after <", "5ms <"))
    code, _, said = told("diff", "a.hpsnap", "missing.hpsnap", "--policy", "bad.yaml", "-f", "html")
    assert code == 2
    assert all(code in said for code in ("HP-E501", "HP-E232")), said
    assert "missing.hpsnap" in said
    code, _, said = told("diff", "a.hpsnap", "b.hpsnap", "a.hpsnap")
    assert (code, "HP-E531" in said, "here are 3 words" in said) == (2, True, True)
    assert told("diff", "-", "-")[0] == 2
