"""Functions over IP addresses and networks, IPv4 and IPv6, as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hostproof.expr.functions.row import Constants, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.unknown import Cause

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address: TypeAlias = "IPv4Address | IPv6Address"
Network: TypeAlias = "IPv4Network | IPv6Network"


def is_ip(text: str) -> bool:
    """Say whether a text is an address."""
    try:
        _address(text)
    except UndecidedError:
        return False
    return True


def is_ipv4(text: str) -> bool:
    """Say whether a text is an IPv4 address."""
    return is_ip(text) and _address(text).version == 4


def is_ipv6(text: str) -> bool:
    """Say whether a text is an IPv6 address."""
    return is_ip(text) and _address(text).version == 6


def is_network(text: str) -> bool:
    """Say whether a text is a network with its prefix length or mask; an address alone is none."""
    try:
        _network(text)
    except UndecidedError:
        return False
    return "/" in text


def overlap(one: str, other: str) -> bool:
    """Say whether two networks have an address in common; those of different IP versions never do."""
    left, right = _network(one), _network(other)
    return left.version == right.version and left.overlaps(right)


def in_network(text: str, network: str) -> bool:
    """Say whether an address lies in a network; one of the other IP version never does."""
    return _address(text) in _network(network)


def is_loopback(text: str) -> bool:
    """Say whether an address is the host's own."""
    return _address(text).is_loopback


def is_private(text: str) -> bool:
    """Say whether an address is not meant to be reached from the Internet (IANA's special registries)."""
    return _address(text).is_private


def _address(text: str) -> Address:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        raise UndecidedError(Cause.PARSE_ERROR, f"{text[:60]!r} is not an IP address") from None


def _network(text: str) -> Network:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise UndecidedError(Cause.PARSE_ERROR, f"{text[:60]!r} is not a network such as 10.0.0.0/8") from None


def _bad_network(arguments: Constants) -> tuple[int, str] | None:
    return _bad_networks((None, arguments[1]))


def _bad_networks(arguments: Constants) -> tuple[int, str] | None:
    for at, network in enumerate(arguments):
        try:
            _network(network if isinstance(network, str) else "::/0")
        except UndecidedError as problem:
            return at, problem.unknown.detail
    return None


_TEXT = ("string",)

ROWS: tuple[Function, ...] = (
    Function("is_ip", (Form(_TEXT, "bool", is_ip),), "Whether a text is an IP address.", ('is_ip("::1")', "true")),
    Function(
        "is_ipv4",
        (Form(_TEXT, "bool", is_ipv4),),
        "Whether a text is an IPv4 address.",
        ('is_ipv4("10.0.0.1")', "true"),
    ),
    Function(
        "is_ipv6",
        (Form(_TEXT, "bool", is_ipv6),),
        "Whether a text is an IPv6 address.",
        ('is_ipv6("10.0.0.1")', "false"),
    ),
    Function(
        "is_network",
        (Form(_TEXT, "bool", is_network),),
        "Whether a text is a network: an address and how much of it is the network's.",
        ('is_network("10.0.0.0/8")', "true"),
    ),
    Function(
        "overlap",
        (Form(("string", "string"), "bool", overlap),),
        "Whether two networks have an address in common.",
        ('overlap("172.17.0.0/16", "172.16.0.0/12")', "true"),
        _bad_networks,
    ),
    Function(
        "in_network",
        (Form(("string", "string"), "bool", in_network),),
        "Whether an address lies in a network.",
        ('in_network("10.1.2.3", "10.0.0.0/8")', "true"),
        _bad_network,
    ),
    Function(
        "is_loopback",
        (Form(_TEXT, "bool", is_loopback),),
        "Whether an address is the host's own.",
        ('is_loopback("127.0.0.53")', "true"),
    ),
    Function(
        "is_private",
        (Form(_TEXT, "bool", is_private),),
        "Whether an address is not meant to be reached from the Internet.",
        ('is_private("192.168.0.1")', "true"),
    ),
)
