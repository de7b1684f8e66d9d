"""Faults that Unix sockets notice: folders in which they have no place, filters that refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault
from faults.inject.prefixes import seccomp

KEPT = (
    "import socket\nend = socket.socketpair()[0]\nend.setsockopt(1, {0}, 1)\nraise SystemExit(end.getsockopt(1, {0}))"
)
REFUSED = "import socket\ntry:\n {}\nexcept PermissionError:\n raise SystemExit(0)\nraise SystemExit(1)"
# What needs a folder and finds none, or none that takes a socket.
PATHS = ("unix.path-length", "unix.paths", "unix.rights", "unix.stale")
# Areas with faults of their own, that need a place for files as well.
FILES = {
    "files.allocate",
    "files.case",
    "files.copy",
    "files.direct",
    "files.durable",
    "files.flock",
    "files.fsync",
    "files.fsync-time",
    "files.links",
    "files.mapped",
    "files.notice",
    "files.ofd-lock",
    "files.rename",
    "files.room",
    "files.run",
    "files.tmpfile",
    "tls.resumption",
    "tls.timeout",
    "tls.tls12",
    "tls.tls13",
    "tls.verification",
}


@contextmanager
def long_folder(folder: Path) -> Iterator[tuple[str, ...]]:
    """Make a folder for temporary files whose path has 100 bytes and more."""
    deep = folder / ("deep" * 25)
    deep.mkdir()
    yield ("env", f"TMPDIR={deep}")


@contextmanager
def no_inodes(folder: Path) -> Iterator[tuple[str, ...]]:
    """Give the words for a folder for temporary files that has room for one more file or folder."""
    mount = f'mount -t tmpfs -o nr_inodes=2 tmpfs "{folder}"; export TMPDIR="{folder}"; exec "$@"'
    yield ("unshare", "--mount", "--propagation", "private", "sh", "-ec", mount, "sh")


def refused(call: str) -> tuple[str, ...]:
    """Return the command that succeeds if a call of Python ends with EPERM."""
    return ("python3", "-c", REFUSED.format(call))


FAULTS = (
    Fault(
        id="unix.long-folder",
        title="the path of the folder for temporary files is too long for sockets",
        how="TMPDIR with more than 107 bytes",
        setup=long_folder,
        took=("sh", "-c", "test ${#TMPDIR} -gt 107 && test -w $TMPDIR"),
        red={"unix.path-room"},
        says={"unix.path-room": "leaves 0 bytes"},
    ),
    Fault(
        id="unix.no-inodes",
        title="the folder for temporary files has no inode left for a socket",
        how="a tmpfs with nr_inodes = 2 at TMPDIR, in a mount namespace",
        setup=no_inodes,
        took=("sh", "-c", "mkdir $TMPDIR/a && ! mkdir $TMPDIR/b 2>/dev/null; rmdir $TMPDIR/a"),
        red={"unix.paths"},
        unknown={"unix.rights": "failed", "unix.stale": "failed", "unix.path-length": "failed"},
        may_be_unknown=FILES,
        may_be_red={"files.room"},
        says={"unix.paths": "bind: ENOSPC"},
        needs=("mntns",),
    ),
    Fault(
        id="unix.no-folder",
        title="the folder for temporary files is not there",
        how="TMPDIR=/nowhere",
        prefix=("env", "TMPDIR=/nowhere"),
        took=("sh", "-c", 'test "$TMPDIR" = /nowhere && ! test -e /nowhere'),
        unknown=dict.fromkeys(PATHS, "absent"),
        may_be_unknown=FILES,
        may_be_red={"files.room"},
    ),
    Fault(
        id="unix.no-sockets",
        title="a sandbox allows no Unix sockets",
        how="seccomp: EPERM for socket of the family 1 (AF_UNIX)",
        prefix=seccomp("EPERM", "socket:0=1"),
        took=refused("socket.socket(socket.AF_UNIX)"),
        red={"unix.paths", "unix.abstract", "unix.credentials"},
        unknown={"unix.rights": "failed", "unix.stale": "failed", "unix.path-length": "failed"},
        says={"unix.paths": "stream socket: EPERM"},
    ),
    Fault(
        id="unix.no-seqpacket",
        title="a sandbox allows no seqpacket sockets",
        how="seccomp: EPERM for socket of the type SOCK_SEQPACKET | SOCK_CLOEXEC",
        prefix=seccomp("EPERM", "socket:1=0x80005"),
        took=refused("socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)"),
        red={"unix.paths", "unix.abstract"},
        says={"unix.paths": "seqpacket socket: EPERM", "unix.abstract": "seqpacket socket: EPERM"},
    ),
    Fault(
        id="unix.no-passing",
        title="a sandbox refuses messages with descriptors",
        how="seccomp: EPERM for sendmsg",
        prefix=seccomp("EPERM", "sendmsg"),
        took=refused("socket.socketpair()[0].sendmsg([b'x'])"),
        red={"unix.descriptors"},
        says={"unix.descriptors": "sendmsg: EPERM"},
    ),
    Fault(
        id="unix.no-credentials",
        title="a sandbox only pretends to pass credentials on",
        how="seccomp: setsockopt of the option 16 (SO_PASSCRED) does nothing and says it did",
        prefix=seccomp("lie", "setsockopt:2=16"),
        took=(
            "python3",
            "-c",
            KEPT.format(16),
        ),
        red={"unix.credentials"},
        says={"unix.credentials": "SCM_CREDENTIALS"},
    ),
)
