"""TCP on the loopback: connections of both families, errors, latencies, and what a listener really does.

Sources: tcp(7), listen(2), connect(2), socket(7), RFC 7413, include/uapi/linux/tcp.h (struct tcp_info).
"""

import errno
import socket
import time

from ..lines import AskError
from ..probing import measure
from ..probing.loopback import (
    CONNECTION,
    HOME,
    INFO_SIZE,
    ONE_LOST,
    ROOM,
    TOTAL_RETRANSMITTED,
    TRIES,
    connected,
    conversation,
    drain,
    info_word,
    knock,
    listener,
    need_connection,
    pair,
    queue_of,
    settle,
)
from ..probing.sockets import WORKS, drop, echo, expect, name_of, new, outcome, raise_files, remember, round_trips
from ..probing.step import Context, Step

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from ..probing.sockets import At

OPTIONS_AT, SYN_DATA = 5, 32  # tcpi_options, TCPI_OPT_SYN_DATA
MOST_BACKLOG = 1 << 20
TCP_FASTOPEN, MSG_FASTOPEN = 23, 0x20000000
LISTENERS = 4
CHUNK = 65536
LOSS_CURE = "see the rule tcp.errors: something loses packets on lo"
CURES = {
    errno.EMFILE: "raise the limit of open files of the process",
    errno.ENFILE: "raise fs.file-max",
    errno.EADDRNOTAVAIL: "widen net.ipv4.ip_local_port_range",
}
# Those that Go's net package sets (tcpsockopt_*.go, sockopt_posix.go), and others of servers; by level and number.
OPTIONS = (
    ("TCP_NODELAY", socket.IPPROTO_TCP, 1, 1),
    ("SO_KEEPALIVE", socket.SOL_SOCKET, 9, 1),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, 4, 15),
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, 5, 15),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, 6, 9),
    ("SO_REUSEADDR", socket.SOL_SOCKET, 2, 1),
    ("SO_REUSEPORT", socket.SOL_SOCKET, 15, 1),
    ("TCP_USER_TIMEOUT", socket.IPPROTO_TCP, 18, 10000),
    ("TCP_DEFER_ACCEPT", socket.IPPROTO_TCP, 9, 3),
    ("TCP_FASTOPEN", socket.IPPROTO_TCP, TCP_FASTOPEN, 16),
)


def talk_ipv4(_: Context) -> "dict[str, object]":
    """Tell whether TCP works over 127.0.0.1."""
    said = outcome(conversation, TRIES)
    if said != WORKS:
        remember(CONNECTION, said)
    return {"ipv4": said}


def talk_ipv6(_: Context) -> "dict[str, object]":
    """Tell whether TCP works over ::1."""
    return {"ipv6": outcome(lambda at: conversation(at, socket.AF_INET6, ("::1", 0)), TRIES)}


def connect_often(context: Context) -> "dict[str, object]":
    """Connect and accept, one connection at a time; keep the time of each and count the errors."""
    need_connection()
    count = context.pick(40, 200, 1000)
    errors: "dict[str, int]" = {}
    connects, accepts, done = [], [], 0
    due = time.monotonic() + 3
    with listener(128) as door:
        while done < count and time.monotonic() < due:
            done += 1
            near, far = new(socket.AF_INET, socket.SOCK_STREAM), None
            try:
                started = measure.ticks()
                near.connect(door.getsockname())
                between = measure.ticks()
                far = door.accept()[0]
                connects.append(between - started)
                accepts.append(measure.ticks() - between)
            except OSError as problem:
                errors[name_of(problem)] = errors.get(name_of(problem), 0) + 1
            drop(near, far)
    if not connects:
        raise AskError("failed", "no connection over 127.0.0.1: {}".format(errors), "see why none comes about")
    return {"attempts": done, "errors": errors, "connect": connects, "accept": accepts}


def exchange_often(context: Context) -> "dict[str, object]":
    """Send messages to and fro within this process; count what TCP had to send again."""
    need_connection()
    count = context.pick(50, 200, 2000)
    near, far = pair()
    done = 0
    due = time.monotonic() + 2
    try:
        while done < count and time.monotonic() < due:
            echo(near, far)
            done += 1
    except OSError as problem:
        if name_of(problem) != "ETIMEDOUT":
            raise
    again = sum(info_word(end, TOTAL_RETRANSMITTED) for end in (near, far))
    drop(near, far)
    return {"messages": 2 * done, "retransmitted": again}


def trips_same(context: Context) -> "dict[str, object]":
    """Measure round trips with both ends on one processor."""
    need_connection()
    return {"echo.same": round_trips(pair, context.pick(50, 300, 3000), False), "overhead": measure.call_cost()}


def trips_across(context: Context) -> "dict[str, object]":
    """Measure round trips between two processors."""
    need_connection()
    return {"echo.across": round_trips(pair, context.pick(50, 300, 3000), True)}


