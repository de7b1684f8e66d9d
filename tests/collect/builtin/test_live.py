"""This very machine through the real agent, as it is and with faults injected; what may not be injected is skipped."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.fits import fits
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.snapshot import Snapshot, Value

from .conftest import NAMES

LEARN = """
import json, sys
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.requests import SECOND, FactRequest
found = collect([FactRequest(name) for name in sys.argv[1:]], parse_target("local"), 30 * SECOND)
unknown = {name: [str(why.cause), why.cure] for name, why in found.unknown.items()}
print(json.dumps({**found.values, **unknown}))
"""


def learn(names: list[str], *wrapper: str, **environ: str) -> dict[str, Value]:
    """Learn facts in a process that a wrapper starts; an Unknown is a list of its cause and cure."""
    command = [*wrapper, sys.executable, "-c", LEARN, *names]
    run = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environ}, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Value] = json.loads(run.stdout)
    return found


def need(*command: str) -> None:
    """Skip a test where a command can't be run."""
    if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"{' '.join(command)} is not possible here")


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Every built-in fact of this machine."""
    return collect([FactRequest(name) for name in sorted(NAMES)], parse_target("local"), 60 * SECOND)


def test_every_fact_has_a_value_or_a_reason(snapshot: Snapshot) -> None:
    """Each wanted fact is known and of its type, or Unknown with cause, detail and cure."""
    assert snapshot.facts.keys() >= NAMES
    for name in NAMES:
        if name in snapshot.values:
            assert fits(snapshot.values[name], snapshot.facts[name].type), name
        else:
            why = snapshot.unknown[name]
            assert why.detail, name
            assert why.cure, name
            assert "report this" not in why.cure, why


def test_facts_agree_with_what_python_sees(snapshot: Snapshot) -> None:
    """Independent readings give the same."""
    wanted: dict[str, Value] = {
        "kernel.release": os.uname().release,
        "kernel.arch": os.uname().machine,
        "host.name": os.uname().nodename,
        "cpu.usable": len(os.sched_getaffinity(0)),
        "process.uid": os.geteuid(),
        "tools.git": shutil.which("git"),
        "tools.dig": shutil.which("dig"),
        "entropy.ready": True,
    }
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted |= {"limits.nofile.soft": soft, "limits.nofile.hard": hard}
    assert {name: snapshot.values[name] for name in wanted} == wanted


def test_limits_are_those_of_the_process() -> None:
    """A lowered limit shows."""
    need("prlimit", "--nofile=200:300", "true")
    names = ["limits.nofile.soft", "limits.nofile.hard", "limits.core.soft"]
    found = learn(names, "prlimit", "--nofile=200:300", "--core=4096:8192")
    assert [found[name] for name in names] == [200, 300, 4096]


def test_affinity_is_that_of_the_process() -> None:
    """A process pinned to one processor may use one."""
    processor = str(min(os.sched_getaffinity(0)))
    need("taskset", "-c", processor, "true")
    assert learn(["cpu.usable"], "taskset", "-c", processor)["cpu.usable"] == 1


def test_no_new_privileges_shows() -> None:
    """The flag is that of the process."""
    need("setpriv", "--no-new-privs", "true")
    assert learn(["process.no_new_privileges"], "setpriv", "--no-new-privs")["process.no_new_privileges"] is True


def test_a_network_namespace_without_loopback() -> None:
    """In a new network namespace lo is down, and nothing can be reached over it."""
    need("unshare", "-n", "true")
    found = learn(["net.loopback.up", "net.ipv6", "net.interfaces"], "unshare", "-n")
    assert found["net.loopback.up"] is False
    assert found["net.ipv6"] is False
    interfaces = found["net.interfaces"]
    assert isinstance(interfaces, list)
    assert {"name": "lo", "state": "down", "loopback": True, "mtu": 65536, "mac": None} in interfaces


def test_a_pid_namespace_is_one_sign_of_a_container() -> None:
    """Its sign shows; more of the machine's own may be there."""
    need("unshare", "-p", "-f", "--mount-proc", "true")
    found = learn(["container.markers"], "unshare", "-p", "-f", "--mount-proc")["container.markers"]
    assert isinstance(found, list)
    assert "namespace:pid" in found


@pytest.mark.parametrize(
    ("options", "writable", "executable"), [("rw", True, True), ("noexec", True, False), ("ro,noexec", False, False)]
)
def test_the_temporary_folder_is_tried(options: str, writable: bool, executable: bool, tmp_path: Path) -> None:
    """A mount that refuses writing or running is found out by trying, and its options tell why."""
    need("unshare", "-m", "true")
    script = 'mount -t tmpfs -o "$0" hostproof "$TMPDIR" && exec "$@"'
    names = ["temp.path", "temp.writable", "temp.executable", "temp.options"]
    found = learn(names, "unshare", "-m", "sh", "-c", script, options, TMPDIR=str(tmp_path))
    assert [found[name] for name in names[:3]] == [str(tmp_path), writable, executable]
    listed = found["temp.options"]
    assert isinstance(listed, list)
    assert set(options.split(",")) <= set(listed)


def test_without_sys_the_clock_is_unknown() -> None:
    """A covered /sys makes facts Unknown, never a value, and the cure says what is missing."""
    need("unshare", "-m", "true")
    script = 'mount -t tmpfs hostproof /sys && exec "$0" "$@"'
    found = learn(["clock.source", "cpu.online", "cpu.governors"], "unshare", "-m", "sh", "-c", script)
    assert [found[name] for name in ("clock.source", "cpu.online", "cpu.governors")] == [["absent", "mount /sys"]] * 3


@pytest.fixture
def nested_groups() -> Iterator[Path]:
    """Give groups of cgroup v1, limits on the parent only: each controller's `hostproof-test/inner`."""
    top = Path("/sys/fs/cgroup")
    limits = {"pids/pids.max": "40", "cpu/cpu.cfs_quota_us": "30000", "memory/memory.limit_in_bytes": "1073741824"}
    name = f"hostproof-test-{os.getpid()}"
    made = [top / file.split("/")[0] / name / "inner" for file in limits]
    try:
        for group, (file, limit) in zip(made, limits.items(), strict=True):
            group.mkdir(parents=True)
            (group.parent / file.split("/")[1]).write_text(limit)
    except OSError as problem:
        remove(made)
        pytest.skip(f"no groups of cgroup v1 can be made here: {problem}")
    yield Path(name, "inner")
    remove(made)


def remove(groups: list[Path]) -> None:
    """Remove groups and their parents."""
    for group in groups:
        for folder in (group, group.parent):
            if folder.is_dir():
                folder.rmdir()


def test_limits_of_ancestors_count(nested_groups: Path) -> None:
    """A group without limits of its own has those of its parent."""
    join = 'for part in pids cpu memory; do echo $$ > "/sys/fs/cgroup/$part/$0/cgroup.procs"; done; exec "$@"'
    names = ["cgroup.pids.limit", "cgroup.memory.limit", "cgroup.cpu.quota", "cgroup.path"]
    found = learn(names, "sh", "-c", join, str(nested_groups))
    assert [found[name] for name in names] == [40, 1073741824, 0.3, f"/{nested_groups}"]
