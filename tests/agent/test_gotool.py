"""Running the Go command: found, hermetic, bounded, and its failures told in its own words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gotools import each_toolchain
from hostproof.agent.lines import AskError
from hostproof.agent.probing import gotool
from hostproof.agent.probing.step import Context


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Give a step's context with a home and a scratch folder of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return Context("usual", frozenset(), {}, str(tmp_path / "scratch"))


def test_without_go_it_is_said_what_to_do(context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No go on PATH is no-tool, with a cure, and so is a chosen one that is not there."""
    monkeypatch.setattr(gotool, "USUAL_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AskError) as caught:
        gotool.command_of(context)
    assert caught.value.cause == "no-tool"
    assert "--param go=" in caught.value.cure
    context.arguments["go"] = str(tmp_path / "go")
    with pytest.raises(AskError, match="no program"):
        gotool.command_of(context)


def test_all_commands_on_the_path_are_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder's go is found once; one that nobody may run is none."""
    for name, mode in (("a", 0o755), ("b", 0o644), ("c", 0o755)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "go").write_text("#!/bin/sh\n")
        (tmp_path / name / "go").chmod(mode)
    monkeypatch.setattr(gotool, "USUAL_PLACES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}/c:{tmp_path}/b:{tmp_path}/a:relative:{tmp_path}/c")
    assert gotool.commands() == [f"{tmp_path}/c/go", f"{tmp_path}/a/go"]


@each_toolchain()
def test_the_hermetic_environment_is_obeyed(context: Context, goroot: Path) -> None:
    """Whatever the user set, the toolchain sees only what we chose."""
    os.environ["GOFLAGS"] = "-mod=vendor"
    try:
        found = gotool.go_env(str(goroot / "bin" / "go"), gotool.hermetic(context, CGO_ENABLED="0"))
    finally:
        del os.environ["GOFLAGS"]
    assert (found["GOFLAGS"], found["GOPROXY"], found["CGO_ENABLED"]) == ("", "off", "0")
    assert found["GOCACHE"] == str(Path(os.environ["HOME"]) / ".cache/hostproof/go-build")
    assert found["GOROOT"] == str(goroot)


def test_a_failure_is_told_in_its_own_words() -> None:
    """The telling line is taken, not the comment before it; a program that hangs is ended."""
    done = gotool.run(["sh", "-c", "echo '# command-line-arguments' >&2; echo './x.go:3: no' >&2; exit 2"])
    assert (done.status, done.trouble()) == (2, "./x.go:3: no")
    assert gotool.run(["sh", "-c", "kill -9 $$"]).trouble() == "it ended with signal 9 and said nothing"
    with pytest.raises(AskError) as caught:
        gotool.run(["sleep", "60"], most=0.2)
    assert caught.value.cause == "timeout"


def test_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the bound is cut, not kept."""
    monkeypatch.setattr(gotool, "MOST_OUTPUT", 1000)
    assert len(gotool.run(["sh", "-c", "yes | head -c 100000"]).out) == 1000
