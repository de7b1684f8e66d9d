"""Where a service's data come from: a file, or an address of this machine's own loopback; bounded in size and time."""

import errno
import http.client
import os
import socket
import stat
import time

from ...lines import AskError, ask_error

MOST_LOG = 32 * 1024 * 1024
MOST_JSON = 8 * 1024 * 1024
MOST_PROFILE = 3 * 1024 * 1024
CHUNK = 65536
SECOND = 1000000000
ELSEWHERE = "give an address on the loopback, such as 127.0.0.1:6060; of another, save the answer and name the file"
NO_ANSWER = "see whether the service hangs, and whether that is the address of its debug endpoint"


class RefusedError(AskError):
    """An address that was asked and gave no answer; `said` is that in a word or two: ECONNREFUSED, status 404."""

    def __init__(self, cause: str, said: str, where: str) -> None:
        super().__init__(cause, "{}: {}".format(where, said), NO_ANSWER)
        self.said = said


class Address:
    """A place to ask by HTTP. Raises AskError (unsupported) where it isn't the loopback."""

    def __init__(self, text: str) -> None:
        rest = text[7:] if text.startswith("http://") else text
        if "://" in rest:
            raise AskError("unsupported", text + " is not an http:// address", ELSEWHERE)
        authority, slash, path = rest.partition("/")
        host, colon, port = authority.rpartition(":")
        if not colon or not port.isdigit() or not 0 < int(port) < 65536:
            raise AskError("unsupported", text + " names no port", ELSEWHERE)
        self.host, self.port, self.path = host.strip("[]") or "127.0.0.1", int(port), slash + path
        if not is_loopback(self.host):
            raise AskError("unsupported", self.host + " is not an address of the loopback", ELSEWHERE)

    def below(self, path: str) -> "Address":
        """Return the address of a path below this one."""
        found = Address("[{}]:{}".format(self.host, self.port))
        found.path = self.path.rstrip("/") + path
        return found

    def __str__(self) -> str:
        host = "[{}]".format(self.host) if ":" in self.host else self.host
        return "http://{}:{}{}".format(host, self.port, self.path)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its loopback; names but localhost are not looked up.

    >>> is_loopback("127.3.0.1"), is_loopback("::1"), is_loopback("127.0.0.1.example.org"), is_loopback("10.0.0.1")
    (True, True, False, False)
    """
    if host in ("localhost", "::1"):
        return True
    try:
        return socket.inet_pton(socket.AF_INET, host)[:1] == b"\x7f"
    except (OSError, UnicodeEncodeError):
        return False


def fetch(address: Address, patience: int, most: int) -> bytes:
    """Return what an address answers to GET, within `patience` nanoseconds. Raises AskError; follows nothing."""
    due = time.monotonic() + patience / SECOND
    # localhost as the resolver has it might be anything.
    host = "127.0.0.1" if address.host == "localhost" else address.host
    connection = http.client.HTTPConnection(host, address.port, timeout=patience / SECOND)
    try:
        connection.request("GET", address.path or "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RefusedError("failed", "status {}".format(answer.status), str(address))
        return body_of(answer, connection, due, most, address)
    except socket.timeout:
        raise RefusedError("timeout", "timeout", "{} after {:g} s".format(address, patience / SECOND)) from None
    except http.client.HTTPException:
        raise RefusedError("failed", "not HTTP", str(address)) from None
    except OSError as problem:
        raise RefusedError("failed", errno.errorcode.get(problem.errno or 0, str(problem)), str(address)) from None
    finally:
        connection.close()


def body_of(
    answer: "http.client.HTTPResponse",
    connection: "http.client.HTTPConnection",
    due: float,
    most: int,
    address: Address,
) -> bytes:
    """Return an answer's body, which may come in drops. Raises AskError (timeout, too-large), OSError."""
    body = bytearray()
    while True:
        left = due - time.monotonic()
        if left <= 0:
            raise socket.timeout
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = answer.read1(CHUNK)
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > most:
            raise AskError("too-large", "{} answers with more than {} bytes".format(address, most), "ask for less")


def read_file(path: str, most: int, end: bool = False) -> bytes:
    """Return a regular file's bytes; of a longer one its `end`, or AskError (too-large). Raises AskError."""
    if not path.startswith("/"):
        raise AskError("unsupported", path[:200] + " is neither a whole path nor an http:// address", "begin it with /")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return content(handle, path, most, end)
        finally:
            os.close(handle)
    except OSError as problem:
        found = ask_error(problem, path)
        found.cure = found.cure or "name the file that the service writes"
        raise found from None


def content(handle: int, path: str, most: int, end: bool) -> bytes:
    """Return the bytes of an open file. Raises AskError, OSError."""
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        raise AskError("unsupported", path + " is no regular file", "write what it gives into a file, and name that")
    if about.st_size > most and not end:
        raise AskError("too-large", "{} has more than {} bytes".format(path, most), "give a smaller one")
    found = bytearray()
    at = max(0, about.st_size - most)
    while len(found) < most:
        chunk = os.pread(handle, min(1 << 20, most - len(found)), at + len(found))
        if not chunk:
            break
        found += chunk
    return bytes(found)


def is_address(text: str) -> bool:
    """Return whether a source is an address, not a path."""
    return "://" in text or not text.startswith("/")


def get(source: str, patience: int, most: int) -> bytes:
    """Return what a source gives, be it a file or an address. Raises AskError."""
    return fetch(Address(source), patience, most) if is_address(source) else read_file(source, most)
