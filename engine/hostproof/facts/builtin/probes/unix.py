"""Rows of the probe `unix`: what Unix sockets really do.

Sources: unix(7), cmsg(3), capabilities(7).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import COUNT, DURATION, STRING, Type, samples_of

PROBE = ProbeSpec(
    "unix",
    "Unix sockets",
    "listens, connects and talks at paths and abstract names; has another process connect and compares who it was with"
    " what the kernel says; passes descriptors and uses them; binds names of up to 109 bytes; leaves a socket's file"
    " behind and meets it again; connects to a file without the right to, CAP_DAC_OVERRIDE given up",
    "makes some sockets in an empty folder of its own, which is removed; 0.1 s",
    params=(ProbeParam("folder", STRING, "", "Where that folder is made; by default TMPDIR or /tmp"),),
)

_SPACE, _PROCESS, _HOST, _FILES = Owner.NAMESPACE, Owner.PROCESS, Owner.HOST_KERNEL, Owner.FILES
_SAMPLES = samples_of(DURATION)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("stream", STRING, _FILES, 'Talking over a stream socket at a path: "ok", or "bind: EROFS"'),
    _row("dgram", STRING, _FILES, 'Talking over datagram sockets at paths, boundaries kept: "ok" or call and errno'),
    _row(
        "seqpacket",
        STRING,
        _FILES,
        'Talking over a seqpacket socket at a path, boundaries kept: "ok" or call and errno',
    ),
    _row("abstract", STRING, _SPACE, 'All three at abstract names: "ok", or the kind, the call and the errno'),
    _row("credentials", STRING, _PROCESS, 'Whether SO_PEERCRED and SCM_CREDENTIALS are true: "ok" or call and errno'),
    _row(
        "descriptors.one",
        STRING,
        _PROCESS,
        'Passing a pipe and reading from it at the other end: "ok" or call and errno',
    ),
    _row("descriptors.many", COUNT, _PROCESS, "Descriptors that arrived of the 253 one message may carry (SCM_MAX_FD)"),
    _row(
        "path.longest",
        COUNT,
        _FILES,
        "Longest name, in bytes, that can be bound; 108 on Linux, 107 with a NUL behind it",
    ),
    _row("path.refused", STRING, _FILES, "Errno of a name one byte longer"),
    _row("path.folder", STRING, _FILES, "The folder for temporary files, or the parameter `folder`"),
    _row("path.room", COUNT, _FILES, "Bytes that this folder's path leaves of 107 for a socket's name"),
    _row("stale.connect", STRING, _FILES, "Connecting to the file of a server that is gone: call and errno"),
    _row("stale.bind", STRING, _FILES, "Binding to such a file: call and errno"),
    _row("stale.rebind", STRING, _FILES, 'Binding once the file is removed: "ok" or call and errno'),
    _row("rights.allowed", STRING, _FILES, "Connecting to a socket of ours with mode 0600, CAP_DAC_OVERRIDE given up"),
    _row("rights.refused", STRING, _FILES, 'The same with mode 0000: call and errno, "ok" if modes mean nothing here'),
    _row("queue", COUNT, _SPACE, "Datagrams that wait unread before a sender has to wait, at most 4096"),
    _row("echo.same", _SAMPLES, _HOST, "Round trip of one byte, both ends on one processor; `overhead` included"),
    _row("echo.across", _SAMPLES, _HOST, "Round trip of one byte between two processors; `overhead` included"),
    _row("overhead", DURATION, _PROCESS, "Median time of an empty measured call: the probe's own part of each sample"),
)
