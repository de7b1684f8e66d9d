"""`hostproof test` from the shell: exit codes, what is told, files that are rewritten, and watching."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import PACK, Run, Told

CASES = """\
hostproof: 1
cases:
  # three are enough
  - {rule: team.number, facts: {number: 5}, expect: pass}
  - rule: team.number
    title: four are too few
    facts: {number: 4}   # one less
    expect: fail
    message: "4 of 5"
  - {rule: team.number, unknown: {number: denied}, expect: unknown, cause: denied}
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Write a pack with cases that all come out as expected, and return the file of cases."""
    path = tmp_path / "team" / "cases" / "number.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(CASES)
    (tmp_path / "team" / "pack.yaml").write_text(PACK.replace("NUMBER", "/etc/number"))
    return path


@pytest.mark.usefixtures("cases")
def test_good_cases(told: Told) -> None:
    """Cases that come out as expected, and show and notice all there is, pass all thresholds."""
    code, out, err = told("test", "team", "--coverage", "100%", "--mutants", "100")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "PASS  team: 3 cases"
    assert "mutants  5 of 5 killed (100%)" in out


def test_a_failing_case(told: Told, cases: Path) -> None:
    """What was wanted, what came out, why and where; no mutants are made before that is put right."""
    cases.write_text(CASES.replace("number: 5}", "number: 3}"))
    code, out, err = told("test", "team", "--mutate")
    assert code == 1
    assert [line.strip() for line in out.splitlines() if line][2:] == [
        "team.number: The number is large enough",
        "FAIL team/cases/number.yaml:4",
        "wanted  pass",
        "got     fail, saying '3 of 5'",
        "why     number = 3, wanted >= 5 (params.least)",
        "rule    team/pack.yaml:9",
    ]
    assert err == "team: no mutants are made while a case fails\n"


def test_thresholds(told: Told, cases: Path) -> None:
    """Below a threshold it is 1, and what no case shows or notices stands there with its place."""
    cases.write_text(CASES.partition("  - rule")[0])
    code, out, _ = told("test", "team", "--coverage", "90", "--mutants", "90%")
    assert code == 1
    assert "team/pack.yaml:12:13  team.number\n    `assert` is false\n" in out
    assert "`>=` became `<=`\n      number <= params.least\n" in out
    assert "too few  50% of branches, wanted 90%" in out
    assert told("test", "team", "--coverage", "0%", "-q")[0] == 0


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("team", "--coverage", "most"), "HP-E504"),
        (("team", "--mutants", "101"), "HP-E504"),
        (("team", "-f", "json"), "HP-E501"),
        (("nowhere",), "HP-E301"),
    ],
)
def test_usage(told: Told, words: tuple[str, ...], said: str) -> None:
    """What is no threshold, no format or no pack is refused."""
    code, out, err = told("test", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_nothing_to_test(told: Told, cases: Path) -> None:
    """A pack without a case fails, and the message says what to write; so does a file of cases that is wrong."""
    cases.write_text(CASES.replace("expect: pass", "expect: pas"))
    assert told("test", "team")[0] == 2
    cases.unlink()
    code, _, err = told("test", "team")
    assert code == 2
    assert "HP-E361: the pack team has no case, so nothing was tested" in err
    assert "write team/cases/team.yaml" in err


def test_updated_messages(told: Told, cases: Path) -> None:
    """`--update` replaces messages that differ, keeps every other character, and never touches a verdict."""
    cases.write_text(CASES.replace('"4 of 5"', "'9 of 9'  # said").replace("number: 5}", "number: 3}"))
    code, out, err = told("test", "team", "--update")
    assert code == 1
    assert "1 of 3 cases came out otherwise" in out
    assert err == "team/cases/number.yaml: 1 message updated\n"
    assert cases.read_text() == CASES.replace('"4 of 5"', '"4 of 5"  # said').replace("number: 5}", "number: 3}")


def test_a_folded_message_is_updated(told: Told, cases: Path) -> None:
    """A message written as a block is replaced as a whole."""
    cases.write_text(CASES.replace('"4 of 5"', ">-\n      nine\n      of nine"))
    assert told("test", "team", "--update")[0] == 0
    assert cases.read_text() == CASES


def test_junit(told: Told, cases: Path, tmp_path: Path) -> None:
    """A suite for the pack, a case for each case, and one for each threshold that was asked for."""
    cases.write_text(CASES.replace("number: 5}", "number: 3}"))
    told("test", "team", "--coverage", "100", "-q", "-f", "junit=out.xml")
    root = ElementTree.parse(tmp_path / "out.xml").getroot()
    found = {case.get("name"): [one.get("message") for one in case] for case in root.iter("testcase")}
    assert found == {
        "team.number: pass": ["expected pass, got fail (number = 3, wanted >= 5 (params.least))"],
        "team.number: four are too few": [],
        "team.number: unknown": [],
        "enough rules": [],
        "enough branches": ["50% of branches, wanted 100%"],
        "enough unknown paths": [],
    }
    assert [suite.get("failures") for suite in root] == ["2"]


@pytest.mark.usefixtures("cases")
def test_the_pack_of_this_folder(run: Run, tmp_path: Path) -> None:
    """Without a word it is the pack of this folder that is tested."""
    for name in ("pack.yaml", "cases"):
        (tmp_path / "team" / name).rename(tmp_path / name)
    done = run("test")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "PASS  team: 3 cases")


def test_snapshots_are_input(run: Run, cases: Path, tmp_path: Path) -> None:
    """A case builds on a host's snapshot; its own facts count more, and a file that is none is told with its place."""
    (tmp_path / "team" / "pack.yaml").write_text(PACK.replace("NUMBER", f"{tmp_path}/number"))
    (tmp_path / "number").write_text("7\n")
    assert run("collect", "--pack", "team", "-o", "team/cases/host.hpsnap", "-q").returncode == 0
    head, case = "hostproof: 1\ncases:\n", "  - {rule: team.number, snapshot: host.hpsnap, "
    cases.write_text(f"{head}{case}expect: pass}}\n{case}facts: {{number: 1}}, expect: fail}}\n")
    assert run("test", "team").returncode == 0
    cases.write_text(f"{head}  - {{rule: team.number, snapshot: none.hpsnap, expect: pass}}\n")
    done = run("test", "team")
    assert done.returncode == 2
    assert "team/cases/number.yaml:3:35: error HP-E360: there is no file team/cases/none.hpsnap" in done.stderr


def test_watching(cases: Path, tmp_path: Path) -> None:
    """`--watch` tests again when a file has changed, and ends by an interrupt."""
    command = [sys.executable, "-m", "hostproof", "test", "team", "--watch"]
    watching = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert watching.stdout is not None
    os.set_blocking(watching.stdout.fileno(), False)
    try:
        assert "PASS  team: 3 cases" in _heard(watching)
        cases.write_text(CASES.replace("number: 5}", "number: 300}"))  # of another size: no clock is asked
        assert "PASS  team: 3 cases" in _heard(watching)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=20) == 130
    finally:
        watching.kill()
        watching.wait()


def _heard(process: subprocess.Popen[bytes]) -> str:
    """Return what a process says next, up to the second line of a report."""
    said = b""
    for _ in range(200):
        said += (process.stdout.read() if process.stdout else None) or b""
        if b"shown" in said:
            break
        time.sleep(0.1)
    return said.decode()
