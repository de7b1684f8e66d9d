"""A name server of our own on loopback, UDP and TCP: it answers by the first part of a name, and tells what it heard.

    dual.*     127.0.0.1 and ::1
    large.*    over UDP only that the answer doesn't fit (TC); over TCP 127.0.0.1
    silent.*   nothing, ever
    second.*   nothing at first, 127.0.0.1 when asked again
    others     there is no such name (NXDOMAIN)

Messages: RFC 1035, section 4.
"""

import os
import select
import socket
import struct

A, AAAA = 1, 28
TYPES = {A: "A", AAAA: "AAAA"}
ADDRESSES = {A: b"\x7f\x00\x00\x01", AAAA: b"\x00" * 15 + b"\x01"}
RESPONSE, TRUNCATED, RECURSION_WANTED, RECURSION, NO_SUCH_NAME = 0x8000, 0x0200, 0x0100, 0x0080, 3
HEADER = struct.Struct("!6H")
MOST = 4096
TRIES = 16


def bind() -> "tuple[socket.socket, socket.socket]":
    """Return a UDP socket and a TCP listener at one port of 127.0.0.1. Raises OSError."""
    for _ in range(TRIES):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind(udp.getsockname())
        except OSError:  # somebody else's
            udp.close()
            tcp.close()
            continue
        tcp.listen(16)
        return udp, tcp
    raise OSError("no port is free for both UDP and TCP")


def serve(udp: "socket.socket", tcp: "socket.socket", log: int) -> None:
    """Serve until killed; write a line for each question to `log` before it is answered."""
    seen: "dict[tuple[str, int], int]" = {}
    while True:
        for end in select.select([udp, tcp], [], [])[0]:
            if end is udp:
                asked, peer = udp.recvfrom(MOST)
                said = heard(asked, False, seen, log)
                if said:
                    udp.sendto(said, peer)
            else:
                client = tcp.accept()[0]
                client.settimeout(3.0)
                try:
                    talk(client, seen, log)
                except OSError:
                    client.close()  # it went away


def talk(client: "socket.socket", seen: "dict[tuple[str, int], int]", log: int) -> None:
    """Answer the questions of a TCP connection; each message follows its length."""
    while True:
        size = client.recv(2)
        if len(size) < 2:
            client.close()
            return
        said = heard(client.recv(struct.unpack("!H", size)[0]), True, seen, log)
        if said:
            client.sendall(struct.pack("!H", len(said)) + said)


def heard(asked: bytes, stream: bool, seen: "dict[tuple[str, int], int]", log: int) -> bytes:
    """Return the answer to a message, empty if there is to be none."""
    try:
        name, kind, end = question(asked)
    except (ValueError, IndexError, struct.error):
        return b""
    os.write(log, "{} {} {}\n".format(TYPES.get(kind, kind), name, "tcp" if stream else "udp").encode("ascii"))
    seen[name, kind] = seen.get((name, kind), 0) + 1
    how = name.partition(".")[0]
    if how == "silent" or (how == "second" and seen[name, kind] == 1):
        return b""
    if how == "large" and not stream:
        return message(asked, end, TRUNCATED, b"")
    if how not in ("dual", "large", "second"):
        return message(asked, end, NO_SUCH_NAME, b"")
    address = ADDRESSES.get(kind, b"") if how == "dual" or kind == A else b""
    return message(asked, end, 0, record(kind, address) if address else b"")


def question(asked: bytes) -> "tuple[str, int, int]":
    """Return name and type of the first question of a message, and where it ends. Raises ValueError, IndexError."""
    labels = []
    place = HEADER.size
    while asked[place]:
        size = asked[place]
        if size > 63:
            raise ValueError("no name can be compressed in a question")
        labels.append(asked[place + 1 : place + 1 + size].decode("ascii").lower())
        place += 1 + size
    return ".".join(labels), struct.unpack_from("!H", asked, place + 1)[0], place + 5


def message(asked: bytes, end: int, flags: int, answers: bytes) -> bytes:
    """Return the response to a message: its question again, and at most one record."""
    number, wanted = HEADER.unpack_from(asked)[:2]
    head = HEADER.pack(number, RESPONSE | RECURSION | (wanted & RECURSION_WANTED) | flags, 1, 1 if answers else 0, 0, 0)
    return head + asked[HEADER.size : end] + answers


def record(kind: int, address: bytes) -> bytes:
    """Return a resource record of the name that was asked for, of the class IN, to be kept for no time."""
    return struct.pack("!3HIH", 0xC00C, kind, 1, 0, len(address)) + address
