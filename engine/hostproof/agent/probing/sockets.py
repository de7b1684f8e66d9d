"""Sockets of a probe: what came of a chain of calls, in words; ends that never wait long; round trips by placement."""

import errno
import mmap
import os
import socket
import struct
from contextlib import suppress

from ..lines import AskError
from . import measure
from .system import error_name

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    At = Callable[[str], None]

PATIENCE = 1.0  # seconds until a call on the loopback is given up: the first retransmission of a SYN comes later
WORKS = "ok"
RESET = struct.pack("ii", 1, 0)  # struct linger: close(2) sends RST, so that no port is left in TIME-WAIT
# Shared by all steps of a probe, each of which is a process: what one of them waited for in vain, the others need not.
BROKEN = mmap.mmap(-1, 128)
WARM_UP = 10  # round trips before those that count
CPU_CURE = "allow the process a second processor (taskset, cpuset)"


def outcome(attempt: "Callable[[At], object]", tries: int = 1) -> str:
    """Return "ok", or the call that failed at the last try and its errno: "connect: ECONNREFUSED".

    `attempt` is given a function by which it says what it is about to do.
    """
    said = ""
    for _ in range(tries):
        trail = ["start"]
        try:
            attempt(trail.append)
        except OSError as problem:
            said = "{}: {}".format(trail[-1], name_of(problem))
        else:
            return WORKS
    return said


def name_of(problem: OSError) -> str:
    """Return the name of an errno. Python's own time-outs are ETIMEDOUT, and so is EAGAIN after SO_RCVTIMEO."""
    if isinstance(problem, (socket.timeout, BlockingIOError)):
        return "ETIMEDOUT"
    return error_name(problem.errno or 0) or type(problem).__name__


def patient(end: "socket.socket", seconds: float = PATIENCE) -> "socket.socket":
    """Make every call on a socket end after some seconds, in the kernel: settimeout would add a poll(2) to each."""
    whole = int(seconds)
    value = struct.pack("ll", whole, int((seconds - whole) * 1000000))
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
    return end


def new(family: int, kind: int, seconds: float = PATIENCE) -> "socket.socket":
    """Return a patient socket. Raises OSError."""
    return patient(socket.socket(family, kind), seconds)


def drop(*ends: "socket.socket | None") -> None:
    """Close connections by RST: nothing of them stays behind."""
    for end in ends:
        if end is not None:
            with suppress(OSError):  # it closes as usual then
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.close()


def unsaid(_: str) -> None:
    """Keep to oneself what comes next."""


def echo(near: "socket.socket", far: "socket.socket", at: "At" = unsaid) -> None:
    """Send three bytes there and back. Raises OSError; EBADMSG where something else arrives."""
    for one, other in ((near, far), (far, near)):
        at("send")
        one.send(b"abc")
        at("receive")
        expect(other.recv(16), b"abc")


def expect(found: bytes, wanted: bytes) -> None:
    """Raise OSError (EBADMSG) unless the bytes are those wanted."""
    if found != wanted:
        raise OSError(errno.EBADMSG, "{!r} arrived, not {!r}".format(found, wanted))


def needed(attempt: "Callable[[At], object]", tries: int, what: str, rule: str) -> None:
    """Raise AskError where what a measurement builds on does not work; `rule` judges that."""
    known = bytes(BROKEN[:]).rstrip(b"\0").decode("ascii")
    said = known[len(what) :] if known.startswith(what) else outcome(attempt, tries)
    if said != WORKS:
        remember(what, said)
        raise AskError(
            "failed", "{} doesn't work: {}".format(what, said), "do what the rule {} says first".format(rule)
        )


def remember(what: str, said: str) -> None:
    """Keep for all later steps how something failed that they need."""
    BROKEN[:] = (what + said).encode("ascii")[: len(BROKEN)].ljust(len(BROKEN), b"\0")


def two_cpus() -> "tuple[int, int]":
    """Return two processors that this process may use. Raises AskError where there is one only."""
    found = measure.cpus()
    if len(found) < 2:
        raise AskError("unsupported", "only processor {} may be used".format(found[0]), CPU_CURE)
    return found[0], found[-1]


def round_trips(ends: "Callable[[], Sequence[socket.socket]]", count: int, across: bool) -> "list[int]":
    """Return how long one byte took there and back, in ns, `count` times; raw, after a few to warm up.

    `ends` makes a near and a far end that are connected to each other. The far one answers from a process of its own,
    on the same processor, or `across`: on another one. Raises AskError, OSError.
    """
    here, there = two_cpus() if across else (measure.cpus()[0],) * 2
    near, far = ends()[:2]
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        answer(far, near, there, parent)
    measure.pin([here])

    def trip() -> None:
        near.send(b"x")
        near.recv(1)

    try:
        measure.latencies(trip, WARM_UP)
        return measure.latencies(trip, count)
    except OSError as problem:
        raise AskError(
            "failed", "a round trip ended with " + name_of(problem), "see what drops packets on lo"
        ) from None
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        drop(near, far)


def answer(far: "socket.socket", near: "socket.socket", cpu: int, parent: int) -> None:
    """Be the far end: send back what comes, until killed or left alone."""
    try:
        near.close()
        measure.pin([cpu])
        patient(far, 10 * PATIENCE)
        while os.getppid() == parent:
            said = far.recv(64)
            if not said:
                break
            far.send(said)
    finally:
        os._exit(0)


def raise_files(wanted: int) -> bool:
    """Raise the soft limit on open files to `wanted`, as far as the hard one allows; return whether that suffices."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most == wanted or soft >= wanted
