"""Probe `tls`: handshakes on loopback with certificates made on the spot, what is refused, and whom the host trusts."""

import socket
import time
from functools import partial

from ...lines import AskError
from ...probing.endings import count, ending, waits
from ...probing.measure import SECOND, cpus, latencies, pin
from ...probing.step import Context, Step
from ...probing.webserver import listen

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def with_ssl(step: "Callable[[Context, Any, Any], dict[str, object]]") -> "Callable[[Context], dict[str, object]]":
    """Return a step that is given Python's ssl module and ours above it; Unknown where Python has none."""

    def run(context: Context) -> "dict[str, object]":
        try:
            import ssl

            from . import handshake
        except ImportError as problem:
            raise AskError(
                "no-tool",
                "this Python has no ssl module: {}".format(problem),
                "install OpenSSL's library for Python (Debian: libpython3-stdlib)",
            ) from None
        try:
            return step(context, ssl, handshake)
        except ssl.SSLError as problem:  # its number is no errno
            raise AskError(
                "failed", "OpenSSL: {}".format(ending(problem)), "see whether `openssl rand 1` works there"
            ) from None

    run.__name__ = step.__name__
    return run


@with_ssl
def versions(context: Context, ssl: "Any", hand: "Any") -> "dict[str, object]":
    """Shake hands by each version; then once more, resuming the session."""
    found: "dict[str, object]" = {}
    errors: "dict[str, int]" = {}
    with hand.Server(context) as server:
        for short, version in (("12", hand.TLS12), ("13", hand.TLS13)):
            try:
                found.update(by_version(hand, server, short, version))
            except AskError as problem:
                found.update({"tls" + short: problem, "resumed" + short: problem})
            except OSError as problem:
                count(errors, ending(problem))
                none = AskError(
                    "inconclusive", "there was no {} session to resume".format(version), "see why it failed"
                )
                found.update({"tls" + short: False, "resumed" + short: none})
    return dict(found, errors=errors, library=ssl.OPENSSL_VERSION)


def by_version(hand: "Any", server: "Any", short: str, version: str) -> "dict[str, object]":
    """Return what comes of one version. Raises AskError, OSError."""
    trust = hand.trusting(server.authority.root, version)
    first = hand.shake(trust, server.good)
    said, session = first.version(), first.session
    first.close()
    second = hand.shake(trust, server.good, session=session)
    resumed = second.session_reused
    second.close()
    return {"tls" + short: said == version, "resumed" + short: bool(resumed)}


@with_ssl
def refusals(context: Context, ssl: "Any", hand: "Any") -> "dict[str, object]":
    """Show a client certificates that it must refuse, after one that it takes."""
    with hand.Server(context) as server:
        trust = hand.trusting(server.authority.root)
        try:
            hand.shake(trust, server.good).close()
        except (OSError, *hand.REFUSALS) as problem:
            raise AskError(
                "inconclusive", "no handshake succeeds: {}".format(ending(problem)), "see why the others fail"
            ) from None
        return {
            "wrong_name_refused": refused(hand, trust, server.good, "other.hostproof.test"),
            "expired_refused": refused(hand, trust, server.expired, hand.NAME),
            "stranger_refused": refused(hand, hand.trusting(), server.good, hand.NAME),
        }


def refused(hand: "Any", trust: "Any", port: int, name: str) -> "bool | AskError":
    """Return whether a client refuses what a server shows it."""
    try:
        hand.shake(trust, port, name).close()
    except (OSError, *hand.REFUSALS) as problem:
        if hand.is_refusal(problem):
            return True
        return AskError("inconclusive", "the handshake failed otherwise: {}".format(ending(problem)), "try again")
    return False


@with_ssl
def stall(context: Context, ssl: "Any", hand: "Any") -> "dict[str, object]":
    """Shake hands with a server that takes connections and never says a word."""
    timeout = context.pick(23, 53) / 1000
    listener = listen()
    trust = hand.trusting()

    def once() -> None:
        with socket.create_connection(listener.getsockname(), timeout) as raw:
            trust.wrap_socket(raw, server_hostname=hand.NAME)

    took, ends = waits([once] * context.pick(1, 3, 10))
    if any(name not in ("timeout", "answer") for name in ends):
        raise AskError("failed", "the server could not be reached: {}".format(", ".join(ends)), "see the probe tcp")
    return {"timeout": round(timeout * SECOND), "waits": took, "ends": ends}


@with_ssl
def handshakes(context: Context, ssl: "Any", hand: "Any") -> "dict[str, object]":
    """Time full handshakes over loopback with both ends on one processor, and the same without a kernel between."""
    pin(cpus()[:1])
    times = context.pick(3, 20, 200)
    with hand.Server(context) as server:
        trust = hand.trusting(server.authority.root)
        in_memory = partial(without_kernel, ssl, hand, trust, server.contexts["good"])
        in_memory()
        hand.shake(trust, server.good).close()
        alone = sorted(latencies(in_memory, times))
        return {
            "handshakes": latencies(lambda: hand.shake(trust, server.good).close(), times),
            "overhead": alone[len(alone) // 2],
        }


def without_kernel(ssl: "Any", hand: "Any", trust: "Any", shown: "Any") -> None:
    """Let a client and a server shake hands through memory."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [trust.wrap_bio(down, up, server_hostname=hand.NAME), shown.wrap_bio(up, down, server_side=True)]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                continue


@with_ssl
def roots(context: Context, ssl: "Any", hand: "Any") -> "dict[str, object]":
    """Read the trusted roots of the machine."""
    from . import store

    path, text = store.bundle()
    found = store.certificates(text)
    for more in store.others():
        found |= store.certificates(more)
    valid = store.periods(found)
    now = time.time()
    return {
        "roots_file": path,
        "roots": len(valid),
        "roots_valid": sum(1 for begins, ends in valid if begins <= now <= ends),
    }


STEPS = (
    Step(("tls12", "tls13", "resumed12", "resumed13", "errors", "library"), versions, 12.0),
    Step(("wrong_name_refused", "expired_refused", "stranger_refused"), refusals, 12.0),
    Step(("timeout", "waits", "ends"), stall),
    Step(("handshakes", "overhead"), handshakes, 12.0),
    Step(("roots_file", "roots", "roots_valid"), roots),
)
