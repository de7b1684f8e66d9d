"""Rows of the probe `tls`: whether TLS works with the host's OpenSSL, random numbers, clock and trusted roots.

Sources: RFC 8446, RFC 5246, RFC 5280, config(5ssl), crypto/x509 of Go (root_linux.go, root_unix.go).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, COUNT, DURATION, STRING, Type, map_of, samples_of

PROBE = ProbeSpec(
    "tls",
    "TLS on the loopback",
    "makes a key, an authority and certificates of P-256 on the spot and shakes hands with itself: by each version,"
    " resumed, with certificates that must be refused, with a server that says nothing; reads the trusted roots",
    "opens some 30 loopback connections; a key is in a file of mode 0600 for a moment; 0.5 s; nothing left",
    timeout=45 * SECOND,
)

_SPACE, _PROCESS, _FILES = Owner.NAMESPACE, Owner.PROCESS, Owner.FILES
_SAMPLES, _COUNTS = samples_of(DURATION), map_of(COUNT)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.collector}.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("library", STRING, _FILES, "Version of the OpenSSL that the host's Python uses"),
    _row("tls12", BOOL, _FILES, "Whether a handshake by TLS 1.2 succeeded and bytes went to and fro"),
    _row("tls13", BOOL, _FILES, "Whether a handshake by TLS 1.3 succeeded and bytes went to and fro"),
    _row("errors", _COUNTS, _FILES, "How these failed, by OpenSSL's reason or errno; empty if they didn't"),
    _row("resumed12", BOOL, _FILES, "Whether a session of TLS 1.2 was resumed by a second connection"),
    _row("resumed13", BOOL, _FILES, "Whether a session of TLS 1.3 was resumed by a second connection"),
    _row("wrong_name_refused", BOOL, _FILES, "Whether a certificate for another name was refused"),
    _row("expired_refused", BOOL, _FILES, "Whether a certificate that ended yesterday was refused"),
    _row("stranger_refused", BOOL, _FILES, "Whether a certificate of an unknown authority was refused"),
    _row("timeout", DURATION, _SPACE, "Time-out of the handshakes that the next two facts are about"),
    _row("waits", _SAMPLES, _SPACE, "How long handshakes took with a server that takes a connection and says nothing"),
    _row("ends", _COUNTS, _SPACE, 'How these ended: "timeout", an errno, or "answer"'),
    _row(
        "handshakes",
        _SAMPLES,
        _PROCESS,
        "Time to connect, shake hands in full (ECDSA P-256) and echo a byte, both ends on one processor;"
        " `overhead` included",
    ),
    _row("overhead", DURATION, _PROCESS, "Median time of the same handshake through memory: what is not the kernel's"),
    _row(
        "roots_file",
        STRING.optional(),
        _FILES,
        "Bundle of trusted roots that Go reads: SSL_CERT_FILE or the first that there is; null if none",
    ),
    _row("roots", COUNT, _FILES, "Roots that OpenSSL takes from that bundle and from the folders Go reads besides"),
    _row("roots_valid", COUNT, _FILES, "How many of these are valid by the host's clock now"),
)
