"""Several targets: side by side, one report of all, and what happens to one costs the others nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hostproof.facts.codec import read_snapshot
from hostproof.facts.unknown import Cause

from .conftest import Run

PACK = """\
hostproof: 1
pack: team
title: Team
facts:
  number: {file: /etc/number, read: number, gives: count}
rules:
  - id: team.number
    title: The number is large enough
    severity: high
    assert: number >= 5
    message: "{number} of 5"
    rationale: Small numbers are too small.
    remediation: echo 5 > /etc/number
"""


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """Make three root directories, one fit, one not, one that can't be judged, and a pack; return the pack's path."""
    for name, text in (("fit", "7\n"), ("unfit", "3\n"), ("odd", "x\n")):
        (tmp_path / name / "etc").mkdir(parents=True)
        (tmp_path / name / "etc" / "number").write_text(text)
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "pack.yaml").write_text(PACK)
    return str(tmp_path / "team")


def test_one_report_of_all(run: Run, pack: str, tmp_path: Path) -> None:
    """A suite for each host and pack in the order given, the summary at the end, the gravest exit code."""
    words = ("--target", "root:fit", "--target", "root:unfit", "--target", "root:odd")
    done = run("check", "--pack", pack, *words, "-j", "2", "-f", "junit=out.xml", "-f", "json=out.json")
    assert done.returncode == 1, done.stderr
    suites = ET.parse(tmp_path / "out.xml").getroot().findall("testsuite")
    assert [suite.get("name") for suite in suites] == [f"team @ root:{name}" for name in ("fit", "unfit", "odd")]
    assert [(suite.get("failures"), suite.get("errors")) for suite in suites] == [("0", "0"), ("1", "0"), ("0", "1")]
    assert json.loads((tmp_path / "out.json").read_text())
    assert "3 hosts" in done.stdout
    assert "/tmp" not in done.stdout.replace(str(tmp_path), "")


def test_a_file_lists_targets(run: Run, pack: str, tmp_path: Path) -> None:
    """One on each line, with comments; a target that is named twice is looked at once."""
    (tmp_path / "hosts").write_text("# ours\nroot:fit  # the good one\n\nroot:fit\n")
    done = run("check", "--pack", pack, "--targets", "hosts", "--target", "root:unfit")
    assert done.returncode == 1, done.stderr
    assert "2 hosts" in done.stdout


def test_wrong_targets_are_all_told(run: Run, pack: str, tmp_path: Path) -> None:
    """Each with its line, before anything is collected."""
    (tmp_path / "hosts").write_text("shh:web1\nroot:fit\nroot:gone\n")
    done = run("check", "--pack", pack, "--targets", "hosts", "--target", "sssh:web1", "-j", "0")
    assert done.returncode == 2
    assert done.stdout == ""
    for words in ("hosts:1: 'shh:web1'", "hosts:3: 'root:gone'", "'sssh:web1'"):
        assert words in done.stderr
    (tmp_path / "hosts").write_text("# nobody\n")
    assert "names no target" in run("check", "--pack", pack, "--targets", "hosts").stderr
    assert "--jobs 0" in run("check", "--pack", pack, "--target", "root:fit", "-j", "0").stderr


def test_a_host_that_cannot_be_reached_is_unknown(run: Run, pack: str) -> None:
    """It costs the others nothing, and no fact of it is made up."""
    done = run("collect", "--target", "root:fit", "--target", "container:no-such", "-o", "out/snaps", PATH="/usr/bin")
    assert done.returncode == 0, done.stderr
    folder = Path(pack).parent / "out" / "snaps"
    assert sorted(path.name for path in folder.iterdir()) == ["fit.hpsnap", "no-such.hpsnap"]
    dead = read_snapshot(folder / "no-such.hpsnap")
    assert set(dead.values) <= {"run.effort"}
    assert {why.cause for why in dead.unknown.values()} <= {Cause.FAILED, Cause.NO_TOOL}


def test_each_snapshot_can_be_kept(run: Run, pack: str, tmp_path: Path) -> None:
    """In a file of its own; where that isn't said, it is asked for before anything is collected."""
    both = ("--target", "root:fit", "--target", "root:unfit")
    done = run("check", "--pack", pack, *both, "-q", "-f", "snapshot={name}.hpsnap")
    assert done.returncode == 1, done.stderr
    assert read_snapshot(tmp_path / "fit.hpsnap").values["team:number"] == 7
    assert read_snapshot(tmp_path / "unfit.hpsnap").values["team:number"] == 3
    done = run("check", "--pack", pack, *both, "-f", "snapshot=one.hpsnap")
    assert done.returncode == 2
    assert "HP-E506" in done.stderr
    assert "standard output" in run("collect", "--pack", pack, *both, "-o", "-").stderr


def test_an_interrupt_ends_all(pack: str, tmp_path: Path) -> None:
    """Whatever each of them had started."""
    mark = f"318{time.time_ns() % 10**9:09d}"
    text = PACK.replace("{file: /etc/number", f"{{run: [sleep, '{mark}'], timeout: 10min")
    Path(pack, "pack.yaml").write_text(text)
    (tmp_path / "hosts").write_text("local\nroot:fit\n")
    command = [sys.executable, "-m", "hostproof", "check", "--pack", pack, "--targets", "hosts"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert comes_true(lambda: running(mark) == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 130
    assert comes_true(lambda: running(mark) == 0)


def running(mark: str) -> int:
    """Return how many programs run that have this on their command line."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += path.read_bytes().startswith(b"sleep\0" + mark.encode())
        except OSError:
            continue
    return found


def comes_true(what: object) -> bool:
    """Return whether it comes true within half a minute."""
    assert callable(what)
    end = time.monotonic() + 30
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_plan_names_all_targets(run: Run, tmp_path: Path) -> None:
    """What is done is the same on each, but for those of which only files are read."""
    (tmp_path / "one").mkdir()
    (tmp_path / "hosts").write_text("root:one\nssh:web1  # asked for nothing yet\n")
    done = run("plan", "--target", "local", "--targets", "hosts")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("A check of local, root:one, ssh:web1 by linux takes ")
    assert first.endswith(" steps on each; this is all of them.")
    assert second == "Of root:one files are read, and nothing is run, called or probed."
    assert "commands are run inside" in run("plan", "--target", "root:one", "--chroot").stdout


@pytest.mark.parametrize("command", ["check", "collect", "plan"])
def test_chroot_needs_a_root(run: Run, command: str) -> None:
    """It would do nothing to a target that runs, and is refused."""
    done = run(command, "--chroot", "--target", "local")
    assert (done.returncode, "HP-E520" in done.stderr) == (2, True), done.stderr
    assert "root:DIR" in done.stderr
