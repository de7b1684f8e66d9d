"""`hostproof baseline`: the whole story from the shell, with a small pack, and texts for whatever machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run, Told

RECORD = ("baseline", "record", "--any-host", "--status", "0")
GATE = ("baseline", "gate", "--any-host")


def test_the_story(run: Run, told: Told, pack: Path, tmp_path: Path) -> None:
    """What is recorded as well fails the gate when it fails, is refused as a baseline, and is known once accepted."""
    by = ("--pack", str(pack))
    assert run("collect", *by, "-o", "good.hpsnap", "-q").returncode == 0
    (tmp_path / "number").write_text("3\n")
    assert run("collect", *by, "-o", "bad.hpsnap", "-q").returncode == 0

    code, out, _ = told("baseline", "record", "good.hpsnap", *by)
    assert (code, out.split(":")[0]) == (0, "recorded")
    assert told("baseline", "gate", "good.hpsnap", *by, "-q")[0] == 0
    code, out, _ = told("baseline", "gate", "bad.hpsnap", *by, "-f", "terminal", "-f", "json=gate.json")
    assert (code, "1 new failure" in out) == (1, True)
    found = json.loads((tmp_path / "gate.json").read_text())
    assert [one["name"] for one in found["changes"] if one["decision"] == "block"] == ["team:team.number"]

    code, _, err = told("baseline", "record", "bad.hpsnap", *by)
    assert (code, "--accept" in err) == (1, True)
    code, out, _ = told("baseline", "record", "bad.hpsnap", *by, "--accept")
    assert (code, "KNOWN: 1 rule of it fails" in out) == (0, True)
    code, out, _ = told("baseline", "record", "bad.hpsnap", *by)
    assert (code, out.split(":")[0]) == (0, "unchanged")

    code, out, _ = told("baseline", "gate", "bad.hpsnap", *by)
    assert (code, "known since" in out) == (0, True)
    listed = json.loads(told("baseline", "list", "-f", "json")[1])
    assert [(one["name"], one["runs"], one["known"]) for one in listed] == [("team", 2, ["team.number"])]
    assert "* 1." in told("baseline", "select", "bad.hpsnap", *by)[1]


def test_what_fails_at_first_is_told_of(run: Run, small: Path) -> None:
    """The first baseline may hold failures, and says loudly which."""
    done = run("baseline", "record", "--pack", small)
    assert done.returncode == 0
    assert "KNOWN: 1 rule of it fails" in done.stdout
    assert "team.number" in done.stdout


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [("ok 0.02s\n", "0", 0), ("ok 0.01s\n", "2", 1), ("ok 0.01s\nsee /var/tmp/a\n", "0", 1), ("fine\n", "0", 0)],
)
def test_outputs(told: Told, tmp_path: Path, text: str, status: str, code: int) -> None:
    """A text may change; an exit status that flips, and a temporary path, block."""
    (tmp_path / "tests.out").write_text("ok 0.01s\n")
    assert told(*RECORD, "--output", "tests.out")[0] == 0
    (tmp_path / "tests.out").write_text(text)
    got, out, _ = told(*GATE, "--output", "tests.out", "--status", status, "-f", "terminal", "-f", "patch=p")
    assert got == code
    assert ("changed output blocks" in out) == bool(code)


def test_standard_input(run: Run) -> None:
    """`-` is a text on standard input; secrets in it never reach a file; without a name it is called stdin."""
    assert run(*RECORD, "--output", "-", stdin="password=hunter2hunter2\n").returncode == 0
    assert run(*GATE, "--output", "-", "--name", "stdin", "--status", "0", stdin="password=other\n").returncode == 0
    listed = run("baseline", "list").stdout
    assert "stdin: any host" in listed


def test_secrets_are_not_kept(told: Told, tmp_path: Path) -> None:
    """What is recorded is redacted."""
    (tmp_path / "a.out").write_text("password=hunter2hunter2\n")
    assert told(*RECORD, "--output", "a.out")[0] == 0
    (path,) = tmp_path.glob("baselines/a/any-host/*.json")
    assert "hunter2" not in path.read_text()
    assert told(*RECORD, "--output", "a.out")[1].startswith("unchanged")


def test_a_command_that_fails_for_the_first_time(told: Told, tmp_path: Path) -> None:
    """An output whose command failed is recorded over one that didn't with --accept only."""
    (tmp_path / "a.out").write_text("ok\n")
    told(*RECORD, "--output", "a.out")
    words = ("baseline", "record", "--any-host", "--output", "a.out", "--status", "1")
    assert told(*words)[0] == 1
    assert told(*words, "--accept")[0] == 0


def test_a_bad_file_is_told_of(told: Told, tmp_path: Path) -> None:
    """The gate goes on without it, and `list` ends with 2."""
    (tmp_path / "a.out").write_text("ok\n")
    told(*RECORD, "--output", "a.out")
    (tmp_path / "baselines" / "a" / "any-host" / "x.json").write_text("<<<<<<< HEAD\n")
    code, _, err = told(*GATE, "--output", "a.out", "--status", "0")
    assert (code, "HP-E410" in err) == (0, True)
    assert told("baseline", "list")[0] == 2


def test_no_baseline(told: Told, tmp_path: Path) -> None:
    """Without one of the name it is undecided, and the names there are are said."""
    (tmp_path / "a.out").write_text("ok\n")
    told(*RECORD, "--output", "a.out")
    code, out, _ = told(*GATE, "--output", "a.out", "--name", "b")
    assert code == 3
    assert "there is no baseline of b; there are a" in " ".join(out.split())


WRONG = {
    "no command": (["baseline"], "Usage: hostproof baseline"),
    "unknown command": (["baseline", "recrod"], "No such command 'recrod'"),
    "near": (["baseline", "gate", "--near", "sereis"], "did you mean series?"),
    "keep": (["baseline", "record", "--keep", "0"], "HP-E504"),
    "name": (["baseline", "record", "--name", "../x"], "HP-E504"),
    "status": (["baseline", "record", "--output", "a", "--status", "256"], "HP-E504"),
    "a status of nothing": (["baseline", "gate", "--status", "1"], "HP-E417"),
    "an output and a snapshot": (["baseline", "gate", "--output", "a", "b.hpsnap"], "HP-E417"),
    "an output and a pack": (["baseline", "gate", "--output", "a", "--pack", "linux"], "HP-E417"),
    "two snapshots": (["baseline", "gate", "a.hpsnap", "b.hpsnap"], "HP-E418"),
    "two targets": (["baseline", "gate", "--target", "ssh:a", "--target", "ssh:b"], "HP-E418"),
    "a binary": (["baseline", "record", "--output", "/bin/sh"], "HP-E415"),
    "no file": (["baseline", "record", "--output", "none.out"], "none.out"),
    "no folder": (["baseline", "list", "--baselines", "/etc/passwd"], "HP-E414"),
    "no format": (["baseline", "list", "-f", "yaml"], "HP-E501"),
    "no policy": (["baseline", "gate", "--policy", "none.yaml"], "none.yaml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_words(told: Told, tmp_path: Path, name: str) -> None:
    """Everything that is wrong with the line is said before anything is looked at or written."""
    words, expected = WRONG[name]
    code, out, err = told(*words)
    assert (code, out) == (2, "")
    assert expected in err
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}