def write_twice(context: Context) -> "dict[str, object]":
    """Time a second small segment behind one that is not acknowledged yet: Nagle's algorithm would hold it back."""
    need_connection()
    near, far = pair()
    found = []
    for _ in range(context.pick(9, 15, 50)):
        echo(near, far)  # an exchange makes the other side delay its acknowledgements (pingpong mode)
        started = measure.ticks()
        near.send(b"a")
        near.send(b"b")
        got = far.recv(2)
        while len(got) < 2:
            got += far.recv(1) or b"??"
        expect(got, b"ab")
        found.append(measure.ticks() - started)
    drop(near, far)
    return {"small_writes": found}


def send_much(context: Context) -> "dict[str, object]":
    """Send through one connection within this process for a short while, and tell the rate."""
    need_connection()
    near, far = pair()
    size, most = 0, context.pick(4, 16, 64) * 16 * CHUNK
    block = bytes(CHUNK)
    started = measure.ticks()
    while size < most and measure.ticks() - started < 100000000:
        sent = near.send(block)
        while sent:
            got = len(far.recv(sent))
            sent -= got
            size += got
    past = measure.ticks() - started
    drop(near, far)
    return {"throughput": size * 1e9 / past}


def look_at_queue(_: Context) -> "dict[str, object]":
    """Tell which queueing discipline the loopback has."""
    return {"queue": queue_of("lo")}


def be_refused(_: Context) -> "dict[str, object]":
    """Connect to a port where nobody listens; again if there is no answer, as one may be lost."""
    need_connection()
    with new(socket.AF_INET, socket.SOCK_STREAM) as closed:
        closed.bind(HOME)  # it is ours, so that nobody listens there
        said = ""
        for _try in range(TRIES):
            said = refusal(closed.getsockname())
            if said != "ETIMEDOUT":
                break
    return {"refused": said}


def refusal(home: "tuple[str, int]") -> str:
    """Return the errno of a connection, "ok" if it comes about."""
    with new(socket.AF_INET, socket.SOCK_STREAM, ONE_LOST) as end:
        try:
            end.connect(home)
        except OSError as problem:
            return name_of(problem)
    return WORKS


def bind_again(_: Context) -> "dict[str, object]":
    """Bind a port of which a connection is still there, as a restarted server does."""
    need_connection()
    return {"rebind.plain": rebound(0), "rebind.reuse": rebound(1)}


def rebound(reuse: int) -> str:
    """Return what came of binding such a port, with SO_REUSEADDR or without."""
    ends = [new(socket.AF_INET, socket.SOCK_STREAM) for _ in range(2)]
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    ends[0].bind(HOME)
    home = ends[0].getsockname()
    ends[0].listen(1)
    near, far = connected(ends[0])
    ends[0].close()

    def again(at: "At") -> None:
        at("bind")
        ends[1].bind(home)
        at("listen")
        ends[1].listen(1)

    said = outcome(again)
    drop(near, far, ends[1])
    return said


def fill_backlog(context: Context) -> "dict[str, object]":
    """Count the connections a listener keeps that nobody accepts, and what the kernel says it would keep at most."""
    need_connection()
    asked = int(str(context.arguments["backlog"]))
    with listener(MOST_BACKLOG) as door:
        limit = info_word(door, ROOM)
    raise_files(asked + 64)
    return {"backlog.asked": asked, "backlog.limit": limit, "backlog.held": held(asked, min(asked, limit) + 1)}


def held(asked: int, expected: int) -> "int | AskError":
    """Return how many connections a listener keeps; `expected` is how many at least, if all goes well."""
    clients: "list[socket.socket]" = []
    with listener(asked) as door:
        try:
            while len(clients) < asked + 17:
                clients.append(knock(door.getsockname()))
            settle(door, expected)
            return drain(door)
        except OSError as problem:
            what = "there is none left for {} connections: {}".format(asked + 17, name_of(problem))
            return AskError("failed", what, CURES.get(problem.errno or 0, "see the rule tcp.connections"))
        finally:
            drop(*clients)


def hold_many(context: Context) -> "dict[str, object]":
    """Hold many connections to one address at once."""
    need_connection()
    asked = int(str(context.arguments["connections"]))
    made, said = hold(asked)
    return {"connections.asked": asked, "connections.held": made, "connections.error": said}


def hold(most: int) -> "tuple[int, str]":
    """Return how many connections to one address could be held, and "none" or the errno that ended it.

    Raises AskError where one was not answered in time: that says nothing of how many there may be.
    """
    raise_files(2 * most + 64)
    ends: "list[socket.socket]" = []
    with listener(128) as door:
        try:
            while len(ends) < 2 * most:
                ends += connected(door)
        except OSError as problem:
            made, said = len(ends) // 2, name_of(problem)
            if said == "ETIMEDOUT":
                raise AskError("failed", "no answer after {} connections".format(made), LOSS_CURE) from None
            return made, said
        finally:
            drop(*ends)
    return most, "none"


