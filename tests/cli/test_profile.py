"""A team's profile on the command line: packs, parameters, waivers, overrides, the gate, and who wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

WAIVER = "waivers: [{rule: team.number, reason: on order, owner: ops, expires: 2999-12-31, starts: 2026-01-01}]\n"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("", [], 1),
        ("params: {least: 2}\n", [], 0),
        ("params: {least: 2}\n", ["--param", "least=4"], 1),
        ("gate: {fail_on: critical}\n", [], 0),
        ("gate: {fail_on: critical}\n", ["--fail-on", "high"], 1),
        ("rules: {team.number: {severity: low}}\n", [], 0),
        (WAIVER, [], 0),
        (WAIVER, ["--date", "2025-12-31"], 1),
        (WAIVER, ["--date", "2999-12-31"], 0),
        (WAIVER, ["--date", "3000-01-01"], 1),
    ],
)
def test_a_profile_decides(run: Run, tmp_path: Path, text: str, words: list[str], code: int) -> None:
    """What a profile says counts, unless the command line says otherwise."""
    (tmp_path / "hostproof.yaml").write_text("hostproof: 1\npacks: [./team]\n" + text)
    done = run("check", "--profile", "hostproof.yaml", *words)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.usefixtures("small")
def test_a_run_with_every_rule_switched_off_is_an_error(run: Run, tmp_path: Path) -> None:
    """Nothing judged is never green."""
    text = "hostproof: 1\npacks: [./team]\nrules: {team.number: {off: true, reason: not here}}\n"
    (tmp_path / "hostproof.yaml").write_text(text)
    done = run("check", "--profile", "hostproof.yaml", "-f", "junit=out.xml")
    assert done.returncode == 2
    assert "no rule was judged" in done.stderr
    assert not (tmp_path / "out.xml").exists()


def test_the_command_line_chooses_the_packs(run: Run, small: Path, tmp_path: Path) -> None:
    """`--pack` takes the place of the profile's packs."""
    (tmp_path / "hostproof.yaml").write_text("hostproof: 1\npacks: [linux]\ngate: {fail_on: critical}\n")
    done = run("check", "--profile", "hostproof.yaml", "--pack", small)
    assert done.returncode == 0
    assert "1 rule:" in done.stdout
