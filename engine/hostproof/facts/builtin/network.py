"""Rows about interfaces, connection tracking, ephemeral ports and name resolution.

Sources: netdevice(7), Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst and operstates.rst beside it,
resolv.conf(5), hosts(5), nsswitch.conf(5).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BOOL, BYTES, COUNT, INT, STRING, list_of, record

_NET, _FILES = Owner.NAMESPACE, Owner.FILES

_INTERFACE = record(name=STRING, state=STRING, loopback=BOOL, mtu=BYTES, mac=STRING.optional())

ROWS: tuple[FactSpec, ...] = (
    FactSpec(
        "net.interfaces",
        list_of(_INTERFACE),
        _NET,
        "Network interfaces; state is up, no-carrier (switched on, no link) or down; mac is null where there is none",
        "interfaces",
    ),
    FactSpec("net.loopback.up", BOOL, _NET, "Whether a TCP connection over 127.0.0.1 succeeded", "loopback"),
    FactSpec("net.ipv6", BOOL, _NET, "Whether a socket could be bound to ::1", "loopback"),
    FactSpec(
        "net.conntrack.count",
        COUNT.optional(),
        _NET,
        "Connections tracked; null while connection tracking is not loaded",
        "conntrack",
    ),
    FactSpec(
        "net.conntrack.max",
        COUNT.optional(),
        _NET,
        "Most connections tracked; null while connection tracking is not loaded",
        "conntrack",
    ),
    FactSpec("net.ephemeral.first", INT, _NET, "First port given to outgoing connections", "ephemeral"),
    FactSpec("net.ephemeral.last", INT, _NET, "Last port given to outgoing connections", "ephemeral"),
    FactSpec("net.ephemeral.count", COUNT, _NET, "Ports of that range that are not reserved", "ephemeral"),
    FactSpec(
        "dns.servers",
        list_of(STRING),
        _FILES,
        "Name servers of /etc/resolv.conf, at most 3 of which glibc asks",
        "resolver",
    ),
    FactSpec("dns.search", list_of(STRING), _FILES, "Search list of /etc/resolv.conf", "resolver"),
    FactSpec(
        "dns.options", list_of(STRING), _FILES, "Options of /etc/resolv.conf: ndots:5, timeout:2, edns0", "resolver"
    ),
    FactSpec("hosts.localhost", list_of(STRING), _FILES, "Addresses /etc/hosts gives to localhost", "hosts"),
    FactSpec(
        "nsswitch.hosts",
        list_of(STRING),
        _FILES,
        "Sources of host names in order: files, dns; empty where it is not set",
        "hosts",
    ),
)
