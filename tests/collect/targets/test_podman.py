"""A real container as a target: made by podman from a folder, looked into from outside, and ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hostproof.facts.codec import read_snapshot
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.unknown import Cause
from sshservers import FETCHED

PODMAN = ("podman", "--cgroup-manager=cgroupfs", "--events-backend=file")
# crun takes no host that mounts control groups of both versions: in a mount namespace of its own it sees one only.
ALONE = ("unshare", "--mount", "sh", "-c", 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"', "sh")
LIMITS = ("--ulimit=nofile=512:1024", "--ulimit=nproc=4096:4096")
OPTIONS = ("--rm", "--network=none", *LIMITS, "--hostname=inside", "--read-only")
FOLDERS = ("usr", "bin", "lib", "lib64")

pytestmark = pytest.mark.xdist_group("podman")  # it keeps its own books of the machine


@pytest.fixture
def name(tmp_path: Path) -> Iterator[str]:
    """Give a container's name; whatever runs by that name is ended, and podman's control groups are removed."""
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("podman is not installed, or this is not root")
    own = f"hostproof-{os.getpid()}-{tmp_path.name[-12:]}".replace("_", "-").rstrip("-")
    yield own
    within(*PODMAN, "rm", "--force", "--time=0", own)
    for folder in Path("/sys/fs/cgroup").glob("*/libpod_parent"):
        for group in sorted((folder, *folder.glob("**/")), reverse=True):
            with suppress(OSError):  # another container's
                group.rmdir()


def within(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command where podman works."""
    return subprocess.run([*ALONE, *words], capture_output=True, text=True, check=False, timeout=60)


def look_into(name: str, root: Path, *mounts: str) -> Snapshot:
    """Start a container of a folder that waits, take a snapshot of it from outside, and return that."""
    for folder in (*FOLDERS, "etc", "proc", "sys", "dev", "tmp", "run"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    podman = [*PODMAN, "run", "--detach", f"--name={name}", *OPTIONS, *mounts, "--rootfs", str(root), "sleep", "60"]
    collect = [sys.executable, "-m", "hostproof", "collect", "--target", f"container:{name}", "-q", "-o"]
    taken = root.parent / "inside.hpsnap"
    both = within("sh", "-c", f'{subprocess.list2cmdline(podman)} && exec "$@"', "sh", *collect, str(taken))
    if "Error:" in both.stderr and not taken.exists():
        pytest.skip(f"podman runs no container here: {both.stderr.strip()[-200:]}")
    assert both.returncode == 0, both.stderr
    return read_snapshot(taken)


def test_a_container_is_seen_from_inside(name: str, tmp_path: Path) -> None:
    """Its name, limits, filter and processes are its own; the kernel is the host's."""
    mounts = [f"--volume=/{folder}:/{folder}:ro" for folder in FOLDERS if Path("/", folder).exists()]
    inside = look_into(name, tmp_path / "root", *mounts)
    assert inside.get("host.name") == "inside"
    assert (inside.get("limits.nofile.soft"), inside.get("limits.nofile.hard")) == (512, 1024)
    assert inside.get("seccomp.mode") == "filter"
    assert inside.get("kernel.release") == os.uname().release


def test_a_container_without_python_gives_files_and_commands(name: str, tmp_path: Path) -> None:
    """Its shell answers in the agent's place; what takes Python is unknown for that reason."""
    busybox = shutil.which("busybox") or str(FETCHED / "bin" / "busybox")
    if not Path(busybox).exists():
        pytest.skip("busybox is neither installed nor fetched: `make sshd` does that on Debian")
    (tmp_path / "root" / "bin").mkdir(parents=True)
    shutil.copy(busybox, tmp_path / "root" / "bin" / "busybox")
    for tool in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if tool != "busybox":
            (tmp_path / "root" / "bin" / tool).symlink_to("busybox")
    inside = look_into(name, tmp_path / "root")
    assert inside.get("host.name") == "inside"
    assert inside.get("limits.nofile.hard") == 1024
    assert Cause.NO_TOOL in {unknown.cause for unknown in inside.unknown.values()}
