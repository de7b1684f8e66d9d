"""How thorough probes are, and by which arguments: as the command line says, or the profile, in every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hostproof.facts.codec import read_snapshot
from hostproof.source.codes import CODES

from .conftest import Run, Told

PACK = """\
hostproof: 1
pack: team
title: Team
params:
  backlog: {type: count, default: 4, description: Connections that must be held}
facts:
  api: {probe: tcp, with: {backlog: params.backlog}}
rules:
  - id: team.backlog
    title: The kernel holds the backlog
    severity: high
    assert: api.backlog.held > params.backlog
    message: "{api.backlog.held} of {api.backlog.asked}"
  - id: team.thorough
    title: The run is a full one
    severity: info
    assert: run.effort == "full"
    message: "{run.effort}"
"""


@pytest.fixture
def probing(tmp_path: Path) -> Path:
    """Return the folder of a pack whose fact comes from a probe, by a parameter."""
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "pack.yaml").write_text(PACK)
    return folder


def effort_of(run: Run, tmp_path: Path, *words: str) -> object:
    """Return the effort that a snapshot was taken with."""
    done = run("collect", "-o", "effort.hpsnap", *words)
    assert done.returncode == 0, done.stderr
    return read_snapshot(tmp_path / "effort.hpsnap").values["run.effort"]


@pytest.mark.usefixtures("probing")
@pytest.mark.parametrize(("word", "effort"), [("", "usual"), ("--quick", "quick"), ("--full", "full")])
def test_the_command_line_says_how_thorough(run: Run, tmp_path: Path, word: str, effort: str) -> None:
    """Without a word probes are as usual; the profile's effort counts only there."""
    (tmp_path / "hostproof.yaml").write_text("hostproof: 1\npacks: [./team]\neffort: quick\n")
    words = [word] if word else []
    assert effort_of(run, tmp_path, "--pack", "./team", *words) == effort
    assert effort_of(run, tmp_path, "--profile", "hostproof.yaml", *words) == (effort if word else "quick")


@pytest.mark.parametrize("command", ["check", "collect", "plan"])
def test_quick_and_full_exclude_each_other(told: Told, tmp_path: Path, command: str) -> None:
    """Both at once are refused before anything happens, whatever else is wrong told too."""
    code, out, err = told(command, "--quick", "--full", "--pack", "./nowhere")
    assert (code, out) == (2, "")
    assert "HP-E512" in CODES
    assert "HP-E512: --quick and --full" in err
    assert "HP-E301" in err
    assert list(tmp_path.glob("*.hpsnap")) == []


@pytest.mark.parametrize("command", ["eval", "explain", "lint", "facts"])
def test_commands_that_probe_nothing_have_no_effort(told: Told, command: str) -> None:
    """The option is refused where it would mean nothing."""
    assert told(command, "--quick", "x")[0] == 2


def test_check_judges_by_the_parameter_it_probed_with(run: Run, probing: Path, tmp_path: Path) -> None:
    """The parameter that a rule compares with is the argument of the probe, wherever it is set."""
    for words, number in (
        (("--pack", probing), 4),
        (("--pack", probing, "--param", "backlog=9"), 9),
        (("--profile", "hostproof.yaml"), 7),
    ):
        (tmp_path / "hostproof.yaml").write_text("hostproof: 1\npacks: [./team]\nparams: {backlog: 7}\neffort: quick\n")
        done = run("check", *words, "-q", "-f", "snapshot=s.hpsnap", "-f", "json=r.json", "--quick")
        assert done.returncode == 0, done.stderr
        values = read_snapshot(tmp_path / "s.hpsnap").values
        assert (values["team:api.backlog.asked"], values["team:api.backlog.held"]) == (number, number + 1)
    done = run("check", "--pack", probing, "--param", "backlog=9000")
    assert done.returncode == 2
    assert "HP-E305" in done.stderr


def test_collect_takes_parameters_too(run: Run, probing: Path, tmp_path: Path) -> None:
    """A snapshot for later is taken with the arguments that it will be judged by."""
    assert run("collect", "--quick", "--pack", probing, "--param", "backlog=6").returncode == 0
    assert read_snapshot(tmp_path / "snapshot.hpsnap").values["team:api.backlog.asked"] == 6


def test_the_plan_begins_with_the_probes(run: Run, probing: Path) -> None:
    """Probes are the first chapter, each with arguments, time, facts and what it does to the machine."""
    lines = run("plan", "--pack", probing, "--param", "backlog=6", "--full").stdout.splitlines()
    assert lines[2] == "probes (1), effort full, one after the other"
    assert lines[3].startswith("  tcp(backlog=6, connections=256)  at most ")
    assert lines[3].endswith("team:api.backlog.asked, team:api.backlog.held")
    assert lines[4].startswith("      ")
    step = json.loads(run("plan", "--pack", probing, "-f", "json", "--quick").stdout)
    (probe,) = [one for one in step if one["kind"] == "probe"]
    assert probe["what"] == "tcp(backlog=4, connections=256)"
    assert (probe["effort"], probe["timeout"] > 0, bool(probe["effects"])) == ("quick", True, True)
