"""UDP on the loopback: datagrams of both families, loss, refusals by ICMP, and what a receive buffer really holds.

Sources: udp(7), ip(7), socket(7), icmp(7), RFC 768.
"""

import errno
import socket
import time

from ..probing import measure
from ..probing.sockets import (
    drop,
    echo,
    name_of,
    needed,
    new,
    outcome,
    patient,
    round_trips,
    unsaid,
)
from ..probing.step import Context, Step

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from ..probing.sockets import At

HOMES: "dict[int, tuple[str, int]]" = {socket.AF_INET: ("127.0.0.1", 0), socket.AF_INET6: ("::1", 0)}
TRIES = 3  # one datagram may be lost: `lost` tells of it
REFUSALS = 3  # the kernel limits how many ICMP errors it sends (icmp_ratelimit, icmp_msgs_per_sec)
REFUSED_WITHIN = 0.3
ARRIVES_WITHIN = 0.5  # seconds: it is there at once, unless the kernel's own threads have to wait for a processor
# First 65535 of IPv4 less its header of 20 and UDP's of 8; then what jumbo frames, Ethernet, and every host must take.
SIZES = (65507, 8972, 1472, 548, 0)
BLOCK, MOST_BLOCKS = 1024, 20000
SOL_UDP, IPPROTO_IP = 17, 0
OPTIONS = (
    ("UDP_SEGMENT", SOL_UDP, 103, 1400),
    ("UDP_GRO", SOL_UDP, 104, 1),
    ("IP_PKTINFO", IPPROTO_IP, 8, 1),
    ("IP_RECVERR", IPPROTO_IP, 11, 1),
    ("IP_MTU_DISCOVER", IPPROTO_IP, 10, 2),
    ("SO_RXQ_OVFL", socket.SOL_SOCKET, 40, 1),
    ("SO_TIMESTAMPNS", socket.SOL_SOCKET, 35, 1),
)


def pair(family: int = socket.AF_INET, at: "At" = unsaid) -> "tuple[socket.socket, socket.socket]":
    """Return two sockets that are connected to each other. Raises OSError."""
    at("socket")
    near = new(family, socket.SOCK_DGRAM)
    far = new(family, socket.SOCK_DGRAM)
    try:
        at("bind")
        near.bind(HOMES[family])
        far.bind(HOMES[family])
        at("connect")
        near.connect(far.getsockname())
        far.connect(near.getsockname())
    except OSError:
        drop(near, far)
        raise
    return near, far


def conversation(at: "At", family: int = socket.AF_INET) -> None:
    """Send a datagram there and back. Raises OSError."""
    near, far = pair(family, at)
    try:
        echo(near, far, at)
    finally:
        drop(near, far)


def need_datagrams() -> None:
    """Raise AskError where no datagram arrives over 127.0.0.1 at all."""
    needed(conversation, 2, "UDP over 127.0.0.1", "udp.ipv4")


def talk_ipv4(_: Context) -> "dict[str, object]":
    """Tell whether UDP works over 127.0.0.1."""
    return {"ipv4": outcome(conversation, TRIES)}


def talk_ipv6(_: Context) -> "dict[str, object]":
    """Tell whether UDP works over ::1."""
    return {"ipv6": outcome(lambda at: conversation(at, socket.AF_INET6), TRIES)}


def send_often(context: Context) -> "dict[str, object]":
    """Send datagrams one at a time within this process, and count those that don't arrive."""
    need_datagrams()
    near, far = pair()
    patient(far, ARRIVES_WITHIN)
    count = context.pick(100, 500, 5000)
    sent = lost = 0
    errors: "dict[str, int]" = {}
    due = time.monotonic() + 2
    while sent < count and time.monotonic() < due:
        sent += 1
        try:
            near.send(b"%d" % sent)
            while far.recv(16) != b"%d" % sent:  # one that came late
                lost -= 1
        except OSError as problem:
            lost += 1
            if not isinstance(problem, BlockingIOError):
                errors[name_of(problem)] = errors.get(name_of(problem), 0) + 1
    drop(near, far)
    return {"sent": sent, "lost": lost, "errors": errors}


def trips_same(context: Context) -> "dict[str, object]":
    """Measure round trips with both ends on one processor."""
    need_datagrams()
    return {"echo.same": round_trips(pair, context.pick(50, 300, 3000), False), "overhead": measure.call_cost()}


