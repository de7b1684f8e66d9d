"""Containers as targets: a root directory entered with namespaces of its own, behind an engine's command line."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from hostproof.collect.asks import Call, ReadFile, ReadGlob, RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.requests import SECOND
from hostproof.facts.unknown import Cause
from hostproof.source.problems import ProblemError
from sshservers import FETCHED

LONG = 60 * SECOND
BUSYBOX = FETCHED / "bin" / "busybox"
FILE = ReadFile("/etc/hostproof-test")
# What `podman exec` does with a container, as far as an agent notices; containers are folders beside it.
ENGINE = """\
#!/bin/sh
top=$(dirname "$0")/../containers
case "$1 $2" in
"container inspect") [ -d "$top/$3" ] || { echo "Error: no such container $3" >&2; exit 125; } ;;
"exec "*)
    shift
    [ "$1" != -i ] || shift
    root=$top/$1
    shift
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


def furnish(root: Path, more: tuple[str, ...]) -> None:
    """Make a container of busybox alone, with only what POSIX asks for, and some more of it."""
    for folder in ("bin", "dev", "etc", "proc"):
        (root / folder).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin" / "busybox")
    for tool in ("sh", "cat", "date", "env", "grep", "id", "kill", "ls", "od", "sleep", "uname", *more):
        (root / "bin" / tool).symlink_to("busybox")
    (root / "etc" / "hostproof-test").write_bytes(bytes(range(256)))
    (root / "bare").touch()
    os.mknod(root / "dev" / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))


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
    if BUSYBOX.exists():
        furnish(tmp_path / "containers" / "small", ("head", "base64", "setsid"))
        furnish(tmp_path / "containers" / "smaller", ())
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


@needs_namespaces
@pytest.mark.skipif(not BUSYBOX.exists(), reason="no static busybox is fetched: `make sshd` does that on Debian")
@pytest.mark.parametrize("name", ["small", "smaller"])
@pytest.mark.usefixtures("containers")
def test_busybox_is_enough(name: str) -> None:
    """Without Python a shell tells of files and commands, with as few tools as POSIX has."""
    leaves = RunCommand(shell="sleep 300 & trap '' TERM; sleep 300", timeout=SECOND)
    asks = (
        FILE,
        RunCommand(("cat", "/etc/hostproof-test")),
        Call("uname"),
        ReadGlob("/etc/*"),
        Call("affinity"),
        leaves,
    )
    session = hold_session(parse_target(f"container:{name}"), asks, LONG)
    assert session.trouble is None, session.trouble
    assert session.answer(0).data == session.answer(1).data == bytes(range(256))
    uname = session.answer(2).value
    assert isinstance(uname, list)
    assert uname[1] == "inside"
    assert session.answer(3).files == {"/etc/hostproof-test": bytes(range(256))}
    causes = [why and why.cause for why in (session.answer(4).error, session.answer(5).error)]
    assert causes == [Cause.NO_TOOL, Cause.TIMEOUT]


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
