"""Probe `http`: HTTP/1.1 over loopback against a tiny server of our own: reuse, many at once, time-outs honoured.

The server is `probing/webserver.py`, in a process of its own; the client is Python's http.client.
"""

import http.client
import io
import os
import socket
from functools import partial

from ..lines import AskError
from ..probing.companion import companion, dismiss
from ..probing.endings import attempt, count, ending, waits
from ..probing.measure import SECOND, cpus, latencies, pin
from ..probing.step import Context, Step
from ..probing.webserver import large_body, listen, reachable, serve

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 3.0  # seconds that nothing on loopback takes, however busy the machine is
TOGETHER = 64
PROBLEMS = (OSError, http.client.HTTPException)
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1\n"


class Server:
    """Our server while a `with` lasts; `port` is where it listens. Raises AskError where it can't be reached."""

    def __enter__(self) -> "Server":
        listener = reachable()
        self.port = int(listener.getsockname()[1])
        self.pid = companion(serve, listener)
        listener.close()
        self.spare = os.dup(2)  # the server's is its listener: so it is us, who can tell, whom a limit of files stops
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.spare)
        dismiss(self.pid)

    def connect(self, timeout: float = PATIENCE) -> "http.client.HTTPConnection":
        """Return a client's connection, not opened yet."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)


def get(connection: "http.client.HTTPConnection", path: str = "/") -> bytes:
    """Return what the server says. Raises OSError, http.client.HTTPException."""
    connection.request("GET", path)
    return read(connection)


def read(connection: "http.client.HTTPConnection") -> bytes:
    """Return the body of an answer. Raises OSError, http.client.HTTPException."""
    return connection.getresponse().read()


def keep_alive(context: Context) -> "dict[str, object]":
    """Make requests one after another; the server's answers say over which of its connections each one came."""
    requests = context.pick(50, 300, 2000)
    errors: "dict[str, int]" = {}
    seen: "list[bytes]" = []
    with Server() as server:
        connection = server.connect()
        for _ in range(requests):
            try:
                seen.append(get(connection))
            except PROBLEMS as problem:
                count(errors, ending(problem))
                connection.close()
        connection.close()
        found = {"large_body": whole_body(server), "closed_noticed": closed_noticed(server)}
    repeated = sum(1 for before, after in zip(seen, seen[1:]) if before == after)
    return dict(found, requests=requests, errors=errors, reuse=repeated / (requests - 1))


def whole_body(server: Server) -> bool:
    """Return whether a large body comes as it was sent."""
    connection = server.connect()
    try:
        return get(connection, "/large") == large_body()
    except PROBLEMS:
        return False
    finally:
        connection.close()


def closed_noticed(server: Server) -> "bool | AskError":
    """Return whether a connection that the server closed while idle is noticed as such, and a new one works."""
    connection = server.connect()
    try:
        first = int(get(connection, "/close"))
        get(connection)
    except PROBLEMS as problem:
        connection.close()
        return not isinstance(problem, socket.timeout) and attempt(partial(get, connection), {}, PROBLEMS)
    finally:
        connection.close()
    return AskError("inconclusive", "connection {} was to be closed and was not".format(first), "try again")


def together(context: Context) -> "dict[str, object]":
    """Have many requests under way at once: the server answers none before it has them all."""
    wanted = int(str(context.arguments.get("together", TOGETHER)))
    errors: "dict[str, int]" = {}
    with Server() as server:
        clients = list(opened(server, wanted, errors))
        answered = 0
        for client in clients:
            attempt(partial(client.request, "GET", "/together/{}".format(len(clients))), errors, PROBLEMS)
        for client in clients:
            answered += attempt(partial(read, client), errors, PROBLEMS)
            client.close()
    return {"together": answered, "together_asked": wanted, "together_errors": errors}


def opened(server: Server, wanted: int, errors: "dict[str, int]") -> "Iterator[http.client.HTTPConnection]":
    """Yield open connections until there are enough, or no more to be had."""
    for _ in range(wanted):
        client = server.connect()
        if not attempt(client.connect, errors, PROBLEMS):
            return
        yield client


def stall(context: Context) -> "dict[str, object]":
    """Ask a server that takes the request and never answers, and one that stops in the midst of its headers."""
    timeout = timeout_of(context)
    with Server() as server:
        paths = ("/never", "/half") * context.pick(1, 3, 10)
        took, ends = waits([partial(get, server.connect(timeout), path) for path in paths], PROBLEMS)
    return {"timeout": round(timeout * SECOND), "read_waits": took, "read_ends": ends}


def timeout_of(context: Context) -> float:
    """Return the time-out that is tried, in seconds."""
    return context.pick(23, 53) / 1000  # numbers that nobody else waits for, so that a trace shows them


def unaccepted(context: Context) -> "dict[str, object]":
    """Connect to a listener whose queue is full: the kernel drops the request, and only a time-out ends the wait."""
    timeout = timeout_of(context)
    listener = listen(0)
    filled = []
    for _ in range(8):
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client.settimeout(timeout)
        filled.append(client)
        try:
            client.connect(listener.getsockname())
        except socket.timeout:
            break
        except OSError as problem:
            raise AskError(
                "inconclusive",
                "a full queue answers with {} here".format(ending(problem)),
                "set net.ipv4.tcp_abort_on_overflow to 0 and the loopback interface up",
            ) from None
    else:
        raise AskError("inconclusive", "the queue of a listener could not be filled", "none is known on this kernel")
    once_more = partial(socket.create_connection, listener.getsockname(), timeout)
    took, ends = waits([once_more] * context.pick(1, 3, 10))
    return {"connect_waits": took, "connect_ends": ends}


def round_trips(context: Context) -> "dict[str, object]":
    """Time requests over one connection, with both ends on one processor and on two."""
    here = cpus()
    trips = context.pick(50, 300, 2000)
    found: "dict[str, object]" = {"overhead": overhead()}
    pin({here[0]})
    with Server() as server:
        connection = server.connect()
        get(connection)
        found["same_cpu"] = latencies(partial(get, connection), trips)
        if len(here) > 1:
            pin({here[1]})
            get(connection)
            found["other_cpu"] = latencies(partial(get, connection), trips)
        else:
            found["other_cpu"] = AskError("unsupported", "there is one processor", "run it on two processors or more")
        connection.close()
    return found


class Canned:
    """Stands for a socket whose peer has already said all that it will: no kernel is in the way."""

    def sendall(self, data: bytes) -> None:
        """Take what is sent."""

    def makefile(self, _: str) -> "io.BytesIO":
        """Return the answer."""
        return io.BytesIO(PLAIN)

    def close(self) -> None:
        """Be done."""


def overhead() -> int:
    """Return the median time in nanoseconds that our own client takes for a request that meets no kernel."""
    connection = http.client.HTTPConnection("127.0.0.1")
    connection.sock = Canned()
    return sorted(latencies(partial(get, connection), 50))[25]


STEPS = (
    Step(("requests", "errors", "reuse", "large_body", "closed_noticed"), keep_alive, 12.0),
    Step(("together", "together_asked", "together_errors"), together, 12.0),
    Step(("timeout", "read_waits", "read_ends"), stall),
    Step(("connect_waits", "connect_ends"), unaccepted),
    Step(("overhead", "same_cpu", "other_cpu"), round_trips, 12.0),
)
