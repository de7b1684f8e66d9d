"""Faults of looking names up: files that say otherwise, servers that are not there or never answer, refused calls."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault
from faults.inject.prefixes import mounts, network, seccomp
from faults.net import LOOPBACK

SETTINGS = "/etc/resolv.conf"
AN_INTERFACE = ("ip link add name hp0 type veth peer name hp1", "ip link set hp0 up", "ip link set hp1 up")
# A name server that takes questions and never answers, until whoever started it has gone.
SILENT = """
import os, select, socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
parent = os.getppid()
os.write(1, b"bound")
os.close(1)
while os.getppid() == parent:
    select.select([], [], [], 0.1)
"""
SENDMMSG = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
raise SystemExit(not (libc.sendmmsg(-1, None, 0, 0) == -1 and ctypes.get_errno() == 1))
"""
POLL = """
import errno, select
try:
    select.poll().poll(1000)
except OSError as problem:
    raise SystemExit(problem.errno != errno.EIO)
raise SystemExit(1)
"""


def written(path: str, *lines: str) -> tuple[str, ...]:
    """Return the words under which a file of the machine holds these lines instead."""
    text = shlex.quote("".join(f"{line}\n" for line in lines))
    return mounts(
        "mount -t tmpfs tmpfs /mnt", f"printf %s {text} > /mnt/file", f"mount --bind /mnt/file {path}", "umount -l /mnt"
    )


def says(path: str, line: str) -> tuple[str, ...]:
    """Return the words that succeed if a file has this line."""
    return ("grep", "-qx", line, path)


@contextmanager
def silent_server(folder: Path) -> Iterator[tuple[str, ...]]:
    """Set up words that start a silent name server beside the command, in a network namespace of both."""
    script = folder / "silent.py"
    script.write_text(SILENT, "utf-8")
    start = f"(exec {sys.executable} {script} > {folder}/bound) & until [ -s {folder}/bound ]; do sleep 0.02; done"
    yield (*network(), "sh", "-c", f'{start}; exec "$@"', "sh")