def trips_across(context: Context) -> "dict[str, object]":
    """Measure round trips between two processors."""
    need_datagrams()
    return {"echo.across": round_trips(pair, context.pick(50, 300, 3000), True)}


def be_refused(_: Context) -> "dict[str, object]":
    """Send to a port where nobody listens, and see what the kernel says of it."""
    need_datagrams()
    return {"refused.ipv4": refusal(socket.AF_INET)}


def be_refused_ipv6(_: Context) -> "dict[str, object]":
    """Do the same over ::1."""
    needed(lambda at: conversation(at, socket.AF_INET6), 2, "UDP over ::1", "tcp.ipv6")
    return {"refused.ipv6": refusal(socket.AF_INET6)}


def refusal(family: int) -> str:
    """Return the errno by which a socket learns that nobody listens; ETIMEDOUT where it doesn't."""
    with new(family, socket.SOCK_DGRAM) as closed, new(family, socket.SOCK_DGRAM, REFUSED_WITHIN) as end:
        closed.bind(HOMES[family])
        closed.connect(closed.getsockname())  # so it holds the port, and takes nothing but from itself
        end.connect(closed.getsockname())
        said = ""
        for _ in range(REFUSALS):
            try:
                end.send(b"x")
                end.recv(1)
            except OSError as problem:
                said = name_of(problem)
            if said != "ETIMEDOUT":
                break
        return said


def fill_buffer(context: Context) -> "dict[str, object]":
    """Ask for a receive buffer, and send more than it can hold before anything is read."""
    need_datagrams()
    near, far = pair()
    asked = int(str(context.arguments["receive_buffer"]))
    usual = granted_to(far)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, asked)
    granted = granted_to(far)
    for _ in range(min(2 * granted // BLOCK + 16, MOST_BLOCKS)):
        near.send(bytes(BLOCK))
    held = drained(far)
    drop(near, far)
    return {"buffer.asked": asked, "buffer.usual": usual, "buffer.granted": granted, "buffer.held": held}


def granted_to(end: "socket.socket") -> int:
    """Return a receive buffer's size as it was asked for: the kernel doubles it, for its own needs (socket(7))."""
    return end.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2


def drained(end: "socket.socket") -> int:
    """Return how many bytes of datagrams can be received at once."""
    end.setblocking(False)
    size = 0
    while True:
        try:
            size += len(end.recv(BLOCK))
        except BlockingIOError:
            return size


def send_large(_: Context) -> "dict[str, object]":
    """Send ever smaller datagrams until one arrives whole."""
    need_datagrams()
    near, far = pair()
    patient(far, 0.2)
    for size in SIZES:
        if arrives(near, far, size):
            break
    drop(near, far)
    return {"largest": size}


def arrives(near: "socket.socket", far: "socket.socket", size: int) -> bool:
    """Tell whether a datagram of a size arrives whole, at the first or second try."""
    for _ in range(2):
        try:
            near.send(bytes(size))
            if len(far.recv(65536)) == size:
                return True
        except OSError as problem:
            if problem.errno not in (errno.EMSGSIZE, errno.EAGAIN, errno.ENOBUFS):
                raise
    return False


def set_options(_: Context) -> "dict[str, object]":
    """Set options on a socket."""
    return {"options": {option[0]: option_outcome(*option[1:]) for option in OPTIONS}}


def option_outcome(level: int, number: int, value: int) -> str:
    """Return what came of setting one option."""

    def attempt(at: "At") -> None:
        at("socket")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            at("setsockopt")
            end.setsockopt(level, number, value)

    return outcome(attempt)


STEPS = (
    Step(("ipv4",), talk_ipv4, most=8),
    Step(("ipv6",), talk_ipv6, most=8),
    Step(("sent", "lost", "errors"), send_often, most=8),
    Step(("echo.same", "overhead"), trips_same, most=6),
    Step(("echo.across",), trips_across, most=6),
    Step(("refused.ipv4",), be_refused, most=6),
    Step(("refused.ipv6",), be_refused_ipv6, most=6),
    Step(("buffer.asked", "buffer.usual", "buffer.granted", "buffer.held"), fill_buffer, most=6),
    Step(("largest",), send_large, most=8),
    Step(("options",), set_options),
)
