"""A tiny HTTP/1.1 server on loopback, one process, no threads: what the probe `http` talks to.

`/` says which connection the request came over (`1`, `2`...); `/close` does so and then closes it without a word;
`/large` gives LARGE bytes; `/never` nothing at all; `/half` half an answer; `/together/N` waits for N such requests.
"""

import select
import socket
from array import array

from .endings import no_loopback

LARGE = 1048576
CHUNK = 65536
PATIENCE = 5.0


def listen(backlog: int = 1024) -> "socket.socket":
    """Return a listener on 127.0.0.1 at a port of the kernel's choice. Raises OSError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


def reachable() -> "socket.socket":
    """Return a listener that could be connected to. Raises AskError where nothing over loopback can be tried."""
    try:
        listener = listen()
        with socket.create_connection(listener.getsockname(), PATIENCE):
            listener.accept()[0].close()
    except OSError as problem:
        raise no_loopback(problem) from None
    return listener


def large_body() -> bytes:
    """Return LARGE bytes of which no four recur at another place that is a multiple of four."""
    return array("I", range(LARGE // 4)).tobytes()


def serve(listener: "socket.socket") -> None:
    """Serve until killed."""
    Server(listener).run()


class Connection:
    """One client; `number` counts them from 1."""

    def __init__(self, sock: "socket.socket", number: int) -> None:
        self.sock = sock
        self.number = number
        self.heard = b""
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self, body: bytes) -> None:
        """Send a whole answer."""
        self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Server:
    """All connections, and those whose requests are held back."""

    def __init__(self, listener: "socket.socket") -> None:
        self.listener = listener
        self.poll = select.poll()
        self.poll.register(listener, select.POLLIN)
        self.open: "dict[int, Connection]" = {}
        self.held: "list[Connection]" = []
        self.accepted = 0

    def run(self) -> None:
        """Serve; an error of the listener (no descriptor left) ends it, and so tells all clients."""
        while True:
            for end, _ in self.poll.poll():
                if end == self.listener.fileno():
                    self.accept()
                else:
                    self.attend(self.open[end])

    def accept(self) -> None:
        """Take a new client."""
        self.accepted += 1
        connection = Connection(self.listener.accept()[0], self.accepted)
        self.open[connection.sock.fileno()] = connection
        self.poll.register(connection.sock, select.POLLIN)

    def attend(self, connection: Connection) -> None:
        """Read from a client; answer when its request is whole, let go of it when it has gone."""
        try:
            heard = connection.sock.recv(CHUNK)
            connection.heard += heard
            if not heard:
                self.drop(connection)
            elif connection.heard.endswith(b"\r\n\r\n"):
                path = connection.heard.split(b" ", 2)[1].decode("ascii")
                connection.heard = b""
                self.answer(connection, path)
        except OSError:
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """Close a connection."""
        del self.open[connection.sock.fileno()]
        self.poll.unregister(connection.sock)
        connection.sock.close()

    def answer(self, connection: Connection, path: str) -> None:
        """Do what a path asks for."""
        first, _, rest = path[1:].partition("/")
        if first == "together":
            self.hold(connection, int(rest))
        elif first == "large":
            connection.answer(large_body())
        elif first == "half":
            connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif first != "never":
            connection.answer(b"%d\n" % connection.number)
            if first == "close":
                self.drop(connection)

    def hold(self, connection: Connection, wanted: int) -> None:
        """Keep a request until as many as wanted are here, then answer them all."""
        self.held.append(connection)
        if len(self.held) >= wanted:
            for waiting in self.held:
                waiting.answer(b"together\n")
            self.held.clear()
