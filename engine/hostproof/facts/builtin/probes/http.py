"""Rows of the probe `http`: whether HTTP over loopback keeps its connections and its time-outs.

Sources: RFC 9110, RFC 9112 section 9, poll(2), tcp(7), listen(2).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, COUNT, DURATION, RATIO, Type, map_of, samples_of

PROBE = ProbeSpec(
    "http",
    "HTTP on the loopback",
    "a client and a server of its own speak HTTP/1.1: requests one after another over one connection, many that are"
    " answered only once all have come, a large body, a connection closed while idle, answers that never come, a"
    " connection that nobody accepts",
    "opens up to 80 loopback connections; 0.3 s when quick, 1 s else; nothing left",
    params=(ProbeParam("together", COUNT, 64, "Requests to have under way at once", least=1, most=1000),),
    timeout=45 * SECOND,
)

_SPACE, _PROCESS, _HOST = Owner.NAMESPACE, Owner.PROCESS, Owner.HOST_KERNEL
_SAMPLES, _COUNTS = samples_of(DURATION), map_of(COUNT)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("requests", COUNT, _SPACE, "Requests that were made one after another"),
    _row("reuse", RATIO, _SPACE, "Share of these, after the first, that came over the same connection as the last one"),
    _row("errors", _COUNTS, _SPACE, "How many of these failed, by errno or kind of error; empty if none did"),
    _row("large_body", BOOL, _SPACE, "Whether 1 MiB came as it was sent"),
    _row(
        "closed_noticed",
        BOOL,
        _SPACE,
        "Whether a kept connection that the server had closed gave an error at once, and a new one worked",
    ),
    _row("together_asked", COUNT, _PROCESS, "Requests to have under way at once (parameter `together`)"),
    _row("together", COUNT, _PROCESS, "How many of them were answered; the server waits until it has all"),
    _row("together_errors", _COUNTS, _PROCESS, "How connecting, asking or reading failed then, by errno; empty if not"),
    _row("timeout", DURATION, _SPACE, "Time-out that the next four facts are about"),
    _row("read_waits", _SAMPLES, _SPACE, "How long reading an answer took that never came, or stopped in its headers"),
    _row("read_ends", _COUNTS, _SPACE, 'How these ended: "timeout", an errno, or "answer"'),
    _row("connect_waits", _SAMPLES, _SPACE, "How long connecting took to a listener whose queue is full"),
    _row("connect_ends", _COUNTS, _SPACE, 'How these ended: "timeout", an errno, or "answer"'),
    _row(
        "same_cpu",
        _SAMPLES,
        _HOST,
        "Time of a request over a kept connection, both ends on one processor; `overhead` included",
    ),
    _row("other_cpu", _SAMPLES, _HOST, "The same between two processors"),
    _row("overhead", DURATION, _PROCESS, "Median time the client itself takes for a request that meets no kernel"),
)
