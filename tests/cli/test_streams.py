"""Terminals, pipes and their ends: colour, width, progress, readers that go away, streams that are shut."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, read_terminal

ESCAPE = "\x1b["


def on_terminal(*words: str | Path, columns: int = 80, **environment: str) -> tuple[int, str]:
    """Run hostproof on a terminal of its own; return its exit code and everything that was shown."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "hostproof", *(str(word) for word in words)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True) as process:
        os.close(theirs)
        shown = b""
        while chunk := read_terminal(ours):
            shown += chunk
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_progress(small: Path) -> None:
    """On a terminal the report is coloured, and progress is shown while facts are collected."""
    code, shown = on_terminal("check", "--pack", small)
    assert code == 1
    assert ESCAPE + "1" in shown
    assert "collect" in shown.lower()


@pytest.mark.parametrize("way", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_is_honoured(small: Path, way: dict[str, str]) -> None:
    """NO_COLOR, a dumb terminal and --no-color leave no colour in the report."""
    assert ESCAPE + "1;31m" not in on_terminal("check", "--pack", small, **way)[1]
    assert ESCAPE + "1;31m" not in on_terminal("check", "--pack", small, "--no-color")[1]


def test_the_terminals_width_is_used(small: Path) -> None:
    """No line of prose is longer than the terminal."""
    for columns in (50, 90):
        shown = on_terminal("check", "--pack", small, "--no-color", columns=columns, TERM="dumb")[1]
        prose = [line for line in shown.splitlines() if "/" not in line and ESCAPE not in line]
        assert max(map(len, prose)) <= columns


def test_silence_in_a_pipe(run: Run, small: Path) -> None:
    """In a pipe there is no progress and no escape sequence."""
    done = run("check", "--pack", small)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def command_line(*words: str | Path) -> str:
    """Return a shell's text for a hostproof command."""
    return " ".join([sys.executable, "-m", "hostproof", *map(str, words)])


def shell(text: str) -> subprocess.CompletedProcess[str]:
    """Run text in bash, where the exit code of hostproof is kept in a file descriptor's way: PIPESTATUS."""
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=60)


def test_a_reader_that_goes_away_is_no_error(small: Path) -> None:
    """`| true` neither changes the verdict nor prints a complaint."""
    for words in (["check", "--pack", small], ["facts"], ["plan"]):
        done = shell(command_line(*words) + " | true; echo ${PIPESTATUS[0]}")
        assert done.stderr == ""
        assert done.stdout.strip() == ("1" if words[0] == "check" else "0")


def test_a_full_disk_is_told_of(small: Path) -> None:
    """A report that could not be shown is an error of its own, not a verdict."""
    done = shell(command_line("check", "--pack", small) + " > /dev/full")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr


def test_closed_streams_are_no_error(small: Path) -> None:
    """With standard output or standard error shut the exit code is still the verdict."""
    assert shell(command_line("check", "--pack", small) + " >&-").returncode == 1
    assert shell(command_line("check", "--pack", small) + " 2>&-").returncode == 1


def test_an_encoding_without_our_letters(run: Run, pack: Path) -> None:
    """A terminal that can't show a letter gets an escape."""
    text = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text(
        text.replace("least: {type: count, default: 5", "least: {type: count, default: 9").replace(
            "Small numbers", "Kleine Zahlen für 数"
        ),
        "utf-8",
    )
    done = run("check", "--pack", pack, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "f\\xfcr" in done.stdout
