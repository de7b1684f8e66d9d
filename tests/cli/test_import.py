"""`hostproof import`: captures made without hostproof become snapshots."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from hostproof.facts.codec import read_snapshot
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.unknown import Cause

from .conftest import Told

SYSCTLS = "vm.swappiness = 10\nnet.core.somaxconn = 4096\nkernel.osrelease = 6.1.0\n"
CONFIG = "CONFIG_SECCOMP=y\n# CONFIG_XEN is not set\nCONFIG_HZ=250\n"
MEMINFO = "MemTotal:       16384 kB\nMemFree:         1024 kB\nMemAvailable:    2048 kB\n"
PACK = """\
hostproof: 1
pack: seen
title: Seen
facts: {motd: {file: /etc/motd, read: text, gives: string}}
rules:
  - id: a.all
    title: All of it
    severity: low
    assert: >-
      sysctl.vm.swappiness < 60 and kernel.config.CONFIG_SECCOMP == "y" and memory.total > 1KiB and motd == "hi"
      and sysctl.net.core.somaxconn > 1
"""


@pytest.fixture(autouse=True)
def seen(tmp_path: Path) -> None:
    """Write a pack that asks for files, sysctls and options."""
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen/pack.yaml").write_text(PACK)


def imported(told: Told, *sources: str) -> Snapshot:
    """Import and read the snapshot."""
    code, said, warned = told("import", "--pack", "./seen", *sources, "-o", "s.hpsnap")
    assert (code, warned) == (0, ""), said
    return read_snapshot(Path("s.hpsnap"))


def test_sysctls_as_text(told: Told, tmp_path: Path) -> None:
    """The output of `sysctl -a` gives the parameters, typed as on the host; the rest was not collected."""
    (tmp_path / "sysctl.txt").write_text(SYSCTLS)
    taken = imported(told, "sysctl.txt")
    assert taken.values["sysctl.vm.swappiness"] == 10
    assert taken.unknown["memory.total"].cause is Cause.NOT_COLLECTED
    assert (taken.target, taken.host.kernel) == ("import:sysctl.txt", "6.1.0")


@pytest.mark.parametrize("packed", [False, True])
def test_a_kernels_configuration(told: Told, tmp_path: Path, packed: bool) -> None:
    """A kernel's configuration, packed or not, gives its options."""
    (tmp_path / "config").write_bytes(gzip.compress(CONFIG.encode()) if packed else CONFIG.encode())
    assert imported(told, "config").values["kernel.config.CONFIG_SECCOMP"] == "y"


def tree(root: Path) -> None:
    """Write what a sosreport, or a person with cp, leaves."""
    for path, text in {
        "proc/meminfo": MEMINFO,
        "etc/motd": "hi",
        "sos_commands/kernel/sysctl_-a": SYSCTLS,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_a_folder_and_its_tar_say_the_same(told: Told, tmp_path: Path) -> None:
    """A sosreport may stay packed; in both its sysctls count."""
    tree(tmp_path / "sosreport-web")
    with tarfile.open(tmp_path / "sos.tar.xz", "w:xz") as archive:
        archive.add(tmp_path / "sosreport-web", "sosreport-web")
    found = [dict(imported(told, name).values) for name in ("sosreport-web", "sos.tar.xz")]
    assert found[0] == found[1]
    assert found[0]["memory.total"] == 16 * 2**20
    assert found[0]["seen:motd"] == "hi"
    assert found[0]["sysctl.net.core.somaxconn"] == 4096


def test_several_sources_make_one_snapshot(told: Told, tmp_path: Path) -> None:
    """What one lacks another may have, and all of it is judged like any snapshot."""
    tree(tmp_path / "web")
    (tmp_path / "config").write_text(CONFIG)
    imported(told, "web", "config")
    code, said, _ = told("eval", "--pack", "./seen", "s.hpsnap", "-f", "json")
    assert (code, json.loads(said)["counts"]["pass"]) == (0, 1)


def test_no_link_leads_out(told: Told, tmp_path: Path) -> None:
    """A link out of a folder, and a member of a tar that climbs, are not followed."""
    (tmp_path / "secret").write_text("root:x")
    tree(tmp_path / "web")
    (tmp_path / "web/etc/motd").unlink()
    (tmp_path / "web/etc/motd").symlink_to(tmp_path / "secret")
    assert imported(told, "web").unknown["seen:motd"].cause is Cause.NOT_COLLECTED
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        for name in ("x/proc/meminfo", "x/../etc/motd"):
            member = tarfile.TarInfo(name)
            member.size = len(MEMINFO)
            archive.addfile(member, io.BytesIO(MEMINFO.encode()))
    assert imported(told, "evil.tar").unknown["seen:motd"].cause is Cause.NOT_COLLECTED


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"hello", b"\x1f\x8bbroken", b"\xfd7zXZ\x00cut"])
def test_what_cannot_be_imported(told: Told, tmp_path: Path, content: bytes) -> None:
    """Anything else is refused, and no snapshot is written."""
    (tmp_path / "x").write_bytes(content)
    (tmp_path / "empty").mkdir()
    for source in ("x", "empty", "missing"):
        code, _, warned = told("import", "--pack", "./seen", source, "-o", "s.hpsnap")
        assert (code, "HP-E516" in warned) == (2, True), warned
    assert not (tmp_path / "s.hpsnap").exists()
