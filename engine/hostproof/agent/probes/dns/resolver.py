"""The C library's resolver, made to ask a name server of our own: no question leaves the machine.

glibc keeps what it read of resolv.conf in a structure of each thread, resolver(3), and goes by what a program changes
in it (resolv/res_send.c, resolv/resolv_context.c). So its real configuration holds but for the servers.
"""

import ctypes
import os
import select
import socket

from ...lines import AskError
from ...probing.companion import companion
from . import nameserver

INITIALISED = 0x1  # RES_INIT, <resolv.h>
NO_RELOAD = 0x02000000  # RES_NORELOAD, since glibc 2.26
SECONDS_MOST, TRIES_MOST = 30, 5  # RES_MAXRETRANS, RES_MAXRETRY
NSCD = "/var/run/nscd/socket"
NO_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5), getattr(socket, "EAI_ADDRFAMILY", -9))
GAI_NAMES = {
    getattr(socket, name): name
    for name in ("EAI_AGAIN", "EAI_FAIL", "EAI_MEMORY", "EAI_NODATA", "EAI_NONAME", "EAI_SYSTEM", "EAI_ADDRFAMILY")
    if hasattr(socket, name)
}


class State(ctypes.Structure):
    """The beginning of struct __res_state, <bits/types/res_state.h>; the same since glibc 2.2."""

    _fields_ = (
        ("seconds", ctypes.c_int),  # retrans
        ("tries", ctypes.c_int),  # retry
        ("options", ctypes.c_ulong),
        ("servers", ctypes.c_int),
        ("addresses", ctypes.c_char * 16 * 3),  # struct sockaddr_in
        ("number", ctypes.c_ushort),
        ("search", ctypes.c_char_p * 7),
        ("domain", ctypes.c_char * 256),
        ("debug", ctypes.c_ulong),
        ("dots", ctypes.c_uint),  # ndots in the lowest 4 bits on little-endian machines
    )


def state() -> State:
    """Return this thread's resolver after it has read its configuration. Raises AskError where it isn't glibc's."""
    libc = ctypes.CDLL(None)
    try:
        libc.__res_state.restype = ctypes.POINTER(State)
        failed = libc.__res_init()
        found = libc.__res_state().contents
    except AttributeError:
        failed = -1
    if failed or not plausible(found):
        raise AskError(
            "unsupported",
            "this C library's resolver can't be turned to a server of our own",
            "run it on a host with glibc 2.2 or later; musl reads /etc/resolv.conf for every question",
        )
    return found  # type: ignore[no-any-return]


def plausible(found: State) -> bool:
    """Tell whether a structure holds what glibc would put there."""
    return (
        bool(found.options & INITIALISED)
        and 1 <= found.seconds <= SECONDS_MOST
        and 1 <= found.tries <= TRIES_MOST
        and 0 <= found.servers <= 3
    )


class Resolver:
    """getaddrinfo(3) that asks nobody but us. Raises AskError, OSError where that can't be had."""

    def __init__(self, seconds: int = 0, tries: int = 0) -> None:
        self.state = state()
        udp, tcp = nameserver.bind()
        self.port = int(udp.getsockname()[1])
        self.log, end = os.pipe()
        os.set_blocking(self.log, False)
        companion(nameserver.serve, udp, tcp, end)
        for mine in (udp, tcp):
            mine.close()
        os.close(end)
        self.point_here()
        self.state.seconds = seconds or self.state.seconds
        self.state.tries = tries or self.state.tries

    def point_here(self) -> None:
        """Make our server the only one."""
        place = ctypes.addressof(self.state) + State.addresses.offset
        address = self.port.to_bytes(2, "big") + socket.inet_aton("127.0.0.1") + b"\0" * 8
        family = ctypes.c_ushort(socket.AF_INET)
        ctypes.memset(place, 0, 48)
        ctypes.memmove(place, ctypes.byref(family), 2)
        ctypes.memmove(place + 2, address, 14)
        self.state.servers = 1
        self.state.options |= NO_RELOAD

    def heard(self, patience: int = 0) -> "list[str]":
        """Return what our server was asked since the last time, `A name udp`; wait so many milliseconds for it."""
        poll = select.poll()
        poll.register(self.log, select.POLLIN)
        poll.poll(patience)
        try:
            return os.read(self.log, 65536).decode("ascii").splitlines()
        except BlockingIOError:
            return []


def addresses(name: str, family: int = socket.AF_UNSPEC) -> "list[str]":
    """Return the addresses of a name in the C library's order; none where it has none. Raises AskError."""
    try:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM)
    except socket.gaierror as problem:
        if problem.errno in NO_NAME:
            return []
        raise AskError(
            "failed", "look {} up: {}".format(name, problem.strerror), "see what resolver(5) and nsswitch.conf(5) ask"
        ) from None
    except UnicodeError:
        raise AskError("unsupported", "{!r} is no name that could be looked up".format(name)) from None
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


def outcome(name: str, family: int = socket.AF_UNSPEC) -> str:
    """Return how a look-up ends: `answer`, or the name of getaddrinfo's error."""
    try:
        socket.getaddrinfo(name, None, family, socket.SOCK_STREAM)
    except socket.gaierror as problem:
        return GAI_NAMES.get(problem.errno or 0, str(problem.errno))
    return "answer"