FAULTS = (
    Fault(
        id="dns.no-localhost",
        title="the hosts file has no localhost",
        how="another file mounted over /etc/hosts",
        prefix=written("/etc/hosts", "192.0.2.7 somebody"),
        took=("sh", "-c", "! grep -q localhost /etc/hosts"),
        red={"dns.localhost-lookup"},
        says={"dns.localhost-lookup": "localhost nothing"},
        needs=("mntns", "/etc/hosts"),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.foreign-localhost",
        title="localhost is another machine",
        how="another file mounted over /etc/hosts",
        prefix=written("/etc/hosts", "192.0.2.7 localhost"),
        took=says("/etc/hosts", "192.0.2.7 localhost"),
        red={"dns.localhost-lookup"},
        says={"dns.localhost-lookup": "192.0.2.7"},
        needs=("mntns", "/etc/hosts"),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.no-files",
        title="nsswitch.conf leaves the hosts file out",
        how="another file mounted over /etc/nsswitch.conf: `hosts: dns`",
        prefix=written("/etc/nsswitch.conf", "passwd: files", "hosts: dns"),
        took=says("/etc/nsswitch.conf", "hosts: dns"),
        red={"dns.hosts-file", "dns.hosts-first", "dns.localhost-lookup"},
        says={"dns.hosts-file": "localhost"},
        needs=("mntns", "/etc/nsswitch.conf"),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.servers-first",
        title="name servers are asked before the hosts file",
        how="another file mounted over /etc/nsswitch.conf: `hosts: dns files`",
        prefix=written("/etc/nsswitch.conf", "passwd: files", "hosts: dns files"),
        took=says("/etc/nsswitch.conf", "hosts: dns files"),
        red={"dns.hosts-first"},
        needs=("mntns", "/etc/nsswitch.conf"),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.files-alone",
        title="nsswitch.conf leaves name servers out",
        how="another file mounted over /etc/nsswitch.conf: `hosts: files`",
        prefix=written("/etc/nsswitch.conf", "passwd: files", "hosts: files"),
        took=says("/etc/nsswitch.conf", "hosts: files"),
        red={"dns.server-asked"},
        unknown={"dns.tcp-fallback": "inconclusive", "dns.first-address": "inconclusive"},
        needs=("mntns", "/etc/nsswitch.conf"),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.no-settings",
        title="resolv.conf is empty",
        how="/dev/null mounted over /etc/resolv.conf, in a network namespace with an interface: glibc asks 127.0.0.1",
        prefix=(*network(*AN_INTERFACE), *mounts(f"mount --bind /dev/null {SETTINGS}")),
        took=("sh", "-c", f"! grep -q . {SETTINGS}"),
        red={"dns.servers-reachable"},
        says={"dns.servers-reachable": "127.0.0.1 ECONNREFUSED"},
        needs=("mntns", "netns", "ip", SETTINGS),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.no-route",
        title="there is no route to the name server",
        how="a network namespace with an interface and no route; resolv.conf names 192.0.2.53",
        prefix=(*network(*AN_INTERFACE), *written(SETTINGS, "nameserver 192.0.2.53")),
        took=says(SETTINGS, "nameserver 192.0.2.53"),
        red={"dns.servers-reachable"},
        says={"dns.servers-reachable": "192.0.2.53 ENETUNREACH"},
        needs=("mntns", "netns", "ip", SETTINGS),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.long-waits",
        title="a name server is waited for for two and a half minutes",
        how="RES_OPTIONS=timeout:30 attempts:5",
        prefix=("env", "RES_OPTIONS=timeout:30 attempts:5"),
        took=("sh", "-c", 'test "$RES_OPTIONS" = "timeout:30 attempts:5"'),
        red={"dns.longest-wait"},
        says={"dns.longest-wait": "30s x 5 attempts"},
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.silent-server",
        title="the name server never answers, and localhost has to be asked of it",
        how="a socket bound to 127.0.0.1:53 that nobody reads, in a network namespace; resolv.conf names it,"
        " nsswitch.conf nothing else",
        setup=silent_server,
        prefix=(
            *written(SETTINGS, "nameserver 127.0.0.1", "options timeout:1 attempts:1"),
            *written("/etc/nsswitch.conf", "hosts: dns"),
        ),
        took=("sh", "-c", f"grep -q 127.0.0.1 {SETTINGS} && ss -Huln | grep -q 127.0.0.1:53"),
        red={"dns.lookup", "dns.hosts-file", "dns.hosts-first", "dns.localhost-lookup"},
        says={"dns.lookup": "EAI_AGAIN after 1"},
        params={"lookup": "localhost"},
        needs=("mntns", "netns", "ip", "ss", SETTINGS),
        areas=("dns", "http", "tls"),
    ),
    Fault(
        id="dns.no-sendmmsg",
        title="sendmmsg(2) is refused",
        how="seccomp: EPERM for sendmmsg",
        prefix=seccomp("EPERM", "sendmmsg"),
        took=("python3", "-c", SENDMMSG),
        red={"dns.server-asked"},
        unknown={"dns.tcp-fallback": "inconclusive", "dns.first-address": "inconclusive"},
        needs=("python3",),
    ),
    Fault(
        id="dns.no-datagrams",
        title="the firewall drops UDP between the machine and itself",
        how="iptables -p udp -j DROP, in a network namespace",
        prefix=network("iptables-legacy -A INPUT -i lo -p udp -j DROP"),
        took=("sh", "-c", "iptables-legacy -S INPUT | grep -q -- '-p udp -j DROP'"),
        red={"dns.server-asked", "udp.ipv4"},
        unknown={
            "dns.tcp-fallback": "inconclusive",
            "dns.first-address": "inconclusive",
            "udp.lost": "failed",
            "udp.refused": "failed",
            "udp.buffer": "failed",
            "udp.largest": "failed",
        },
        may_be_unknown={"dns.localhost-lookup"},  # where the hosts file has no ::1, a server is asked
        needs=("netns", "ip", "iptables-legacy"),
        areas=LOOPBACK,
    ),
    Fault(
        id="dns.no-waiting",
        title="poll(2) refuses to wait for a second",
        how="seccomp: EIO for poll with a time-out of 1 s",
        prefix=seccomp("EIO", "poll:2=1000"),
        took=("python3", "-c", POLL),
        red={"dns.gives-up", "dns.second-try"},
        # Whatever else happens to wait for just a second.
        may_be_red={"files.notice", "signals.descriptor", "syscalls.works"},
        needs=("python3",),
        quick=False,
    ),
)
