"""Containers as targets: a root directory entered with namespaces of its own, behind an engine's command line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hostproof.collect.asks import Call, ReadFile, RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.requests import SECOND
from hostproof.facts.unknown import Cause
from hostproof.source.problems import ProblemError

LONG = 60 * SECOND
FILE = ReadFile("/etc/hostproof-test")
# What `podman exec` does with a container, as far as an agent notices; containers are folders beside it.
ENGINE = """\
#!/bin/sh
top=$(dirname "$0")/../containers
case "$1 $2" in
"container inspect") [ -d "$top/$3" ] || { echo "Error: no such container $3" >&2; exit 125; } ;;
"exec -i")
    root=$top/$3
    shift 3
    [ ! -e "$root/stopped" ] || { echo "Error: container state improper" >&2; exit 255; }
    exec unshare --mount --uts --pid --fork --kill-child sh -ec '
        root=$1
        shift
        hostname inside
        for folder in bin lib lib64 usr; do
            [ -e "$root/bare" ] || [ ! -e /$folder ] || mount --rbind /$folder "$root/$folder"
        done
        mount -t proc proc "$root/proc"
        exec chroot "$root" "$@"' sh "$root" "$@" ;;
*) exit 125 ;;
esac
"""


def enters() -> bool:
    """Whether namespaces can be had here, and a Python that every root has."""
    if os.geteuid() != 0 or not Path("/usr/bin/python3").exists():
        return False
    command = ["unshare", "--mount", "--uts", "--pid", "--fork", "mount", "-t", "proc", "proc", "/proc"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(not enters(), reason="needs root, namespaces, and /usr/bin/python3")


@pytest.fixture
def containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an engine first on PATH; return the folder of its containers, in which `web1` is one."""
    (tmp_path / "bin").mkdir()
    engine = tmp_path / "bin" / "podman"
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    for name in ("web1", "bare", "stopped"):
        for folder in ("bin", "etc", "lib", "lib64", "proc", "usr", "tmp"):
            (tmp_path / "containers" / name / folder).mkdir(parents=True)
    (tmp_path / "containers" / "web1" / "etc" / "hostproof-test").write_text("of the container\n")
    (tmp_path / "containers" / "bare" / "bare").touch()
    (tmp_path / "containers" / "stopped" / "stopped").touch()
    return tmp_path / "containers"


@needs_namespaces
def test_asks_are_answered_inside(containers: Path) -> None:
    """Files, commands and calls are the container's."""
    asks = (FILE, RunCommand(("cat", "/etc/hostproof-test")), Call("uname"))
    session = hold_session(parse_target("container:web1"), asks, LONG)
    assert session.trouble is None, session.trouble
    assert session.answer(0).data == session.answer(1).data == b"of the container\n"
    uname = session.answer(2).value
    assert isinstance(uname, list)
    assert uname[1] == "inside"
    assert containers.is_dir()


@needs_namespaces
@pytest.mark.parametrize(
    ("name", "cause", "words", "cure"),
    [
        ("bare", Cause.NO_TOOL, "python3", "install python3"),
        ("stopped", Cause.NOT_RUNNING, "does not run", "start it"),
        ("other", Cause.FAILED, "asked were: podman", "podman ps"),
    ],
)
@pytest.mark.usefixtures("containers")
def test_what_fails_says_why(name: str, cause: Cause, words: str, cure: str) -> None:
    """Cause, what the engine said, and what would help."""
    why = hold_session(parse_target(f"container:{name}"), (FILE,), LONG).answer(0).error
    assert why is not None
    assert why.cause is cause, why
    assert words in why.detail
    assert cure in why.cure


def test_without_an_engine_none_can_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    why = hold_session(parse_target("container:web1"), (FILE,), LONG).answer(0).error
    assert why is not None
    assert why.cause is Cause.NO_TOOL
    assert "neither podman nor docker" in why.detail


@pytest.mark.parametrize("text", ["container:", "container:-v", "container:a b", "container:$(id)", "container:a/b"])
def test_what_names_no_container_is_refused(text: str) -> None:
    """Above all what an engine would take for an option."""
    with pytest.raises(ProblemError) as caught:
        parse_target(text)
    assert [problem.code for problem in caught.value.problems] == ["HP-E507"]
