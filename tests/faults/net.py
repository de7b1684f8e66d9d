"""Faults of the network that TCP and UDP over the loopback notice: namespaces, sysctls, firewalls, queues, filters."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import limits, network, seccomp

TABLE = "nft add table inet fault"
INPUT = "nft add chain inet fault input '{ type filter hook input priority 0; }'"
EARLY = "nft add chain inet fault early '{ type filter hook prerouting priority -500; }'"
LISTED = ("sh", "-c", "nft list table inet fault | grep -q drop")
FIREWALL = ("netns", "ip", "nft")


def firewall(rule: str) -> tuple[str, ...]:
    """Return the words for a network namespace in which packets that come in meet a rule of nft."""
    return network(TABLE, INPUT, f"nft add rule inet fault input {rule}")


def python(text: str) -> tuple[str, ...]:
    """Return the command for a small program."""
    return ("python3", "-c", "import errno, socket\n" + text)


REFUSED = "try:\n {}\nexcept OSError as problem:\n raise SystemExit(problem.errno != errno.{})\nraise SystemExit(1)"

# What needs a connection, and what needs a datagram: unknown where there is none at all.
TCP = {
    "tcp.backlog": "failed",
    "tcp.backlog-limit": "failed",
    "tcp.connections": "failed",
    "tcp.errors": "failed",
    "tcp.rebind": "failed",
    "tcp.refused": "failed",
    "tcp.retransmitted": "failed",
    "tcp.reuseport": "failed",
    "tcp.small-writes": "failed",
}
UDP = {"udp.buffer": "failed", "udp.largest": "failed", "udp.lost": "failed", "udp.refused": "failed"}
# Areas with faults of their own, built on the loopback; how they say that it doesn't work is theirs.
OTHERS = {
    "dns.first-address",
    "dns.localhost-lookup",
    "dns.server-asked",
    "dns.tcp-fallback",
    "http.closed-noticed",
    "http.connect-timeout",
    "http.large-body",
    "http.read-timeout",
    "http.reuse",
    "http.together",
    "tls.resumption",
    "tls.timeout",
    "tls.tls12",
    "tls.tls13",
    "tls.verification",
}

# What talks over the loopback; a network namespace is nothing to the others.
LOOPBACK = ("tcp", "udp", "unix", "http", "tls", "dns", "syscalls")

FAULTS = (
    Fault(
        id="net.lo-down",
        title="the loopback is down",
        how="a new network namespace",
        prefix=network(loopback=False),
        took=("sh", "-c", "ip link show lo | grep -q DOWN"),
        red={"tcp.ipv4", "tcp.ipv6", "udp.ipv4"},
        unknown={**TCP, **UDP, "tcp.queue": "absent"},
        says={"tcp.ipv4": "ENETUNREACH"},
        may_be_unknown=OTHERS,
        may_be_red={"dns.server-asked"},  # no server can be asked, and the rule says so
        needs=("netns", "ip"),
        areas=LOOPBACK,
    ),
    Fault(
        id="net.no-ipv6",
        title="IPv6 is switched off",
        how="a network namespace with net.ipv6.conf.{all,lo}.disable_ipv6 = 1",
        prefix=network("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.lo.disable_ipv6=1"),
        took=("sh", "-c", "! ip -6 addr show lo | grep -q ::1"),
        red={"tcp.ipv6"},
        says={"tcp.ipv6": "EADDRNOTAVAIL"},
        needs=("netns", "ip", "sysctl:net.ipv6.conf.lo.disable_ipv6"),
        areas=LOOPBACK,
    ),
    Fault(
        id="net.somaxconn",
        title="the kernel cuts listen backlogs to 8",
        how="a network namespace with net.core.somaxconn = 8",
        prefix=network("sysctl -qw net.core.somaxconn=8"),
        took=("grep", "-qx", "8", "/proc/sys/net/core/somaxconn"),
        red={"tcp.backlog", "tcp.backlog-limit"},
        says={"tcp.backlog": "held 9"},
        needs=("netns", "ip"),
        areas=LOOPBACK,
    ),
    Fault(
        id="net.few-ports",
        title="there are 100 ports for outgoing connections",
        how="a network namespace with net.ipv4.ip_local_port_range = 40000 40099",
        prefix=network("sysctl -qw net.ipv4.ip_local_port_range='40000 40099'"),
        took=("grep", "-q", "40099", "/proc/sys/net/ipv4/ip_local_port_range"),
        red={"tcp.connections"},
        unknown={"tcp.backlog": "failed"},
        says={"tcp.connections": "EADDRNOTAVAIL", "tcp.backlog": "EADDRNOTAVAIL"},
        needs=("netns", "ip"),
        areas=LOOPBACK,
    ),
    Fault(
        id="net.no-syn",
        title="the firewall drops every new connection",
        how="nft: tcp flags syn drop, in a network namespace",
        prefix=firewall("'tcp flags & (syn | ack) == syn' drop"),
        took=LISTED,
        red={"tcp.ipv4", "tcp.ipv6"},
        unknown=TCP,
        says={"tcp.ipv4": "connect: ETIMEDOUT"},
        may_be_unknown=OTHERS,
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.no-refusals",
        title="the firewall drops refusals of connections",
        how="nft: tcp flags rst ack drop, in a network namespace",
        prefix=firewall("'tcp flags & (rst | ack) == (rst | ack) tcp sequence 0' drop"),
        took=LISTED,
        red={"tcp.refused"},
        says={"tcp.refused": "ETIMEDOUT"},
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.no-icmp",
        title="the firewall drops ICMP",
        how="nft: meta l4proto icmp drop, in a network namespace",
        prefix=firewall("meta l4proto '{ icmp, ipv6-icmp }' drop"),
        took=LISTED,
        red={"udp.refused"},
        says={"udp.refused": "ETIMEDOUT"},
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.udp-lost",
        title="every fifth datagram is lost",
        how="nft: numgen inc mod 5 drop, for UDP, in a network namespace",
        prefix=firewall("meta l4proto udp numgen inc mod 5 0 drop"),
        took=LISTED,
        red={"udp.lost"},
        may_be_unknown=OTHERS,  # questions to a name server are lost as well
        may_be_red=OTHERS,
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.tcp-lost",
        title="every tenth segment is lost",
        how="nft: numgen inc mod 10 drop, for TCP, in a network namespace",
        prefix=firewall("meta l4proto tcp numgen inc mod 10 0 drop"),
        took=LISTED,
        red={"tcp.retransmitted"},
        # one connection in ten waits a second for its SYN: too long for some, by chance
        may_be_unknown={"tcp.connections", "tcp.reuseport", "tcp.small-writes", *OTHERS},
        may_be_red={"tcp.errors", "tcp.backlog", "tcp.small-writes", *OTHERS},
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.shaped",
        title="the loopback is slowed down to 20 Mbit/s",
        how="tc qdisc add dev lo root tbf rate 20mbit, in a network namespace",
        prefix=network("tc qdisc add dev lo root tbf rate 20mbit burst 256kb latency 1s"),
        took=("sh", "-c", "tc qdisc show dev lo | grep -q tbf"),
        red={"tcp.queue"},
        says={"tcp.queue": "tbf"},
        needs=("netns", "ip", "tc"),
        areas=LOOPBACK,
    ),
    Fault(
        id="net.no-fragments",
        title="fragments of packets are lost",
        how="lo with an MTU of 1500, and nft: ip frag-off drop, in a network namespace",
        prefix=network(
            "ip link set lo mtu 1500", TABLE, EARLY, "nft add rule inet fault early 'ip frag-off & 0x1fff' != 0 drop"
        ),
        took=LISTED,
        red={"udp.largest"},
        says={"udp.largest": "1472B"},
        needs=FIREWALL,
        areas=LOOPBACK,
    ),
    Fault(
        id="net.few-files",
        title="a process may have 128 open files",
        how="prlimit --nofile=128:128",
        prefix=limits(nofile="128:128"),
        took=("sh", "-c", 'test "$(ulimit -Hn)" = 128'),
        red={"tcp.connections"},
        unknown={"tcp.backlog": "failed", "unix.descriptors": "failed"},
        says={"tcp.connections": "EMFILE"},
        needs=("prlimit",),
        around="agent",
    ),
    Fault(
        id="net.no-keepalive",
        title="a sandbox refuses to set the time of keep-alive",
        how="seccomp: EPERM for setsockopt of the option 4 (TCP_KEEPIDLE)",
        prefix=seccomp("EPERM", "setsockopt:2=4"),
        took=python(REFUSED.format("socket.socket().setsockopt(6, 4, 1)", "EPERM")),
        red={"tcp.options"},
        says={"tcp.options": "TCP_KEEPIDLE by setsockopt: EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="net.no-reuseport",
        title="a sandbox refuses to share ports",
        how="seccomp: EPERM for setsockopt of the option 15 (SO_REUSEPORT)",
        prefix=seccomp("EPERM", "setsockopt:2=15"),
        took=python(REFUSED.format("socket.socket().setsockopt(1, 15, 1)", "EPERM")),
        unknown={"tcp.reuseport": "denied"},
        needs=("python3",),
    ),
    Fault(
        id="net.no-reuse",
        title="a sandbox only pretends to let servers bind their port again",
        how="seccomp: setsockopt of the option 2 (SO_REUSEADDR) does nothing and says it did",
        prefix=seccomp("lie", "setsockopt:2=2"),
        took=python("end = socket.socket()\nend.setsockopt(1, 2, 1)\nraise SystemExit(end.getsockopt(1, 2))"),
        red={"tcp.rebind", "tcp.options"},
        says={"tcp.rebind": "EADDRINUSE", "tcp.options": "SO_REUSEADDR"},
        needs=("python3",),
    ),
    Fault(
        id="net.small-buffers",
        title="a sandbox only pretends to enlarge receive buffers",
        how="seccomp: setsockopt of the option 8 (SO_RCVBUF) does nothing and says it did",
        prefix=seccomp("lie", "setsockopt:2=8"),
        took=python(
            "end = socket.socket()\nend.setsockopt(1, 8, 5000)\nraise SystemExit(end.getsockopt(1, 8) == 10000)"
        ),
        red={"udp.buffer"},
        needs=("python3",),
    ),
    Fault(
        id="net.no-netlink",
        title="a sandbox allows no netlink sockets",
        how="seccomp: EAFNOSUPPORT for socket of the family 16 (AF_NETLINK), as RestrictAddressFamilies= of systemd",
        prefix=seccomp("EAFNOSUPPORT", "socket:0=16"),
        took=python(REFUSED.format("socket.socket(16, 3)", "EAFNOSUPPORT")),
        unknown={"tcp.queue": "failed"},
        may_be_unknown={
            "dns.servers-reachable"
        },  # only where there are servers of names: they are looked for by interface
        needs=("python3",),
    ),
)
