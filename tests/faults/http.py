"""Faults that HTTP over loopback notices: limits, and firewall rules that lose some of what TCP needs."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import limits, network, seccomp
from faults.net import LOOPBACK


def rule(text: str) -> str:
    """Return the shell command for a rule of the firewall about what comes in by lo."""
    return f"iptables-legacy -A INPUT -i lo -p tcp {text}"


LISTED = ("sh", "-c", "iptables-legacy -S INPUT | grep -q -- '-i lo -p tcp'")
BIG = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server = listener.accept()[0]
server.settimeout(0.5)
client.send(bytes(60000))
try:
    raise SystemExit(len(server.recv(60000)) == 60000)
except TimeoutError:
    raise SystemExit(0)
"""
POLL = """
import errno, select
try:
    select.poll().poll(23)
except OSError as problem:
    raise SystemExit(problem.errno != errno.EIO)
raise SystemExit(1)
"""

FAULTS = (
    Fault(
        id="http.few-files",
        title="a process may have 48 open files",
        how="prlimit --nofile=48:48",
        prefix=limits(nofile="48:48"),
        took=("sh", "-c", 'test "$(ulimit -Hn)" = 48'),
        red={"http.together", "tcp.connections"},
        unknown={"tcp.backlog": "failed", "unix.descriptors": "failed"},
        says={"http.together": "EMFILE"},
        may_be_unknown={"tcp.reuseport", "tcp.backlog-limit"},  # they need nearly as many
        needs=("prlimit",),
        around="agent",
    ),
    Fault(
        id="http.few-connections",
        title="the firewall allows 32 connections at a time",
        how="iptables -m connlimit --connlimit-above 32 -j REJECT, in a network namespace",
        prefix=network(rule("--syn -m connlimit --connlimit-above 32 -j REJECT --reject-with tcp-reset")),
        took=LISTED,
        red={"http.together", "tcp.connections", "tcp.backlog"},
        says={"http.together": "ECONNREFUSED"},
        may_be_unknown={"tcp.reuseport"},  # where it has more than 32 open
        needs=("netns", "ip", "iptables-legacy"),
        areas=LOOPBACK,
    ),
    Fault(
        id="http.no-end",
        title="the firewall drops what ends a connection",
        how="iptables --tcp-flags FIN FIN and RST RST -j DROP, in a network namespace",
        prefix=network(rule("--tcp-flags FIN FIN -j DROP"), rule("--tcp-flags RST RST -j DROP")),
        took=LISTED,
        red={"http.closed-noticed", "tcp.refused"},
        needs=("netns", "ip", "iptables-legacy"),
        areas=LOOPBACK,
    ),
    Fault(
        id="http.large-packets-lost",
        title="packets above 20 kB are lost without a word",
        how="iptables -m length --length 20000:65535 -j DROP, in a network namespace",
        prefix=network(rule("-m length --length 20000:65535 -j DROP")),
        took=("python3", "-c", BIG),
        red={"http.large-body"},
        needs=("netns", "ip", "iptables-legacy", "python3"),
        areas=LOOPBACK,
    ),
    Fault(
        id="http.no-waiting",
        title="poll(2) refuses to wait for 23 ms",
        how="seccomp: EIO for poll with a time-out of 23 ms",
        prefix=seccomp("EIO", "poll:2=23"),
        took=("python3", "-c", POLL),
        red={"http.read-timeout"},
        unknown={"http.connect-timeout": "inconclusive", "tls.timeout": "failed"},
        says={"http.read-timeout": "EIO", "tls.timeout": "EIO"},
        needs=("python3",),
    ),
)
