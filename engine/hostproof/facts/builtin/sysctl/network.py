"""Typed parameters below net. that are not TCP's.

Sources: Documentation/admin-guide/sysctl/net.rst, Documentation/networking/ip-sysctl.rst and nf_conntrack-sysctl.rst.
A row is `namespace` when each network namespace has its own; the others are the machine's, and often not to be seen
from inside a container.
"""

from __future__ import annotations

from hostproof.facts.builtin.sysctl.tunable import MICROSECOND, SECOND, Tunable
from hostproof.facts.catalog import Owner
from hostproof.facts.types import BYTES, COUNT, DURATION, INT, STRING, Type, list_of

_HOST, _NET = Owner.HOST_KERNEL, Owner.NAMESPACE


def _net(name: str, kind: Type, owner: Owner, meaning: str, scale: int = 1) -> Tunable:
    return Tunable(f"net.{name}", kind, owner, meaning, scale)


_CORE: tuple[Tunable, ...] = (
    _net("core.somaxconn", COUNT, _NET, "Most connections that wait for accept(2), whatever listen(2) asked for"),
    _net("core.netdev_max_backlog", COUNT, _HOST, "Packets that wait for a processor when they come too fast"),
    _net("core.netdev_budget", COUNT, _HOST, "Packets taken from all interfaces in one polling round"),
    _net("core.netdev_budget_usecs", DURATION, _HOST, "Time of one polling round", MICROSECOND),
    _net("core.rmem_max", BYTES, _HOST, "Largest receive buffer a program can ask for"),
    _net("core.wmem_max", BYTES, _HOST, "Largest send buffer a program can ask for"),
    _net("core.rmem_default", BYTES, _HOST, "Receive buffer of a new socket that is not TCP"),
    _net("core.wmem_default", BYTES, _HOST, "Send buffer of a new socket that is not TCP"),
    _net("core.optmem_max", BYTES, _NET, "Room for control data and options of a socket"),
    _net("core.default_qdisc", STRING, _HOST, "Queueing discipline of new interfaces: pfifo_fast, fq_codel, fq"),
    _net(
        "core.busy_poll", DURATION, _HOST, "How long poll and select spin on the driver; 0s is not at all", MICROSECOND
    ),
    _net("core.busy_read", DURATION, _HOST, "How long a read spins on the driver; 0s is not at all", MICROSECOND),
    _net("core.bpf_jit_enable", INT, _HOST, "BPF compiler: 0 off, 1 on, 2 on with traces"),
    _net("core.rps_sock_flow_entries", COUNT, _HOST, "Entries of the receive flow steering table; 0 is off"),
    _net("unix.max_dgram_qlen", COUNT, _NET, "Datagrams a Unix socket holds"),
)

_IP: tuple[Tunable, ...] = (
    _net("ipv4.ip_local_port_range", list_of(COUNT), _NET, "First and last port of outgoing connections"),
    _net("ipv4.ip_local_reserved_ports", STRING, _NET, "Ports left out of that range: 8080,9100-9110; empty for none"),
    _net("ipv4.ip_unprivileged_port_start", COUNT, _NET, "First port that can be bound without privilege"),
    _net("ipv4.ip_forward", INT, _NET, "1: packets of others are forwarded"),
    _net("ipv4.ip_nonlocal_bind", INT, _NET, "1: addresses of others can be bound"),
    _net(
        "ipv4.conf.all.rp_filter",
        INT,
        _NET,
        "Reverse path check: 0 none, 1 strict, 2 loose; the highest of all and each interface counts",
    ),
    _net("ipv4.conf.default.rp_filter", INT, _NET, "Reverse path check of new interfaces"),
    _net("ipv4.conf.all.accept_redirects", INT, _NET, "1: ICMP redirects change routes"),
    _net("ipv4.conf.all.send_redirects", INT, _NET, "1: ICMP redirects are sent"),
    _net("ipv4.conf.all.accept_source_route", INT, _NET, "1: packets may choose their route"),
    _net("ipv4.conf.all.forwarding", INT, _NET, "1: packets of others are forwarded on all interfaces"),
    _net("ipv4.icmp_echo_ignore_broadcasts", INT, _NET, "1: pings to broadcast addresses stay without answer"),
    _net(
        "ipv4.ping_group_range",
        list_of(COUNT),
        _NET,
        "First and last group that may ping without privilege; 1 0 is nobody",
    ),
    _net("ipv4.neigh.default.gc_thresh1", COUNT, _HOST, "Neighbours always kept"),
    _net("ipv4.neigh.default.gc_thresh2", COUNT, _HOST, "Neighbours above which old ones go after 5 seconds"),
    _net("ipv4.neigh.default.gc_thresh3", COUNT, _HOST, "Most neighbours (ARP entries)"),
    _net("ipv6.neigh.default.gc_thresh3", COUNT, _HOST, "Most IPv6 neighbours"),
    _net("ipv4.udp_mem", list_of(COUNT), _HOST, "Memory of all UDP sockets in pages: low, pressure, most"),
    _net("ipv4.udp_rmem_min", BYTES, _NET, "Receive buffer a UDP socket keeps under pressure"),
    _net("ipv6.bindv6only", INT, _NET, "1: a socket on :: does not take IPv4"),
    _net("ipv6.conf.all.disable_ipv6", INT, _NET, "1: no IPv6 on any interface"),
    _net("ipv6.conf.default.disable_ipv6", INT, _NET, "1: no IPv6 on new interfaces"),
    _net("ipv6.conf.all.forwarding", INT, _NET, "1: packets of others are forwarded"),
    _net("ipv6.conf.all.accept_ra", INT, _NET, "Router advertisements: 0 ignored, 1 unless forwarding, 2 always"),
)

_CONNTRACK: tuple[Tunable, ...] = (
    _net("netfilter.nf_conntrack_max", COUNT, _NET, "Most connections tracked"),
    _net("netfilter.nf_conntrack_count", COUNT, _NET, "Connections tracked now"),
    _net("netfilter.nf_conntrack_buckets", COUNT, _HOST, "Size of the hash table of connections"),
    _net(
        "netfilter.nf_conntrack_tcp_timeout_established",
        DURATION,
        _NET,
        "Idle time after which a connection is forgotten",
        SECOND,
    ),
    _net(
        "netfilter.nf_conntrack_tcp_timeout_time_wait",
        DURATION,
        _NET,
        "How long a closed connection is remembered",
        SECOND,
    ),
)

TUNABLES = (*_CORE, *_IP, *_CONNTRACK)