def use_up_ports(context: Context) -> "dict[str, object]":
    """Connect to one address until no port is left."""
    context.needs_full("how many ports there really are")
    need_connection()
    made, said = hold(65536)
    if said in ("EMFILE", "ENFILE"):
        raise AskError("inconclusive", "files ran out after {}".format(made), "raise the limit of open files")
    return {"ports.used": made, "ports.error": said}


def share_port(context: Context) -> "dict[str, object]":
    """Listen several times on one port and see who gets the connections, which are accepted one by one."""
    need_connection()
    doors: "list[socket.socket]" = []
    home = HOME
    try:
        for _ in range(LISTENERS):
            doors.append(new(socket.AF_INET, socket.SOCK_STREAM))
            doors[-1].setsockopt(socket.SOL_SOCKET, 15, 1)  # SO_REUSEPORT
            doors[-1].bind(home)
            home = doors[0].getsockname()
            doors[-1].listen(8)
        return {"reuseport": visits(doors, context.pick(100, 200))}
    except BlockingIOError:
        raise AskError("failed", "a connection was not answered in time", LOSS_CURE) from None
    finally:
        drop(*doors)


def visits(doors: "list[socket.socket]", count: int) -> "list[int]":
    """Return how many of some connections to a port each of its listeners got."""
    found = [0] * len(doors)
    for _ in range(count):
        near = new(socket.AF_INET, socket.SOCK_STREAM)
        near.connect(doors[0].getsockname())
        found = [before + drain(door) for before, door in zip(found, doors)]
        drop(near)
    return found


def open_fast(_: Context) -> "dict[str, object]":
    """Connect with data in the SYN three times; the first one only fetches the cookie (RFC 7413)."""
    need_connection()
    with listener() as door:
        try:
            door.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)
        except OSError as problem:
            raise AskError("unsupported", "TCP_FASTOPEN: " + name_of(problem), "use a kernel with it") from None
        return {"fastopen": True in [data_in_syn(door) for _ in range(3)]}


def data_in_syn(door: "socket.socket") -> bool:
    """Connect once, and return whether the server took data out of the SYN."""
    near = new(socket.AF_INET, socket.SOCK_STREAM)
    far = None
    try:
        try:
            near.sendto(b"abc", MSG_FASTOPEN, door.getsockname())
        except OSError as problem:
            if problem.errno in (errno.EOPNOTSUPP, errno.EINVAL):  # sysctl net.ipv4.tcp_fastopen without bit 0
                return False
            raise
        far = door.accept()[0]
        expect(far.recv(16), b"abc")
        return bool(far.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_SIZE)[OPTIONS_AT] & SYN_DATA)
    finally:
        drop(near, far)


def set_options(_: Context) -> "dict[str, object]":
    """Set options on a socket and read them back."""
    return {"options": {option[0]: option_outcome(*option[1:]) for option in OPTIONS}}


def option_outcome(level: int, number: int, value: int) -> str:
    """Return what came of setting one option."""
    return outcome(lambda at: set_option(at, level, number, value))


def set_option(at: "At", level: int, number: int, value: int) -> None:
    """Set one option and read it back. Raises OSError; EBADMSG where it isn't kept."""
    at("socket")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as end:
        at("setsockopt")
        end.setsockopt(level, number, value)
        at("getsockopt")
        if end.getsockopt(level, number) < value:  # the kernel may round up: TCP_DEFER_ACCEPT counts retransmissions
            raise OSError(errno.EBADMSG, "another value is there")


STEPS = (
    Step(("ipv4",), talk_ipv4, most=12),
    Step(("ipv6",), talk_ipv6, most=12),
    Step(("attempts", "errors", "connect", "accept"), connect_often, most=6),
    Step(("messages", "retransmitted"), exchange_often, most=8),
    Step(("echo.same", "overhead"), trips_same, most=6),
    Step(("echo.across",), trips_across, most=6),
    Step(("small_writes",), write_twice, most=8),
    Step(("throughput",), send_much, most=6),
    Step(("queue",), look_at_queue),
    Step(("refused",), be_refused),
    Step(("rebind.plain", "rebind.reuse"), bind_again, most=8),
    Step(("backlog.asked", "backlog.held", "backlog.limit"), fill_backlog),
    Step(("connections.asked", "connections.held", "connections.error"), hold_many),
    Step(("ports.used", "ports.error"), use_up_ports, most=40),
    Step(("reuseport",), share_port),
    Step(("fastopen",), open_fast),
    Step(("options",), set_options),
)
