"""The bundle: the whole agent, as sources or as byte code, ready to be read from standard input."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostproof.collect.link.bundle import AGENT, pack_agent


def test_the_sources_are_those_of_the_package() -> None:
    """Every module of the agent is in it, under a name of its own."""
    modules = json.loads(pack_agent(same_python=False).modules)
    assert len(modules) == len(list(AGENT.glob("*.py")))
    assert modules["hostproof_agent.main"] == (AGENT / "main.py").read_text(encoding="utf-8")


def test_the_byte_code_has_the_same_modules() -> None:
    """For the very Python that runs us, nothing has to be compiled again."""
    bundle = pack_agent(same_python=True)
    assert set(marshal.loads(bundle.modules)) == set(json.loads(pack_agent(same_python=False).modules))


@pytest.mark.parametrize("same_python", [False, True])
def test_it_starts_and_leaves_nothing_behind(same_python: bool, tmp_path: Path) -> None:
    """It runs from an empty folder, without hostproof, and writes no file, byte code neither."""
    bundle = pack_agent(same_python)
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *bundle.arguments],
        input=bundle.modules + b'{"id":0,"ask":"call","name":"uname"}\n{"ask":"end"}\n',
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env=env,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[0])["hello"] == 1
    assert list(tmp_path.iterdir()) == []


def test_an_old_python_is_told() -> None:
    """A Python that is too old says so, and ends like a program that isn't there."""
    bootstrap = pack_agent(same_python=False).arguments[-1]
    program = f"import sys; sys.version_info = (3, 5, 9); exec({bootstrap!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 127
    assert "Python 3.6 or later is needed" in done.stderr


def test_a_bundle_that_is_cut_short_ends_at_once() -> None:
    """A connection that breaks while the bundle is sent leaves no agent waiting."""
    bundle = pack_agent(same_python=False)
    command = [sys.executable, *bundle.arguments]
    assert subprocess.run(command, input=bundle.modules[:1000], check=False).returncode == 70
