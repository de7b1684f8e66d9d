"""Root directories as targets: what files tell is learnt, what only a running system tells is unknown and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.builtin import BUILTIN
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import decode_snapshot, encode_snapshot
from hostproof.facts.requests import SECOND, FactRequest, FileSource, Reader, RunSource
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.types import COUNT
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import ProblemError

LONG = 60 * SECOND
KEPT = ("os-release", "passwd", "group", "nsswitch.conf", "resolv.conf", "hosts")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small root directory made of files of this machine, with a shell, a count and hostile links."""
    top = tmp_path_factory.mktemp("root")
    (top / "etc").mkdir()
    for name in KEPT:
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), top / "etc" / name)
    (top / "etc" / "os-release").write_text('NAME=Toy\nPRETTY_NAME="Toy 7"\nID=toy\n')
    (top / "etc" / "count").write_text("17\n")
    (top / "etc" / "leak").symlink_to(f"{'../' * 20}proc/uptime")
    (top / "etc" / "machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    copy_program(top, "/bin/sh")
    return top


def copy_program(top: Path, program: str) -> None:
    """Copy a program and the libraries it is linked with."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for path in [program, *(word for word in said.split() if word.startswith("/"))]:
        place = top / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def everything() -> list[FactRequest]:
    """Return a request for every built-in fact, and for facts of a pack."""
    requests = [FactRequest(row.name) for row in BUILTIN if not row.family]
    requests += [FactRequest("sysctl.net.core.somaxconn"), FactRequest("kernel.config.CONFIG_NET")]
    requests.append(FactRequest("p:count", FileSource("/etc/count"), Reader("number"), COUNT))
    requests.append(FactRequest("p:leak", FileSource("/etc/leak")))
    requests.append(FactRequest("p:root", RunSource(shell="read n < /etc/count; echo $n"), Reader("number"), COUNT))
    return requests


def taken(root: Path, *, chroot: bool = False) -> Snapshot:
    """Return a snapshot of everything."""
    return collect(everything(), parse_target(f"root:{root}", chroot=chroot), LONG)


def unknown(snapshot: Snapshot, name: str) -> Unknown:
    """Return why a fact is unknown."""
    found = snapshot.get(name)
    assert isinstance(found, Unknown), found
    return found


def test_configuration_is_learnt_and_nothing_of_this_machine(root: Path) -> None:
    """Every known fact belongs to the files, but for how the run was made; the others say that nothing runs there."""
    found = taken(root)
    assert found.get("os.name") == "Toy 7"
    assert found.get("p:count") == 17
    owners = {name: found.facts[name].owner for name in found.values}
    assert {name for name, owner in owners.items() if owner is not Owner.FILES} == {"run.effort", "run.redacted"}
    probes = [name for name in found.facts if name.startswith("probe.")]
    assert probes
    for name in ("kernel.release", "sysctl.net.core.somaxconn", "host.name", "p:leak", *probes):
        assert unknown(found, name).cause is Cause.NOT_RUNNING, name
    host = found.host
    assert {host.kernel, host.arch, host.name, host.cpu, host.cgroup} == {""}
    assert found.host.distribution == "Toy 7"
    assert found.host.machine_id


def test_its_programs_are_not_run_unasked(root: Path) -> None:
    """A command is unknown, and the cure names the option."""
    why = unknown(taken(root), "p:root")
    assert why.cause is Cause.NOT_RUNNING
    assert "--chroot" in why.cure


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_with_chroot_its_programs_are_run_inside(root: Path) -> None:
    """The command sees the root directory as /; facts of the kernel stay unknown."""
    found = taken(root, chroot=True)
    assert found.get("p:root") == 17
    assert unknown(found, "kernel.release").cause is Cause.NOT_RUNNING


def test_a_snapshot_of_a_root_can_be_kept(root: Path) -> None:
    """Its causes pass through the file format."""
    found = taken(root)
    assert dict(decode_snapshot(encode_snapshot(found), "s").unknown) == dict(found.unknown)


@pytest.mark.parametrize("place", ["", "/no/such/folder", "/etc/passwd"])
def test_what_is_no_folder_is_refused(place: str) -> None:
    """Before anything is collected."""
    with pytest.raises(ProblemError) as caught:
        parse_target(f"root:{place}")
    assert [problem.code for problem in caught.value.problems] == ["HP-E514"]
