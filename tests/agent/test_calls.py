"""Each row of the table of calls, compared with what Python or a program of the system says."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def agent(shared):
    """Use one agent for all tests here."""
    return shared


@pytest.fixture
def call(agent):
    """Make a call and return its value."""

    def make(name: str, *arguments: str) -> object:
        answer = agent.answer(ask="call", name=name, arguments=list(arguments))
        assert "error" not in answer, answer
        return answer["value"]

    return make


def test_rlimits_are_those_of_the_process(call) -> None:
    """Every limit has soft and hard, and none is null."""
    found = call("rlimits")
    for name in ("nofile", "core", "stack", "memlock"):
        limits = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))
        wanted = [None if limit == resource.RLIM_INFINITY else limit for limit in limits]
        assert [found[name]["soft"], found[name]["hard"]] == wanted
    assert set(found["as"]) == {"soft", "hard"}


def test_affinity_and_uname_are_those_of_the_process(call) -> None:
    """The agent runs where we run."""
    assert call("affinity") == sorted(os.sched_getaffinity(0))
    assert call("uname") == list(os.uname())


def test_statvfs_agrees_with_python(call) -> None:
    """Sizes of a file system."""
    assert call("statvfs", "/proc")["frsize"] == os.statvfs("/proc").f_frsize
    assert call("statvfs", "/")["blocks"] == os.statvfs("/").f_blocks


def test_adjtimex_reads_the_clock_s_discipline(call) -> None:
    """The state is one of the six that adjtimex(2) knows, the tick about 10 ms."""
    found = call("adjtimex")
    assert found["state"] in range(6)
    assert 9_000 <= found["tick"] <= 11_000
    assert found["maxerror"] >= 0


def test_random_numbers_are_ready(call) -> None:
    """A machine that runs tests has booted long ago."""
    assert call("getrandom") is True


def test_access_tells_what_may_be_done(call, tmp_path: Path) -> None:
    """Existence, and the three permissions."""
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o600)
    assert call("access", f"{tmp_path}/file") == {"exists": True, "read": True, "write": True, "execute": False}
    assert call("access", f"{tmp_path}/none") == dict.fromkeys(("exists", "read", "write", "execute"), False)


def test_security_modules_agree_with_securityfs(agent, cause) -> None:
    """The system call names the modules that the kernel lists, or says that it is too old or filtered."""
    answer = agent.answer(ask="call", name="lsm_list_modules")
    listed = Path("/sys/kernel/security/lsm")
    if cause(answer):
        assert cause(answer) in {"unsupported", "denied"}
    elif listed.exists():
        assert answer["value"] == listed.read_text().strip().split(",")
    else:
        assert "capability" in answer["value"]  # always there


def test_a_folder_can_be_written_and_executed_in(call, tmp_path: Path) -> None:
    """Nothing is left behind."""
    assert call("write_and_execute", str(tmp_path)) == {"written": True, "executed": True, "error": ""}
    assert list(tmp_path.iterdir()) == []
    assert call("write_and_execute", f"{tmp_path}/none")["error"] == "ENOENT"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="mounting needs root and unshare")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("noexec", {"written": True, "executed": False, "error": "EACCES"}),
        ("ro", {"written": False, "executed": False, "error": "EROFS"}),
    ],
)
def test_a_mount_that_forbids_is_found_out(agent_as, tmp_path: Path, option: str, said: dict[str, object]) -> None:
    """A real file system without execution, or without writing."""
    script = f'mount -t tmpfs -o {option} none "{tmp_path}" && exec "$@"'
    probe = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip(f"mounting is not allowed here: {probe.stderr.decode()}")
    agent = agent_as("unshare", "-m", "sh", "-c", script, "sh")
    assert agent.answer(ask="call", name="write_and_execute", arguments=[str(tmp_path)])["value"] == said


def test_sysconf_is_asked_by_name(agent, call, cause) -> None:
    """A value, no limit, and a name that nobody knows."""
    assert call("sysconf", "SC_PAGE_SIZE") == os.sysconf("SC_PAGE_SIZE")
    assert cause(agent.answer(ask="call", name="sysconf", arguments=["SC_NONE"])) == "unsupported"


def test_which_finds_programs(call) -> None:
    """Where each is, null where there is none."""
    found = call("which", "sh", "no-such-tool")
    assert os.access(found["sh"], os.X_OK)
    assert found["no-such-tool"] is None


def test_the_clocks_are_read(call) -> None:
    """Nanoseconds of three clocks; the machine was not off since it booted."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    found = call("now")
    assert found["monotonic"] >= before - 1000
    assert found["boottime"] >= found["monotonic"] - 1000
    assert found["realtime"] > 1_600_000_000 * 10**9


def test_links_and_folders_are_listed(call, tmp_path: Path) -> None:
    """Where links point, null where there is none; names sorted."""
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "a").touch()
    assert call("readlink", f"{tmp_path}/link", f"{tmp_path}/none") == {
        f"{tmp_path}/link": "there",
        f"{tmp_path}/none": None,
    }
    assert call("listdir", str(tmp_path)) == ["a", "link"]


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("no_such_call", [], "unsupported"),
        ("statvfs", ["/no/such"], "absent"),
        ("statvfs", [], "failed"),
        ("listdir", ["/etc/passwd"], "absent"),
    ],
)
def test_what_goes_wrong_has_a_cause(agent, cause, name: str, arguments: list[str], expected: str) -> None:
    """Errors of the kernel and of the asker are mapped to causes."""
    assert cause(agent.answer(ask="call", name=name, arguments=arguments)) == expected


def test_a_call_without_privileges_is_denied(agent_as, cause, tmp_path: Path) -> None:
    """Another user's folder can't be listed."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    tmp_path.chmod(0o700)
    nobody = agent_as("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert cause(nobody.answer(ask="call", name="listdir", arguments=[str(tmp_path)])) == "denied"
