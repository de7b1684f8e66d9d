"""The profile of a folder is found by itself, told of, and refused where others could have put it there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Told

PROFILE = "hostproof: 1\npacks: [./team]\nparams: {least: 8}\n"


@pytest.fixture
def below(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told) -> Told:
    """Return a way to run hostproof two folders below a profile by which the host is unfit."""
    (tmp_path / "hostproof.yaml").write_text(PROFILE)
    (pack / "cases").mkdir()
    (pack / "cases/a.yaml").write_text("hostproof: 1\ncases: [{rule: team.number, facts: {number: 4}, expect: fail}]\n")
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a/b")
    return told


def test_it_counts_for_all_that_judge(below: Told) -> None:
    """A host is collected, planned, judged, explained and verified by the profile above, and packs are tested."""
    said = "using ../../hostproof.yaml\n"
    code, out, err = below("check")
    assert (code, err) == (1, said)
    assert "7 of 8" in out
    assert below("collect", "-o", "x.hpsnap")[2] == said
    assert below("eval", "x.hpsnap", "-f", "json=x.json")[0] == 1
    assert below("verify", "x.json", "--snapshot", "x.hpsnap")[::2] == (0, said)
    assert "7 of 8" in below("explain", "team.number", "x.hpsnap")[1]
    assert "/number" in below("plan")[1]
    code, out, err = below("test")
    assert (code, err) == (0, said)
    assert "team: 1 case" in out


def test_what_is_named_counts_alone(below: Told) -> None:
    """`--pack` and `--profile` leave it out, `--quiet` doesn't tell of it, and the nearest one wins."""
    assert below("check", "--pack", "../../team")[::2] == (0, "")
    assert below("check", "-q") == (1, "", "")
    Path("own.yaml").write_text("hostproof: 1\npacks: [../../team]\n")
    assert below("check", "--profile", "own.yaml")[::2] == (0, "")
    Path("hostproof.yaml").write_text("hostproof: 1\npacks: [../../team]\n")
    assert below("check")[::2] == (0, "using hostproof.yaml\n")


@pytest.mark.parametrize("what", [".", "hostproof.yaml"])
def test_one_that_anybody_may_change_is_refused(below: Told, tmp_path: Path, what: str) -> None:
    """In a folder like /tmp, sticky or not, and where the file itself is open to all; by name it is taken."""
    mode = (tmp_path / what).stat().st_mode
    (tmp_path / what).chmod(0o1777)
    try:
        code, out, err = below("check")
        assert (code, out) == (2, "")
        assert "HP-E552: ../../hostproof.yaml is not used by itself: anybody may write" in err
        assert below("check", "--profile", "../../hostproof.yaml")[0] == 1
    finally:
        (tmp_path / what).chmod(mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("what", [".", "hostproof.yaml"])
def test_one_of_another_user_is_refused(below: Told, tmp_path: Path, what: str) -> None:
    """Whoever owns the file or its folder decides what runs."""
    os.chown(tmp_path / what, 12345, -1)
    try:
        code, _, err = below("check")
        assert code == 2
        assert "belongs to another user" in err
    finally:
        os.chown(tmp_path / what, 0, -1)


def test_a_link_that_leads_nowhere_is_told(below: Told, tmp_path: Path) -> None:
    """It is not passed over for a profile further up, or for none."""
    (tmp_path / "a/hostproof.yaml").symlink_to("nowhere")
    code, _, err = below("check")
    assert code == 2
    assert "HP-E001" in err
