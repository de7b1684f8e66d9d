"""The real command, as a subprocess, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Told = Callable[..., tuple[int, str, str]]

PACK = """\
hostproof: 1
pack: team
title: Team
params:
  least: {type: count, default: 5, description: Least number}
facts:
  number: {file: NUMBER, read: number, gives: count}
rules:
  - id: team.number
    title: The number is large enough
    severity: high
    assert: number >= params.least
    message: "{number} of {params.least}"
    rationale: Small numbers are too small.
    remediation: echo {params.least} > number
"""


def read_terminal(terminal: int) -> bytes:
    """Return what was shown, nothing when the last program on the terminal has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a way to run hostproof in an empty folder, with nothing of this terminal in its environment."""

    def run_hostproof(*words: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hostproof", *(str(word) for word in words)]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        env = {**kept, "XDG_CACHE_HOME": str(tmp_path / "cache"), "LANG": "C.UTF-8", **environment}
        return subprocess.run(command, cwd=tmp_path, env=env, input=stdin, capture_output=True, text=True, timeout=60)

    return run_hostproof


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Return a way to do the same inside this process, for command lines that end before anything is collected."""
    from hostproof.cli.main import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def tell(*words: str) -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in "oe")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(words)
        out.seek(0), err.seek(0)
        return code, out.read(), err.read()

    yield tell
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return the folder of a pack that judges the number in a file, which is 7: fit."""
    folder = tmp_path / "team"
    folder.mkdir()
    number = tmp_path / "number"
    number.write_text("7\n")
    (folder / "pack.yaml").write_text(PACK.replace("NUMBER", str(number)))
    return folder


@pytest.fixture
def small(pack: Path, tmp_path: Path) -> Path:
    """Return the pack over the number 3: unfit."""
    (tmp_path / "number").write_text("3\n")
    return pack


@pytest.fixture
def unread(pack: Path, tmp_path: Path) -> Path:
    """Return the pack over a number that is not there: undecided."""
    (tmp_path / "number").unlink()
    return pack
