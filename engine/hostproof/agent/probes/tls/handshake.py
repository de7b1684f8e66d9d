"""A TLS server of our own on loopback with certificates made on the spot, and the client that shakes hands with it."""

import errno
import os
import select
import socket
import ssl

from ...lines import AskError
from ...probing.companion import companion, dismiss
from ...probing.step import Context
from ...probing.webserver import reachable
from .certificate import DAY, Authority

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from typing import Optional

PATIENCE = 3.0  # seconds that nothing on loopback takes, however busy the machine is
NAME = "probe.hostproof.test"  # a name that no network has: RFC 6761, 6.2
TLS12, TLS13 = "TLSv1.2", "TLSv1.3"  # as SSLSocket.version() says
# A refused certificate; on Python 3.6 a wrong name is a ValueError and no SSLError.
REFUSALS = (ssl.CertificateError, ssl.SSLError)
NOT_VALID = "CERTIFICATE_VERIFY_FAILED"


class Server:
    """The server while a `with` lasts: at `good` with a valid certificate, at `expired` with one of last week."""

    def __init__(self, context: Context) -> None:
        self.authority = Authority()
        folder = context.scratch()
        self.contexts = {
            "good": self.context(folder, "good", self.authority.leaf(NAME)),
            "expired": self.context(folder, "expired", self.authority.leaf(NAME, -7 * DAY, -DAY)),
        }

    def context(self, folder: str, name: str, certificate: str) -> "ssl.SSLContext":
        """Return a server's context; OpenSSL takes key and certificate from a file only."""
        path = os.path.join(folder, "{}-{}.pem".format(name, os.getpid()))
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.authority.key + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        os.unlink(path)
        return context

    def __enter__(self) -> "Server":
        listeners = {name: reachable() for name in self.contexts}
        self.good, self.expired = (int(listeners[name].getsockname()[1]) for name in ("good", "expired"))
        self.pid = companion(serve, [(listeners[name], self.contexts[name]) for name in listeners])
        for listener in listeners.values():
            listener.close()
        return self

    def __exit__(self, *_: object) -> None:
        dismiss(self.pid)


def serve(doors: "list[tuple[socket.socket, ssl.SSLContext]]") -> None:
    """Serve one client after another until killed."""
    contexts = {listener.fileno(): context for listener, context in doors}
    listeners = [listener for listener, _ in doors]
    while True:
        for listener in select.select(listeners, [], [])[0]:
            client = listener.accept()[0]
            client.settimeout(PATIENCE)
            at_once(client)
            try:
                echo(contexts[listener.fileno()].wrap_socket(client, server_side=True))
            except OSError:
                client.close()  # it refused us, or went away


def at_once(end: "socket.socket") -> None:
    """Send what is written at once, as Go does; else Nagle's algorithm and a late ACK add 40 ms to a handshake."""
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def echo(client: "ssl.SSLSocket") -> None:
    """Say once what the client says."""
    client.sendall(client.recv(1024))
    client.close()


def trusting(root: str = "", version: str = "") -> "ssl.SSLContext":
    """Return a client's context that trusts one authority, or none at all; `version` keeps it to one version of TLS.

    What else it may do is left to the host's configuration of OpenSSL, which may forbid a version.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if root:
        context.load_verify_locations(cadata=root)
    if version == TLS13:
        if not has_tls13():
            raise AskError(
                "no-tool", "{} knows no TLS 1.3".format(ssl.OPENSSL_VERSION), "install OpenSSL 1.1.1 or later"
            )
        context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1
    elif version == TLS12 and has_tls13():
        context.options |= ssl.OP_NO_TLSv1_3
    return context


def has_tls13() -> bool:
    """Tell whether Python's OpenSSL knows TLS 1.3."""
    return bool(getattr(ssl, "HAS_TLSv1_3", hasattr(ssl, "OP_NO_TLSv1_3") and ssl.OPENSSL_VERSION_INFO >= (1, 1, 1)))


def shake(
    context: "ssl.SSLContext", port: int, name: str = NAME, session: "Optional[ssl.SSLSession]" = None
) -> "ssl.SSLSocket":
    """Return a connection whose handshake is done and over which one byte went back and forth.

    The byte matters: TLS 1.3 sends what a session is resumed by after the handshake (RFC 8446, 4.6.1).
    """
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    try:
        at_once(raw)
        client = context.wrap_socket(raw, server_hostname=name, session=session)
        client.sendall(b"x")
        heard = client.recv(1)
    except BaseException:
        raw.close()
        raise
    if heard != b"x":
        client.close()
        raise ConnectionResetError(errno.ECONNRESET, "the server ended the connection")
    return client


def is_refusal(problem: Exception) -> bool:
    """Tell whether a handshake ended because the certificate didn't do."""
    if not isinstance(problem, ssl.SSLError):
        return isinstance(problem, ssl.CertificateError)
    return problem.reason == NOT_VALID
