"""Exit codes: 0 fit, 1 unfit, 2 usage or pack problem, 3 undecided, 70 internal error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run


def test_a_fit_host_exits_0(run: Run, pack: Path) -> None:
    """Every rule holds."""
    done = run("check", "--pack", pack)
    assert (done.returncode, done.stderr) == (0, "")
    assert "FIT" in done.stdout


def test_an_unfit_host_exits_1(run: Run, small: Path) -> None:
    """A rule at or above the gate fails, and the report shows what was found and what was wanted."""
    done = run("check", "--pack", small)
    assert (done.returncode, done.stderr) == (1, "")
    assert "UNFIT" in done.stdout
    assert "3 of 5" in done.stdout


def test_a_failure_below_the_gate_exits_0(run: Run, small: Path) -> None:
    """`--fail-on` moves the gate."""
    assert run("check", "--pack", small, "--fail-on", "critical").returncode == 0


def test_a_parameter_changes_the_verdict(run: Run, small: Path) -> None:
    """`--param` sets what the pack leaves to its user, with and without the pack's name."""
    assert run("check", "--pack", small, "--param", "least=3").returncode == 0
    assert run("check", "--pack", small, "--param", "team.least=2").returncode == 0


def test_an_undecided_host_exits_3(run: Run, unread: Path) -> None:
    """A fact that can't be learnt is never a pass, and the report says which and why."""
    done = run("check", "--pack", unread)
    assert done.returncode == 3
    assert "absent" in done.stdout


def test_a_run_without_any_verdict_is_never_green(run: Run, unread: Path) -> None:
    """Even where unknowns are ignored, a run in which nothing was judged does not exit 0."""
    assert run("check", "--pack", unread, "--unknown", "ignore").returncode == 3


@pytest.mark.parametrize("value", ["1", "yes"])
def test_a_bug_exits_70(run: Run, pack: Path, tmp_path: Path, value: str) -> None:
    """An exception of ours has its own exit code, says so in a paragraph, and keeps the traceback for those who ask."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import hostproof.cli.arguments.quick as q\nq.read_words = lambda command, words: 1 / 0\n"
    )
    done = run("check", "--pack", pack, PYTHONPATH=str(broken))
    assert (done.returncode, done.stdout) == (70, "")
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr
    assert "HOSTPROOF_TRACEBACK=1" in done.stderr
    assert "Traceback" in run("check", "--pack", pack, PYTHONPATH=str(broken), HOSTPROOF_TRACEBACK=value).stderr


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("MemoryError()", "there is no memory left"),
        ("OSError(24, 'x')", "too many open files"),
        ('RuntimeError("can\'t start new thread")', "new thread"),
    ],
)
def test_what_runs_out_is_no_bug(run: Run, pack: Path, tmp_path: Path, raised: str, told: str) -> None:
    """Where the system has no more of something, that is said, and nobody is asked to report a bug."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        f"import hostproof.cli.arguments.quick as q\ndef out(command, words): raise {raised}\nq.read_words = out\n"
    )
    done = run("check", "--pack", pack, PYTHONPATH=str(broken))
    assert (done.returncode, done.stdout) == (70, "")
    assert told in done.stderr
    assert "bug" not in done.stderr


def test_children_are_heard_of_where_their_signal_is_ignored(pack: Path, tmp_path: Path) -> None:
    """Some daemons start what they start with SIGCHLD ignored: that changes nothing."""
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
        "os.execv(sys.executable, [sys.executable, '-m', 'hostproof', *sys.argv[1:]])"
    )
    command = [sys.executable, "-c", ignoring, "check", "--pack", str(pack)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
