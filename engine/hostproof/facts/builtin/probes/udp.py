"""Rows of the probe `udp`: what UDP over the loopback really does.

Sources: udp(7), ip(7), socket(7), icmp(7), RFC 768.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import BYTES, COUNT, DURATION, STRING, Type, map_of, samples_of

PROBE = ProbeSpec(
    "udp",
    "UDP on the loopback",
    "sends datagrams to itself over both families, one at a time, and counts; sends where nobody receives and waits for"
    " the error; sends more than a receive buffer holds and counts what it kept; one byte to and fro between two"
    " processes that are pinned to one processor, then to two",
    "sends some hundred datagrams over the loopback, at most 20 MB; 0.1 s; nothing stays",
    params=(
        ProbeParam(
            "receive_buffer",
            BYTES,
            212992,
            "Receive buffer to ask for; 212992 is the kernel's own default (SK_RMEM_MAX)",
            least=4096,
            most=67108864,
        ),
    ),
)

_SPACE, _PROCESS, _HOST = Owner.NAMESPACE, Owner.PROCESS, Owner.HOST_KERNEL
_SAMPLES = samples_of(DURATION)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("ipv4", STRING, _SPACE, 'A datagram there and back over 127.0.0.1: "ok", or "receive: ETIMEDOUT"'),
    _row("ipv6", STRING, _SPACE, 'The same over ::1: "ok", or the call that failed and its errno'),
    _row("sent", COUNT, _SPACE, "Datagrams sent one at a time over 127.0.0.1, each read before the next"),
    _row("lost", COUNT, _SPACE, "How many of them did not arrive within 0.5 s"),
    _row("errors", map_of(COUNT), _SPACE, "Errors of sending and receiving them, by errno; empty if there were none"),
    _row("echo.same", _SAMPLES, _HOST, "Round trip of one byte, both ends on one processor; `overhead` included"),
    _row("echo.across", _SAMPLES, _HOST, "Round trip of one byte between two processors; `overhead` included"),
    _row("overhead", DURATION, _PROCESS, "Median time of an empty measured call: the probe's own part of each sample"),
    _row(
        "refused.ipv4", STRING, _SPACE, "Errno by which a sender learns that nobody receives; ETIMEDOUT if it doesn't"
    ),
    _row("refused.ipv6", STRING, _SPACE, "The same over ::1"),
    _row("buffer.asked", BYTES, _HOST, "Receive buffer that was asked for (parameter `receive_buffer`)"),
    _row("buffer.usual", BYTES, _HOST, "Receive buffer a socket has that asks for none, as SO_RCVBUF takes it"),
    _row(
        "buffer.granted",
        BYTES,
        _HOST,
        "Receive buffer the kernel granted, as SO_RCVBUF takes it (half of what it says)",
    ),
    _row("buffer.held", BYTES, _HOST, "Payload that buffer held unread, in datagrams of 1 KiB; the kernel counts more"),
    _row(
        "largest", BYTES, _SPACE, "Largest datagram of 65507, 8972, 1472 and 548 bytes that arrived whole; 0 for none"
    ),
    _row("options", map_of(STRING), _SPACE, 'Setting socket options, by name: "ok" or the call and its errno'),
)
