"""Start-up is a feature: what a command doesn't need, it doesn't import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run

HEAVY = {"argparse", "asyncio", "click", "jsonschema", "junit_xml", "lark", "re2", "rich", "ruamel", "sh", "subprocess"}


def imported(tmp_path: Path, *words: str) -> set[str]:
    """Run hostproof and return all that it imported, by Python's own account."""
    command = [sys.executable, "-X", "importtime", "-m", "hostproof", *words]
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def heavy(names: set[str]) -> set[str]:
    """Return the packages among them that cost more than they may."""
    return {name.partition(".")[0] for name in names} & HEAVY


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    """`--version` imports two small modules of ours."""
    ours = {name for name in imported(tmp_path, "--version") if name.startswith("hostproof")}
    assert ours <= {"hostproof", "hostproof.__main__"}


def test_a_known_pack_is_judged_with_little(run: Run, pack: Path, tmp_path: Path) -> None:
    """Once a pack is in the cache, judging a snapshot by it needs no parser, no schema and no command line library."""
    assert run("collect", "--pack", pack, "-o", "s.hpsnap").returncode == 0
    words = ("eval", "--pack", "team", "s.hpsnap")
    assert heavy(imported(tmp_path, *words)) == set()


@pytest.mark.parametrize(("words", "needed"), [(("check", "--help"), "click"), (("lint", "linux"), "ruamel")])
def test_what_is_needed_is_seen(tmp_path: Path, words: tuple[str, ...], needed: str) -> None:
    """The other commands do import what they need, so this test can tell."""
    assert needed in heavy(imported(tmp_path, *words))
