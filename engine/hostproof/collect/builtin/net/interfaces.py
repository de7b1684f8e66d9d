"""Learns net.interfaces, net.loopback.up and net.ipv6 by calls: /sys/class/net may show another network namespace."""

from __future__ import annotations

import re

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import NotLearntError, collector, from_call
from hostproof.collect.builtin.words import fields, number
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_CURE = "install python3 on the target"
# Flags of linux/if.h.
_UP, _LOOPBACK, _RUNNING = 0x1, 0x8, 0x40
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
# Errors that say the network won't carry it; others, as of a seccomp filter or a full table, leave that open.
_NO_WAY = {
    *("EADDRNOTAVAIL", "EAFNOSUPPORT", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH"),
    *("ENETDOWN", "ENETUNREACH", "ETIMEDOUT"),
}
_NO_MAC = "00:00:00:00:00:00"


def parse_interfaces(value: Value) -> Value:
    """Return a record for each interface from name, flags, mtu and mac as netdevice(7) gives them. Raises ValueError.

    IFF_RUNNING is clear when the driver sees no carrier: Documentation/networking/operstates.rst.

    >>> parse_interfaces([{"name": "eth0", "flags": 0x1043, "mtu": 1500, "mac": "52:54:00:12:34:56"}])
    [{'name': 'eth0', 'state': 'up', 'loopback': False, 'mtu': 1500, 'mac': '52:54:00:12:34:56'}]
    """
    if not isinstance(value, list):
        raise ValueError("it is no list")  # noqa: TRY004 - the data is wrong, not the call
    return [_interface(fields(row)) for row in value]


def _interface(row: dict[str, Value]) -> dict[str, Value]:
    """Return one record; what could not be learnt is left out."""
    found: dict[str, Value] = {"name": str(row.get("name", ""))}
    if "flags" in row:
        flags = number(row["flags"])
        found["state"] = "down" if not flags & _UP else "up" if flags & _RUNNING else "no-carrier"
        found["loopback"] = bool(flags & _LOOPBACK)
    if "mtu" in row:
        found["mtu"] = number(row["mtu"])
    mac = row.get("mac")
    if isinstance(mac, str):
        found["mac"] = mac if _MAC.fullmatch(mac) and mac != _NO_MAC else None
    return found


def parse_loopback(value: Value, family: str) -> bool:
    """Tell whether the loopback could be used with a family, from the error that was met, if any.

    Raises NotLearntError for an error that says nothing about the network, ValueError where there is no answer.

    >>> parse_loopback({"ipv4": "", "ipv6": "EADDRNOTAVAIL"}, "ipv6")
    False
    """
    error = fields(value).get(family)
    if not isinstance(error, str):
        raise ValueError(f"it says nothing about {family}")  # noqa: TRY004 - the data is wrong, not the call
    if error and error not in _NO_WAY:
        cause = Cause.DENIED if error in {"EPERM", "EACCES"} else Cause.FAILED
        detail = f"the attempt to use the loopback over {family} ended with {error}"
        raise NotLearntError(Unknown(cause, detail, "run without the limit or the filter that refused it"))
    return not error


INTERFACES = collector("interfaces", {"net.interfaces": from_call(Call("interfaces"), parse_interfaces, _CURE)})

LOOPBACK = collector(
    "loopback",
    {
        "net.loopback.up": from_call(Call("loopback"), lambda value: parse_loopback(value, "ipv4"), _CURE),
        "net.ipv6": from_call(Call("loopback"), lambda value: parse_loopback(value, "ipv6"), _CURE),
    },
)
