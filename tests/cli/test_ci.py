"""`--ci`, `--exit nagios`, and texts that would be commands to a build that reads its log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hostproof.cli.arguments.table import CI
from hostproof.cli.ci import VARIABLES, build_of

from .conftest import Run, Told

EVIL = "::set-env name=PATH::/evil"


def test_github(run: Run, small: Path, tmp_path: Path) -> None:
    """On GitHub: annotations in the log, the summary behind what is there, JUnit; a line says so."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = run("check", "--pack", small, "--ci", "auto", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1
    assert done.stdout.startswith("UNFIT")
    first, *rest = done.stderr.splitlines()
    assert first == "ci: github (by its variables): annotations, step summary, junit=hostproof.junit.xml"
    assert rest[0].startswith("::error ")
    assert summary.read_text().startswith("before\n# ")
    assert ElementTree.parse(tmp_path / "hostproof.junit.xml").getroot().tag == "testsuites"


def test_what_was_asked_for_stays(run: Run, pack: Path, tmp_path: Path) -> None:
    """A format that the user places is placed there alone."""
    done = run("check", "--pack", pack, "--ci", "gitlab", "-f", "junit=mine.xml")
    assert "ci: gitlab: codequality=hostproof.codequality.json\n" in done.stderr
    assert (tmp_path / "mine.xml").exists()
    assert not (tmp_path / "hostproof.junit.xml").exists()
    assert json.loads((tmp_path / "hostproof.codequality.json").read_text()) == []
    assert "section_start:" in done.stdout
    assert done.stdout.count(":hostproof\n\x1b[0K") == 2  # a carriage return, as this reads it


def test_nothing_unasked(run: Run, pack: Path, tmp_path: Path) -> None:
    """Without --ci, and with none, no build changes what is written; where there is no build, auto adds nothing."""
    before = set(tmp_path.iterdir())
    for words in ((), ("--ci", "none")):
        done = run("check", "--pack", pack, *words, GITHUB_ACTIONS="true", CI="true")
        assert (done.returncode, done.stderr) == (0, "")
    assert run("check", "--pack", pack, "--ci=auto").stderr.startswith("ci: this is no build that is known")
    assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"cache"}


def test_several_hosts(run: Run, small: Path, tmp_path: Path) -> None:
    """Of several snapshots there is one of each report, too."""
    run("collect", "--pack", small, "-o", "a.hpsnap")
    run("collect", "--pack", small, "-o", "b.hpsnap")
    summary = str(tmp_path / "sum.md")
    done = run("eval", "a.hpsnap", "b.hpsnap", "--pack", small, "--ci=github", "-q", GITHUB_STEP_SUMMARY=summary)
    assert done.returncode == 1
    assert done.stderr.count("::error ") == 2
    assert "2 of 2 hosts are unfit" in Path(summary).read_text()
    assert len(ElementTree.parse(tmp_path / "hostproof.junit.xml").getroot()) == 2


@pytest.mark.parametrize(("name", "variable"), VARIABLES)
def test_builds_are_known(name: str, variable: str) -> None:
    """Each build is known by its variable, whatever general ones stand beside."""
    assert build_of("auto", {"CI": "true", variable: "x"}) == name
    assert build_of("none", {variable: "x"}) == ""
    assert {one for one, _ in VARIABLES} | {"auto", "none"} == set(CI)


def test_an_unknown_build_is_refused(told: Told) -> None:
    """A slip is told, with what was meant."""
    code, _, wrong = told("check", "--ci", "githb")
    assert code == 2
    assert "did you mean github?" in wrong


@pytest.mark.parametrize(
    ("form", "variable"),
    [
        ("terminal", "GITHUB_ACTIONS"),
        ("terminal", "TF_BUILD"),
        ("markdown", "TEAMCITY_VERSION"),
        ("json", "GITHUB_ACTIONS"),
        ("junit", "GITHUB_ACTIONS"),
    ],
)
def test_no_text_is_a_command(run: Run, small: Path, form: str, variable: str) -> None:
    """In a build's log, neither a pack's texts nor a host's begin a command, whatever report stands there."""
    text = (small / "pack.yaml").read_text().replace("rationale: Small", f"rationale: |\n      {EVIL}\n      Small")
    text = text.replace("title: The number", "title: '##vso[task.complete result=Succeeded;] ##[error] ##teamcity[x]'#")
    (small / "pack.yaml").write_text(text)
    done = run("check", "--pack", small, "-f", form, **{variable: "True"})
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "task.complete" in said
    assert "##vso[" not in said
    assert "##[" not in said
    assert "##teamcity[" not in said
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]


def test_problems_are_no_commands(run: Run, pack: Path) -> None:
    """What a wrong pack says is shown, not obeyed."""
    (pack / "pack.yaml").write_text("##vso[task.complete result=Succeeded;]: 1\n")
    done = run("lint", pack, TF_BUILD="True")
    assert done.returncode == 2
    assert "##vso[" not in done.stdout + done.stderr


def test_a_file_holds_what_was_said(run: Run, small: Path, tmp_path: Path) -> None:
    """Files are the same in a build as elsewhere."""
    text = (small / "pack.yaml").read_text().replace("Small numbers are too small.", "'##[error] numbers'")
    (small / "pack.yaml").write_text(text)
    run("collect", "--pack", small, "-o", "a.hpsnap")
    for name, variables in (("in", {"TF_BUILD": "True"}), ("out", {})):
        run("eval", "a.hpsnap", "--pack", small, "-q", "-f", f"json={name}.json", **variables)
    assert (tmp_path / "in.json").read_bytes() == (tmp_path / "out.json").read_bytes()


def test_a_log_that_is_shown_later(small: Path, tmp_path: Path) -> None:
    """What people read is no command in a file either; what programs read stays what it is there."""
    text = (small / "pack.yaml").read_text().replace("Small numbers are too small.", f"'##[error] {EVIL}'")
    (small / "pack.yaml").write_text(text)
    command = [sys.executable, "-m", "hostproof", "check", "--pack", str(small)]
    for form, kept in (("terminal", False), ("json", True)):
        with (tmp_path / "log").open("wb") as log:
            env = {**os.environ, "GITHUB_ACTIONS": "true"}
            subprocess.run([*command, "-f", form], stdout=log, env=env, timeout=60, check=False)
        assert ("##[error]" in (tmp_path / "log").read_text()) == kept


def test_nagios(run: Run, small: Path, tmp_path: Path) -> None:
    """As a plugin: 2 for unfit, 1 for a warning, 0 for fit, 3 for undecided and for whatever judged nothing."""
    plugin = ("check", "--pack", small, "-f", "nagios", "--exit", "nagios")
    done = run(*plugin)
    assert (done.returncode, done.stdout.split(" - ")[0]) == (2, "HOSTPROOF CRITICAL")
    done = run(*plugin, "--fail-on", "critical")
    assert (done.returncode, done.stdout.split(" - ")[0]) == (1, "HOSTPROOF WARNING")
    (tmp_path / "number").write_text("9")
    assert run(*plugin).returncode == 0
    (tmp_path / "number").unlink()
    done = run(*plugin)
    assert (done.returncode, done.stdout.split(" - ")[0]) == (3, "HOSTPROOF UNKNOWN")
    done = run("check", "--pack", "lunix", "-f", "nagios", "--exit=nagios")
    assert done.returncode == 3
    assert done.stdout.startswith("HOSTPROOF UNKNOWN - ")
    assert run("check", "--exit", "nagios", "--nothing").returncode == 3
    assert run("check", "--pack", small, "-f", "nagios").returncode == 3  # undecided, as ever
