"""Faults by Landlock: a sandbox that forbids single kinds of access."""

from __future__ import annotations

import sys
from pathlib import Path

from faults.fault import Fault

INJECTOR = str(Path(__file__).parent / "inject" / "landlock.py")
CONNECT = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
try:
    socket.create_connection(listener.getsockname())
except PermissionError:
    raise SystemExit(0)
raise SystemExit(1)
"""
BIND = """
import socket
try:
    socket.socket(socket.AF_UNIX).bind("socket")
except PermissionError:
    raise SystemExit(0)
raise SystemExit(1)
"""

TALKING = (  # what can't be told without a connection
    *("tcp.backlog", "tcp.backlog-limit", "tcp.connections", "tcp.errors", "tcp.rebind", "tcp.refused"),
    *("tcp.retransmitted", "tcp.reuseport", "tcp.small-writes"),
)


def forbidding(*kinds: str) -> tuple[str, ...]:
    """Return the words for a Landlock domain without some kinds of access."""
    return (sys.executable, INJECTOR, ",".join(kinds), "--")


FAULTS = (
    Fault(
        id="landlock.tcp",
        title="a sandbox forbids outgoing TCP connections",
        how="Landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP handled, without a rule",
        prefix=forbidding("connect-tcp"),
        took=("python3", "-c", CONNECT),
        red={"tcp.ipv4", "tcp.ipv6"},
        unknown=dict.fromkeys(TALKING, "failed"),
        says={"tcp.ipv4": "connect: EACCES"},
        areas=("tcp", "syscalls", "denials"),
        needs=("python3", "landlock:4"),
    ),
    Fault(
        id="landlock.sockets",
        title="a sandbox forbids Unix sockets in the file system",
        how="Landlock: LANDLOCK_ACCESS_FS_MAKE_SOCK handled, without a rule",
        prefix=forbidding("make-socket"),
        took=(
            "sh",
            "-c",
            'cd "$(mktemp -d)" && "$@"; status=$?; rm -rf "$PWD"; exit $status',
            "sh",
            "python3",
            "-c",
            BIND,
        ),
        red={"unix.paths"},
        unknown=dict.fromkeys(("unix.path-length", "unix.rights", "unix.stale"), "failed"),
        says={"unix.paths": "bind: EACCES"},
        areas=("unix", "syscalls", "denials"),
        needs=("python3", "landlock:1"),
    ),
)
