"""Rows of the probe `tcp`: what TCP over the loopback really does.

Sources: tcp(7), listen(2), connect(2), socket(7), RFC 7413, Documentation/networking/ip-sysctl.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, COUNT, DURATION, RATE, STRING, Type, list_of, map_of, samples_of

PROBE = ProbeSpec(
    "tcp",
    "TCP on the loopback",
    "connects to itself and talks, over both families; connects again and again; sends one byte to and fro between two"
    " processes that are pinned to one processor, then to two; fills a listener's queue and counts what it kept;"
    " reads TCP_INFO for what was sent again and whether data came in a SYN",
    "opens up to 256 loopback connections at a time, closed by RST so that no port stays taken; 0.2 s; a full run"
    " connects until no port or file is left (some seconds)",
    params=(
        ProbeParam("backlog", COUNT, 128, "Backlog to ask for and to fill", least=1, most=8192),
        ProbeParam("connections", COUNT, 256, "Connections to hold to one address at once", least=1, most=8192),
    ),
    timeout=90 * SECOND,
)

_SPACE, _PROCESS, _HOST = Owner.NAMESPACE, Owner.PROCESS, Owner.HOST_KERNEL
_SAMPLES = samples_of(DURATION)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("ipv4", STRING, _SPACE, 'Listening, connecting and talking over 127.0.0.1: "ok", or "connect: ETIMEDOUT"'),
    _row("ipv6", STRING, _SPACE, 'The same over ::1: "ok", or the call that failed and its errno'),
    _row("attempts", COUNT, _SPACE, "Connections that were tried one after the other over 127.0.0.1"),
    _row("errors", map_of(COUNT), _SPACE, "How many of these attempts failed, by errno; empty if none did"),
    _row("connect", _SAMPLES, _SPACE, "Time of each connect(2), `overhead` included"),
    _row("accept", _SAMPLES, _SPACE, "Time of each accept(2) of a connection that waits, `overhead` included"),
    _row("messages", COUNT, _SPACE, "Messages that were sent to and fro over one connection"),
    _row("retransmitted", COUNT, _SPACE, "Segments both ends had to send again meanwhile (tcpi_total_retrans)"),
    _row("echo.same", _SAMPLES, _HOST, "Round trip of one byte, both ends on one processor; `overhead` included"),
    _row("echo.across", _SAMPLES, _HOST, "Round trip of one byte between two processors; `overhead` included"),
    _row("overhead", DURATION, _PROCESS, "Median time of an empty measured call: the probe's own part of each sample"),
    _row(
        "small_writes", _SAMPLES, _SPACE, "Time until two small segments sent at once, with TCP_NODELAY, were both read"
    ),
    _row(
        "throughput", RATE, _SPACE, "Bytes per second through one connection within one process; small amount, one try"
    ),
    _row(
        "queue",
        STRING,
        _SPACE,
        "Queueing discipline at the root of the interface lo, by netlink: noqueue, tbf, netem...",
    ),
    _row("refused", STRING, _SPACE, 'Errno of connecting where nobody listens; "ok" if that worked'),
    _row("rebind.plain", STRING, _SPACE, "Binding a port that has a connection left over, without SO_REUSEADDR"),
    _row("rebind.reuse", STRING, _SPACE, 'The same with SO_REUSEADDR, as servers restart: "ok" or the errno'),
    _row("backlog.asked", COUNT, _SPACE, "Backlog that listen(2) was asked for (parameter `backlog`)"),
    _row("backlog.held", COUNT, _SPACE, "Connections that listener kept while nobody accepted: backlog + 1 on Linux"),
    _row("backlog.limit", COUNT, _SPACE, "Backlog a listener gets that asks for a million (TCP_INFO of a listener)"),
    _row("connections.asked", COUNT, _PROCESS, "Connections to hold to one address (parameter `connections`)"),
    _row("connections.held", COUNT, _PROCESS, "How many of them could be held at once"),
    _row("connections.error", STRING, _PROCESS, 'Errno that ended it, "none" if all could be held'),
    _row("ports.used", COUNT, _SPACE, "Connections to one address until no port was left; only in a full run"),
    _row("ports.error", STRING, _SPACE, "Errno that ended that, EADDRNOTAVAIL on Linux"),
    _row("reuseport", list_of(COUNT), _SPACE, "Connections that each of four listeners on one port got (SO_REUSEPORT)"),
    _row(
        "fastopen", BOOL, _SPACE, "Whether data in a SYN was taken by the server (TCPI_OPT_SYN_DATA), not just enabled"
    ),
    _row("options", map_of(STRING), _SPACE, 'Setting socket options and reading them back, by name: "ok" or the errno'),
)
