"""Ctrl-C and its like: the run ends at once, with exit code 130, and nothing that was started lives on."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from .conftest import read_terminal


def alive(mark: str) -> list[int]:
    """Return the processes that carry a mark in their environment, hostproof's own included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                environment, state = (
                    (entry / "environ").read_bytes(),
                    (entry / "stat").read_text().rpartition(")")[2].split()[0],
                )
            except OSError:
                continue
            if mark.encode() in environment and state != "Z":
                found.append(int(entry.name))
    return found


def wait_for(condition: object, seconds: float = 20) -> bool:
    """Wait until a condition holds, and return whether it came to that."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(pack: Path, tmp_path: Path, number: signal.Signals) -> None:
    """A signal in the middle of a hanging command leaves no process, no report, and the code 130."""
    started = tmp_path / "started"
    hanging = f"{{run: 'sleep 600 & touch {started}; sleep 600', timeout: 10min"
    text = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text(text.replace("{file: " + str(tmp_path / "number"), hanging))
    mark = f"HOSTPROOF_TEST={os.getpid()}-{number}"
    env = os.environ | dict([mark.split("=")])
    command = [sys.executable, "-m", "hostproof", "check", "--pack", str(pack), "-f", "junit=out.xml"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert wait_for(started.exists)
        assert len(alive(mark)) >= 3
        process.send_signal(number)
        try:
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert (out, err) == ("", "hostproof: interrupted\n")
    assert wait_for(lambda: not alive(mark), 5), "something is still running"
    assert not (tmp_path / "out.xml").exists()


def test_ctrl_c_on_a_terminal(pack: Path, tmp_path: Path) -> None:
    """The key itself, pressed while progress is drawn: the cursor comes back, and nothing is left running."""
    started = tmp_path / "started"
    text = (pack / "pack.yaml").read_text()
    hanging = f"{{run: 'touch {started}; sleep 600', timeout: 10min"
    (pack / "pack.yaml").write_text(text.replace("{file: " + str(tmp_path / "number"), hanging))
    mark = f"HOSTPROOF_TEST={os.getpid()}-key"
    env = {**os.environ, "TERM": "xterm", **dict([mark.split("=")])}
    ours, theirs = pty.openpty()

    def own_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    command = [sys.executable, "-m", "hostproof", "check", "--pack", str(pack)]
    with subprocess.Popen(
        command, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=own_terminal
    ) as process:
        os.close(theirs)
        assert wait_for(started.exists)
        os.write(ours, b"\x03")
        shown = b"".join(iter(lambda: read_terminal(ours), b""))
    os.close(ours)
    assert process.returncode == 130
    assert b"collecting facts" in shown
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
    assert shown.rstrip().endswith(b"hostproof: interrupted")
    assert wait_for(lambda: not alive(mark), 5), "something is still running"


def test_the_run_has_a_deadline(pack: Path, tmp_path: Path) -> None:
    """`--timeout` ends a hanging command, whose fact is then unknown for that reason."""
    text = (pack / "pack.yaml").read_text()
    hanging = "{run: [sleep, '600'], timeout: 10min"
    (pack / "pack.yaml").write_text(text.replace("{file: " + str(tmp_path / "number"), hanging))
    mark = f"HOSTPROOF_TEST={os.getpid()}-deadline"
    command = [sys.executable, "-m", "hostproof", "check", "--pack", str(pack), "--timeout", "1s"]
    env = os.environ | dict([mark.split("=")])
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert "timeout" in done.stdout
    assert wait_for(lambda: not alive(mark), 5), "something is still running"
