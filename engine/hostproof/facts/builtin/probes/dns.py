"""Rows of the probe `dns`: how the C library looks names up, asked with a name server of our own on loopback.

Sources: resolver(3), resolv.conf(5), nsswitch.conf(5), hosts(5), RFC 1035, RFC 6724, RFC 6761, RFC 7766.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, COUNT, DURATION, STRING, Type, list_of, map_of

PROBE = ProbeSpec(
    "dns",
    "Names",
    "getaddrinfo(3), while the C library's resolver (glibc's) is turned to a name server of the probe's own on loopback"
    " that logs what it is asked; how long it waits for a server that never answers",
    "asks no other name server, unless the argument `name` says what; an empty datagram to those that are on the"
    " host's own loopback shows whether one listens; 0.1 s when quick, 1.1 s else; nothing left",
    params=(
        ProbeParam("name", STRING, "", "Name to look up by the host's own name servers; empty to ask them nothing"),
    ),
    timeout=75 * SECOND,
)

_SPACE, _FILES = Owner.NAMESPACE, Owner.FILES
_TEXTS = list_of(STRING)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("localhost4", _TEXTS, _FILES, "IPv4 addresses of localhost; empty if it has none without a name server"),
    _row("localhost6", _TEXTS, _FILES, "IPv6 addresses of localhost; empty if it has none without a name server"),
    _row("hosts_names", COUNT, _FILES, "Names of /etc/hosts that were looked up, 50 at most"),
    _row("hosts_missed", _TEXTS, _FILES, "Those of them for which no address of the file was found"),
    _row("hosts_first", BOOL, _FILES, "Whether all of them were found before any name server was asked"),
    _row("servers", _TEXTS, _FILES, "Name servers that are asked: those of /etc/resolv.conf, 3 at most, or 127.0.0.1"),
    _row(
        "unreachable",
        map_of(STRING),
        _SPACE,
        "Those to which there is no way (ENETUNREACH), or at whose port nobody listens on loopback, by errno",
    ),
    _row("timeout", DURATION, _FILES, "Time the C library waits for an answer, RES_OPTIONS included"),
    _row("attempts", COUNT, _FILES, "How often it asks each server, RES_OPTIONS included"),
    _row(
        "longest_wait",
        DURATION,
        _FILES,
        "Product of timeout x attempts x servers: what Go waits for one question at most; glibc waits no longer",
    ),
    _row("asked", BOOL, _FILES, "Whether a name of no file led to a question to the name server, and its answer back"),
    _row("questions", _TEXTS, _FILES, "What is asked for one name without dots that nobody has, in order"),
    _row("dual", _TEXTS, _FILES, "Order in which a name with the addresses 127.0.0.1 and ::1 gives them"),
    _row("first_usable", BOOL, _SPACE, "Whether there is a way to the first of these (a UDP socket can be connected)"),
    _row("tcp_fallback", BOOL, _FILES, "Whether an answer too large for UDP was fetched over TCP"),
    _row("silence", DURATION, _FILES, "How long a look-up took whose server never answers, by timeout:1 attempts:1"),
    _row("silence_ends", STRING, _FILES, "How it ended: EAI_AGAIN, another error of getaddrinfo(3), or answer"),
    _row("second_try", BOOL, _FILES, "Whether a name was found whose server answers the second question only"),
    _row("name_ends", STRING, _SPACE, "How looking up the argument `name` ended: answer, EAI_AGAIN, EAI_NONAME..."),
    _row("name_took", DURATION, _SPACE, "How long that took"),
    _row("name_addresses", _TEXTS, _SPACE, "Addresses that were found"),
)
