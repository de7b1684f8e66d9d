"""What /etc/hosts and /etc/resolv.conf say, read as the C library reads them: hosts(5), resolv.conf(5)."""

import errno
import socket

from ...lines import to_text

HOSTS = "/etc/hosts"
SETTINGS = "/etc/resolv.conf"
MOST_BYTES = 1048576
MOST_SERVERS = 3  # MAXNS, <resolv.h>
PORT = 53
USUAL_SERVER = "127.0.0.1"


def content(path: str) -> str:
    """Return the beginning of a file, empty where there is none. Raises OSError."""
    try:
        with open(path, "rb") as file:
            return to_text(file.read(MOST_BYTES))
    except FileNotFoundError:
        return ""


def host_names(text: str) -> "dict[str, set[str]]":
    """Return the addresses that a hosts file gives to each name; those with a scope (fe80::1%lo) are left out.

    >>> host_names("127.0.0.1 localhost me # a comment")
    {'localhost': {'127.0.0.1'}, 'me': {'127.0.0.1'}}
    """
    found: "dict[str, set[str]]" = {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if family_of(address) is not None:
            for name in names:
                found.setdefault(name.lower(), set()).add(address)
    return found


def family_of(address: str) -> "int | None":
    """Return the family of an address, None where it is none."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, address)
        except (OSError, ValueError):
            continue
        return int(family)
    return None


def same(address: str, other: str) -> bool:
    """Tell whether two texts are the same address; one of IPv6 can be written in several ways."""
    family = family_of(address)
    return family is not None and family == family_of(other) and packed(address) == packed(other)


def packed(address: str) -> bytes:
    """Return the bytes of an address."""
    return socket.inet_pton(family_of(address) or socket.AF_INET, address)


def name_servers(text: str) -> "list[str]":
    """Return the name servers of a resolv.conf that are asked.

    >>> name_servers("nameserver 192.0.2.1")
    ['192.0.2.1']
    >>> name_servers("")
    ['127.0.0.1']
    """
    words = [line.split() for line in text.splitlines()]
    found = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    return [server for server in found if family_of(server.partition("%")[0]) is not None][:MOST_SERVERS] or [
        USUAL_SERVER
    ]


def unreachable(servers: "list[str]") -> "dict[str, str]":
    """Return which name servers can't even be sent a question, with the errno's name.

    Connecting a UDP socket sends nothing: it shows whether there is a route. Only a server on our own loopback is sent
    an empty datagram, which is no question: where nobody listens the kernel says so at once (ECONNREFUSED).
    """
    found = {}
    for server in servers:
        try:
            knock(server)
        except OSError as problem:
            found[server] = errno.errorcode.get(problem.errno or 0, type(problem).__name__)
    return found


def knock(server: str) -> None:
    """See whether a name server could be sent a question. Raises OSError if not."""
    family, kind, number, _, address = socket.getaddrinfo(
        server, PORT, 0, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    )[0]
    with socket.socket(family, kind, number) as door:
        door.settimeout(0.05)
        door.connect(address)
        if is_own(server):
            door.send(b"")
            try:
                door.recv(1)
            except socket.timeout:
                return


def is_own(server: str) -> bool:
    """Tell whether an address is of the loopback network."""
    return server.startswith("127.") or server == "::1"
