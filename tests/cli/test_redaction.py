"""Secrets in what is kept: a pack's own patterns, and --no-redact."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.codec import read_snapshot

PACK = r"""
hostproof: 1
pack: ours
title: Ours
redact: ['licence=(?P<licence>\S+)']
facts:
  whole: {run: [echo, licence=ABC-123], read: text, gives: string}
  some: {run: "echo a; echo licence=ABC-123", read: lines, gives: list<string>}
rules:
  - {id: ours.some, title: Two lines, severity: high, assert: len(some) == 2}
  - {id: ours.whole, title: A line, severity: high, assert: whole != ""}
"""


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """Write a pack with a secret of its own; return its name."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "pack.yaml").write_text(PACK)
    return "ours"


def test_a_packs_own_secrets_are_kept_nowhere(run, tmp_path: Path, pack: str) -> None:  # type: ignore[no-untyped-def]
    """Not in facts, evidence, or reports; a value that is one is unknown, and from the cache it is no other."""
    for _ in range(2):
        found = run("check", "--pack", pack, "-f", "snapshot=a.hpsnap", "-f", "json=a.json", "-f", "markdown=a.md")
        assert found.returncode == 3, found.stderr
    snapshot = read_snapshot(tmp_path / "a.hpsnap")
    assert snapshot.values["ours:some"] == ["a", "licence=[redacted: licence]"]
    assert str(snapshot.unknown["ours:whole"].cause) == "redacted"
    assert "ABC-123" not in "".join(one.what + one.head + one.tail for one in snapshot.evidence)
    assert "ABC-123" not in found.stdout + (tmp_path / "a.json").read_text() + (tmp_path / "a.md").read_text()


def test_whoever_insists_keeps_them_and_reports_say_so(run, tmp_path: Path, pack: str) -> None:  # type: ignore[no-untyped-def]
    """--no-redact: the snapshot has the fact run.redacted, and every report made of it warns."""
    found = run("collect", "--pack", pack, "--no-redact")
    assert found.returncode == 0, found.stderr
    snapshot = read_snapshot(tmp_path / "snapshot.hpsnap")
    assert snapshot.values["ours:whole"] == "licence=ABC-123"
    assert snapshot.values["run.redacted"] is False
    found = run("eval", "--pack", pack, "snapshot.hpsnap", "-f", "junit=a.xml", "-f", "markdown=a.md", "-f", "terminal")
    for text in (found.stdout, (tmp_path / "a.xml").read_text(), (tmp_path / "a.md").read_text()):
        assert "secrets are kept as they were found" in text


@pytest.mark.parametrize("command", ["check", "collect", "import"])
def test_in_ci_it_is_refused(run, tmp_path: Path, pack: str, command: str) -> None:  # type: ignore[no-untyped-def]
    """Unless somebody insists twice; before anything is collected."""
    (tmp_path / "sysctl.txt").write_text("vm.swappiness = 60\n")
    rest = ("--pack", "linux", "sysctl.txt") if command == "import" else ("--pack", pack)
    refused = run(command, *rest, "--no-redact", CI="true")
    assert (refused.returncode, "HP-E519" in refused.stderr) == (2, True), refused.stderr
    assert not (tmp_path / "snapshot.hpsnap").exists()
    assert run(command, *rest, "--no-redact", "--even-in-ci", CI="true").returncode in (0, 3)
    assert run(command, *rest, "--no-redact", CI="false").returncode in (0, 3)
