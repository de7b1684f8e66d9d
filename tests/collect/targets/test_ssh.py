"""Targets by ssh: a real OpenSSH server, users with shells of every kind, and all that can go wrong."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.collect.asks import Call, Probe, ReadFile, RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.builtin import BUILTIN
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.unknown import Cause, Unknown
from sshservers import FETCHED, Server, lacking, serving

pytestmark = [
    pytest.mark.skipif(bool(lacking()), reason=lacking() or "a server can be started"),
    pytest.mark.xdist_group("ssh"),
]
LONG = 60 * SECOND
FILE = ReadFile("/proc/sys/kernel/ostype")
CSH = shutil.which("tcsh") or next((str(path) for path in FETCHED.glob("bin/tcsh")), "")
NOISY = """\
echo 'Welcome! $PATH'
printf '{"hello":7}\\n{"id":0,"data":"AAAA"}\\n'
head -c 200000 /dev/zero
echo 'to standard error' >&2
printf 'no newline here'
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run one server for all of these tests."""
    shells = {"bash": "/bin/bash", "bare": "/bin/sh", "noisy": "/bin/bash", "nobody": "/usr/sbin/nologin"}
    if CSH:
        shells |= {"csh": CSH, "barecsh": CSH}
    with serving(shells) as found:
        (found.folder / "homes" / "noisy" / ".bashrc").write_text(NOISY)
        yield found


@pytest.fixture(autouse=True)
def ssh(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the ssh that is found read the configuration of the tests."""
    monkeypatch.setenv("PATH", server.path)


def refused(host: str) -> Unknown:
    """Return why nothing was learnt from a host."""
    error = hold_session(parse_target(f"ssh:{host}"), (FILE,), LONG).answer(0).error
    assert error is not None
    return error


@pytest.mark.parametrize("user", ["root", "bash", "noisy", "csh", "bare", "barecsh"])
def test_asks_are_answered_there(user: str) -> None:
    """Files, commands and calls, whatever shell the user has and whatever its start-up files print."""
    if user.endswith("csh") and not CSH:
        pytest.skip("there is no tcsh")
    asks = (FILE, RunCommand(shell='echo "$HOME"'), Call("uname"), ReadFile("/no/such"))
    session = hold_session(parse_target(f"ssh:{user}.test"), asks, LONG)
    assert session.trouble is None, session.trouble
    assert session.answer(0).data == b"Linux\n"
    assert session.answer(1).data.decode().strip().endswith(f"homes/{user}")
    assert session.answer(2).value == list(os.uname())
    assert session.answer(3).error is not None


def test_probes_run_there() -> None:
    """The agent brings its probes along."""
    probe = Probe("tcp", (), ("loopback.works",), 30 * SECOND)
    session = hold_session(parse_target("ssh:root.test"), (probe,), LONG, effort="quick")
    assert session.trouble is None
    assert session.answer(0).value


def test_a_snapshot_names_its_target(server: Server) -> None:
    """A snapshot is as one of this machine, but for the target's name; a URI names a port."""
    found = collect([FactRequest("kernel.release")], parse_target("ssh:root.test"), LONG)
    assert found.target == "ssh:root.test"
    assert found.get("kernel.release") == os.uname().release
    assert parse_target(f"ssh://root@127.0.0.1:{server.port}").place == f"ssh://root@127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("host", "cause", "words", "cure"),
    [
        ("closed", Cause.FAILED, "nothing listens there", "start sshd"),
        ("no-such-host.invalid", Cause.FAILED, "knows no such host", "DNS"),
        ("stranger", Cause.DENIED, "let nobody in", "a key"),
        ("untrusted", Cause.DENIED, "doesn't trust its", "ssh untrusted"),
        ("nobody.test", Cause.FAILED, "not available", "has a shell"),
    ],
)
def test_what_fails_says_why(host: str, cause: Cause, words: str, cure: str) -> None:
    """Cause, what ssh said, and what would help."""
    why = refused(host)
    asked = [FactRequest(row.name) for row in BUILTIN if not row.family and not row.name.startswith("probe.")]
    assert set(collect(asked, parse_target(f"ssh:{host}"), LONG).values) <= {"run.effort", "run.redacted"}
    assert why.cause is cause, why
    assert words in why.detail
    assert cure in why.cure


def test_without_python_files_and_commands_tell() -> None:
    """One connection, on which a shell stands in for the agent; what it can't ask says what to install."""
    probe = Probe("tcp", (), ("loopback.works",), 30 * SECOND)
    session = hold_session(parse_target("ssh:bare.test"), (FILE, Call("affinity"), probe), LONG)
    assert session.hello is not None
    assert session.hello.uname == tuple(os.uname())
    assert session.answer(0).data == b"Linux\n"
    for number in (1, 2):
        why = session.answer(number).error
        assert why is not None
        assert (why.cause, "install python3" in why.cure) == (Cause.NO_TOOL, True)


@pytest.mark.parametrize("user", ["bash", "bare"])
def test_nothing_is_left_running_there(server: Server, user: str) -> None:
    """When the time is over the agent ends there, and with it what it had started."""
    mark = f"317{len(user)}{server.port:06d}"
    session = hold_session(parse_target(f"ssh:{user}.test"), (RunCommand(("sleep", mark)),), 2 * SECOND)
    assert session.answer(0).error is not None
    end = time.monotonic() + 30
    while True:
        lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.parent.is_dir()]
        if not any(mark.encode() in line for line in lines):
            return
        assert time.monotonic() < end, "the command goes on"
        time.sleep(0.1)
