"""Learns net.conntrack.* and net.ephemeral.* from /proc/sys/net."""

from __future__ import annotations

from hostproof.collect.builtin.answers import Absent, Answers, Reading, collector, from_text, text_file, text_of
from hostproof.collect.builtin.words import natural, ranges, short
from hostproof.facts.snapshot import Value

_NO_NET = "mount /proc, with a kernel that has networking"
_SOMAXCONN = text_file("/proc/sys/net/core/somaxconn")  # there in every network namespace
_RANGE = text_file("/proc/sys/net/ipv4/ip_local_port_range")
_RESERVED = text_file("/proc/sys/net/ipv4/ip_local_reserved_ports")
_HIGHEST = 65535


def parse_range(text: str) -> tuple[int, int]:
    r"""Return first and last port. Raises ValueError.

    Source: Documentation/networking/ip-sysctl.rst.

    >>> parse_range("32768\t60999\n")
    (32768, 60999)
    """
    ports = [natural(word) for word in text.split()]
    if len(ports) != 2 or not 0 < ports[0] <= ports[1] <= _HIGHEST:
        raise ValueError(f"{short(text)} is no range of ports")
    return ports[0], ports[1]


def parse_reserved(text: str) -> set[int]:
    r"""Return the ports of a list of ports and ranges. Raises ValueError.

    >>> sorted(parse_reserved("8080,9100-9102\n"))
    [8080, 9100, 9101, 9102]
    """
    return ranges(text, _HIGHEST)


def _free(answers: Answers) -> Value:
    first, last = parse_range(text_of(answers, _RANGE, _NO_NET))
    reserved = parse_reserved(text_of(answers, _RESERVED, _NO_NET))
    return last - first + 1 - sum(first <= port <= last for port in reserved)


# The files come with the module nf_conntrack; that /proc/sys/net is there shows that it is not loaded.
_NOT_LOADED = Absent(None, _SOMAXCONN)

CONNTRACK = collector(
    "conntrack",
    {
        f"net.conntrack.{name}": from_text(
            f"/proc/sys/net/netfilter/nf_conntrack_{name}", natural, _NO_NET, _NOT_LOADED
        )
        for name in ("count", "max")
    },
)

EPHEMERAL = collector(
    "ephemeral",
    {
        "net.ephemeral.first": from_text(_RANGE.path, lambda text: parse_range(text)[0], _NO_NET),
        "net.ephemeral.last": from_text(_RANGE.path, lambda text: parse_range(text)[1], _NO_NET),
        "net.ephemeral.count": Reading((_RANGE, _RESERVED), _free),
    },
)
