"""Connections over the loopback: listeners, both ends of a connection, what the kernel tells of them, queues on lo.

Sources: tcp(7), netlink(7), rtnetlink(7), include/uapi/linux/tcp.h (struct tcp_info).
"""

import errno
import os
import socket
import struct
import time

from ..lines import AskError
from .sockets import drop, echo, needed, new

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from .sockets import At

HOME = ("127.0.0.1", 0)
INFO_SIZE = 104
WAITING, ROOM, TOTAL_RETRANSMITTED = 24, 28, 100  # offsets: of a listener, tcpi_unacked and tcpi_sacked are its queue
CONNECTION = "a connection over 127.0.0.1"
TRIES = 2  # a packet that is lost now and then is not "no connection"
ONE_LOST = 1.6  # seconds for a connection one of whose packets is lost: a SYN is sent again after 1 s

RTM_GETQDISC, NLMSG_ERROR, NLMSG_DONE, TCA_KIND = 38, 2, 3, 1  # linux/rtnetlink.h, linux/netlink.h
DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH


def listener(backlog: int = 16, family: int = socket.AF_INET, home: "tuple[str, int]" = HOME) -> "socket.socket":
    """Return a listener on a free port. Raises OSError."""
    end = new(family, socket.SOCK_STREAM)
    end.bind(home)
    end.listen(backlog)
    return end


def connected(door: "socket.socket") -> "tuple[socket.socket, socket.socket]":
    """Return both ends of a connection to a listener, with TCP_NODELAY. Raises OSError."""
    near = new(door.family, socket.SOCK_STREAM)
    far = None
    try:
        near.connect(door.getsockname())
        far = door.accept()[0]
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        drop(near, far)
        raise
    return near, far


def pair() -> "tuple[socket.socket, socket.socket]":
    """Return both ends of a connection over 127.0.0.1. Raises OSError."""
    with listener() as door:
        return connected(door)


def conversation(
    at: "At", family: int = socket.AF_INET, home: "tuple[str, int]" = HOME, most: float = ONE_LOST
) -> None:
    """Listen, connect, accept, and talk both ways. Raises OSError."""
    at("socket")
    with new(family, socket.SOCK_STREAM) as door, new(family, socket.SOCK_STREAM, most) as near:
        at("bind")
        door.bind(home)
        at("listen")
        door.listen(1)
        at("connect")
        near.connect(door.getsockname())
        at("accept")
        far = door.accept()[0]
        try:
            echo(near, far, at)
        finally:
            drop(near, far)


def need_connection() -> None:
    """Raise AskError where no connection over 127.0.0.1 comes about at all."""
    needed(conversation, TRIES, CONNECTION, "tcp.ipv4")


def info_word(end: "socket.socket", offset: int) -> int:
    """Return a 32-bit word of TCP_INFO. Raises AskError where the kernel gives less."""
    found = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_SIZE)
    if len(found) < offset + 4:
        raise AskError("unsupported", "TCP_INFO has only {} bytes".format(len(found)), "use a newer kernel")
    return int(struct.unpack_from("I", found, offset)[0])


def knock(home: "tuple[str, int]") -> "socket.socket":
    """Begin a connection and don't wait for it."""
    end = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    end.setblocking(False)
    number = end.connect_ex(home)
    if number not in (0, errno.EINPROGRESS):
        end.close()
        raise OSError(number, os.strerror(number))
    return end


def settle(door: "socket.socket", expected: int) -> None:
    """Wait until so many connections are in a listener's queue; or for one SYN more, should one be lost."""
    due = time.monotonic() + ONE_LOST
    while info_word(door, WAITING) < expected and time.monotonic() < due:
        time.sleep(0.002)


def drain(door: "socket.socket") -> int:
    """Return how many connections can be accepted at once."""
    door.setblocking(False)
    count = 0
    while True:
        try:
            drop(door.accept()[0])
        except BlockingIOError:
            return count
        count += 1


def queue_of(interface: str) -> str:
    """Return the queueing discipline at the root of an interface: "noqueue", "tbf"... Raises OSError, AskError.

    It is asked for by netlink, as `tc qdisc show` does: /sys has nothing of it.
    """
    index = socket.if_nametoindex(interface)
    with new(socket.AF_NETLINK, socket.SOCK_RAW) as door:  # protocol 0 is NETLINK_ROUTE
        body = struct.pack("BxxxiIII", socket.AF_UNSPEC, index, 0, 0, 0)  # struct tcmsg
        door.send(struct.pack("IHHII", 16 + len(body), RTM_GETQDISC, DUMP, 1, 0) + body)
        while True:
            said = door.recv(65536)
            while len(said) >= 16:
                size, kind = struct.unpack_from("IH", said)
                if kind == NLMSG_ERROR:
                    number = -struct.unpack_from("i", said, 16)[0]
                    raise OSError(number, os.strerror(number))
                if kind == NLMSG_DONE:
                    raise AskError(
                        "absent", "no queueing discipline of {} is told".format(interface), "set the interface up"
                    )
                if struct.unpack_from("i", said, 20)[0] == index and is_root(said):
                    return kind_of(said[36:size])
                said = said[(size + 3) & ~3 :]


def is_root(said: bytes) -> bool:
    """Tell whether a message's struct tcmsg is of the root (TC_H_ROOT), or of a default, which has no parent."""
    return struct.unpack_from("I", said, 28)[0] in (0xFFFFFFFF, 0)


def kind_of(attributes: bytes) -> str:
    """Return the text of TCA_KIND among netlink attributes, empty where it isn't."""
    while len(attributes) >= 4:
        size, kind = struct.unpack_from("HH", attributes)
        if kind == TCA_KIND:
            return attributes[4:size].rstrip(b"\0").decode("ascii", "replace")
        attributes = attributes[max(4, (size + 3) & ~3) :]
    return ""
