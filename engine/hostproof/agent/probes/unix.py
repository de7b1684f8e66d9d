"""Unix sockets: the three kinds by path and by abstract name, credentials, descriptors, lengths, stale files, rights.

Sources: unix(7), cmsg(3), capabilities(7), include/net/scm.h.
"""

import array
import ctypes
import errno
import os
import socket
import struct
from contextlib import suppress

from ..lines import AskError, ask_error
from ..probing import measure
from ..probing.sockets import WORKS, drop, echo, expect, needed, new, outcome, patient, raise_files, round_trips
from ..probing.step import Context, Step
from ..probing.system import error_name, libc

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..probing.sockets import At

UNIX = socket.AF_UNIX
KINDS = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}
PATH_SIZE = 108  # of sun_path
CREDENTIALS = struct.Struct("iII")  # struct ucred
MOST_DESCRIPTORS = 253  # SCM_MAX_FD
CAP_DAC_OVERRIDE, CAPABILITY_VERSION = 1, 0x20080522  # _LINUX_CAPABILITY_VERSION_3
MOST_QUEUE = 4096


def go_to_scratch(context: Context) -> None:
    """Work in an empty folder, so that names are short wherever it is. Raises AskError."""
    place = context.scratch()
    try:
        os.chdir(place)
    except OSError as problem:
        raise ask_error(problem, "enter " + place) from None


def need_paths(context: Context) -> None:
    """Work in an empty folder in which sockets have a place. Raises AskError."""
    go_to_scratch(context)
    needed(bind_to("needed-{}".format(os.getpid())), 1, "a Unix socket at a path", "unix.paths")


def talk(kind: int, name: str, at: "At") -> None:
    """Listen at a name, connect, and talk both ways; without connections: bind two, and send from one to the other."""
    at("socket")
    with new(UNIX, kind) as door, new(UNIX, kind) as near:
        at("bind")
        door.bind(name)
        if kind == socket.SOCK_DGRAM:
            near.bind(name + "-near")
            at("connect")
            near.connect(name)
            door.connect(name + "-near")
            far = door
        else:
            at("listen")
            door.listen(1)
            at("connect")
            near.connect(name)
            at("accept")
            far = door.accept()[0]
        try:
            echo(near, far, at)
            if kind != socket.SOCK_STREAM:
                keep_apart(near, far, at)
        finally:
            far.close()


def keep_apart(near: "socket.socket", far: "socket.socket", at: "At") -> None:
    """Send two messages that must not become one. Raises OSError (EBADMSG)."""
    at("send")
    near.send(b"one")
    near.send(b"two")
    at("receive")
    expect(far.recv(16), b"one")
    expect(far.recv(16), b"two")


def talk_by_path(context: Context) -> "dict[str, object]":
    """Try each kind of socket at a path."""
    go_to_scratch(context)
    return {name: talked(name, name) for name in KINDS}


def talked(kind: str, name: str) -> str:
    """Return what came of talking over one kind of socket."""
    return outcome(lambda at: talk(KINDS[kind], name, at))


def talk_abstractly(_: Context) -> "dict[str, object]":
    """Try each kind of socket at an abstract name; "ok", or what came of the first that fails."""
    said = {name: talked(name, abstract(name)) for name in KINDS}
    failed = ["{} {}".format(name, word) for name, word in sorted(said.items()) if word != WORKS]
    return {"abstract": failed[0] if failed else WORKS}


def abstract(name: str) -> str:
    """Return an abstract name of our own."""
    return "\0hostproof-{}-{}".format(os.getpid(), name)


def pair(kind: int = socket.SOCK_STREAM) -> "tuple[socket.socket, socket.socket]":
    """Return two connected ends. Raises OSError."""
    near, far = socket.socketpair(UNIX, kind)
    return patient(near), patient(far)


def need_pair() -> None:
    """Raise AskError where there are no Unix sockets at all."""
    needed(lambda _: drop(*pair()), 1, "a pair of Unix sockets", "unix.abstract")


def tell_who(_: Context) -> "dict[str, object]":
    """Let another process connect, and see whether the kernel tells truly which one it was."""
    return {"credentials": outcome(credentials)}


def credentials(at: "At") -> None:
    """Compare SO_PEERCRED and SCM_CREDENTIALS with the process that connects and sends. Raises OSError."""
    at("socket")
    with new(UNIX, socket.SOCK_STREAM) as door:
        at("bind")
        door.bind(abstract("who"))
        at("listen")
        door.listen(1)
        pid = os.fork()
        if pid == 0:
            introduce(door.getsockname())
        truth = CREDENTIALS.pack(pid, os.geteuid(), os.getegid())
        at("accept")
        far = door.accept()[0]
        with far:
            at("SO_PEERCRED")
            expect(far.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size), truth)
            at("SO_PASSCRED")
            far.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            far.send(b"go")
            at("SCM_CREDENTIALS")
            _, told, _, _ = far.recvmsg(16, socket.CMSG_SPACE(CREDENTIALS.size))
            expect(b"".join(data for _, kind, data in told if kind == socket.SCM_CREDENTIALS), truth)
    os.waitpid(pid, 0)


def introduce(home: "str | bytes") -> None:
    """Be the other process: connect, wait for a word, say one; never returns."""
    try:
        with new(UNIX, socket.SOCK_STREAM) as end:
            end.connect(home)
            end.recv(16)
            end.send(b"hello")
    finally:
        os._exit(0)


def pass_descriptors(_: Context) -> "dict[str, object]":
    """Pass an open pipe to the other end and read from it there; then as many descriptors as one message may have."""
    need_pair()
    return {"descriptors.one": outcome(pass_one), "descriptors.many": pass_many()}


def pass_one(at: "At") -> None:
    """Pass one end of a pipe. Raises OSError."""
    end, writer = os.pipe()
    near, far = pair()
    os.write(writer, b"through")
    at("sendmsg")
    send_descriptors(near, [end])
    at("recvmsg")
    got = received_descriptors(far, 1)
    at("read")
    expect(os.read(got[0], 16) if got else b"", b"through")
    drop(near, far)


def pass_many() -> "int | AskError":
    """Return how many of the most descriptors that a message may carry arrive."""
    if not raise_files(MOST_DESCRIPTORS + 64):
        return AskError("failed", "too few open files are allowed to try", "raise the limit of open files to 1024")
    near, far = pair()
    try:
        send_descriptors(near, [near.fileno()] * MOST_DESCRIPTORS)
        return len(received_descriptors(far, MOST_DESCRIPTORS))
    except OSError as problem:
        return ask_error(problem, "pass {} descriptors".format(MOST_DESCRIPTORS))


def send_descriptors(end: "socket.socket", numbers: "list[int]") -> None:
    """Send descriptors with one byte. Raises OSError."""
    end.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers))])


def received_descriptors(end: "socket.socket", most: int) -> "list[int]":
    """Return descriptors that came with one byte. Raises OSError."""
    size = array.array("i").itemsize
    _, told, _, _ = end.recvmsg(16, socket.CMSG_SPACE(most * size))
    found = array.array("i")
    for _, kind, data in told:
        if kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) // size * size])
    return list(found)


def measure_paths(context: Context) -> "dict[str, object]":
    """Bind ever shorter names until the kernel takes one."""
    need_paths(context)
    error, size = "", PATH_SIZE + 1
    while size > 1:
        number = bind_raw(b"p" * size)
        if not number:
            break
        error = error_name(number)
        size -= 1
        if number not in (errno.EINVAL, errno.ENAMETOOLONG):
            raise OSError(number, os.strerror(number))
    return {"path.longest": size, "path.refused": error}


def look_at_folder(context: Context) -> "dict[str, object]":
    """Tell what the path of the folder for temporary files leaves for a socket's name."""
    folder = os.path.dirname(context.place)
    return {"path.folder": folder, "path.room": max(0, PATH_SIZE - 1 - len(os.fsencode(folder)) - 1)}


def bind_raw(name: bytes) -> int:
    """Bind a socket to a name that needs no NUL behind it, as Python can't; return the errno, 0 if it works."""
    with new(UNIX, socket.SOCK_STREAM) as end:
        address = struct.pack("H", UNIX) + name
        ctypes.set_errno(0)
        return ctypes.get_errno() if libc.bind(end.fileno(), address, len(address)) else 0


def leave_stale(context: Context) -> "dict[str, object]":
    """Leave a socket's file behind, as a killed server does; connect to it, bind over it, and bind when it is gone."""
    need_paths(context)
    with new(UNIX, socket.SOCK_STREAM) as door:
        door.bind("stale")
        door.listen(1)
    connected, bound = outcome(connect_to("stale")), outcome(bind_to("stale"))
    os.unlink("stale")
    return {"stale.connect": connected, "stale.bind": bound, "stale.rebind": outcome(bind_to("stale"))}


def connect_to(name: str) -> "Callable[[At], None]":
    """Return an attempt to connect to a name."""

    def attempt(at: "At") -> None:
        at("socket")
        with new(UNIX, socket.SOCK_STREAM) as end:
            at("connect")
            end.connect(name)

    return attempt


def bind_to(name: str) -> "Callable[[At], None]":
    """Return an attempt to bind to a name."""

    def attempt(at: "At") -> None:
        at("socket")
        with new(UNIX, socket.SOCK_STREAM) as end:
            at("bind")
            end.bind(name)

    return attempt


def check_rights(context: Context) -> "dict[str, object]":
    """Connect to a socket whose file may be written to, and to one whose file may not, without root's override."""
    need_paths(context)
    give_up_override()
    with new(UNIX, socket.SOCK_STREAM) as door:
        door.bind("rights")
        door.listen(2)
        os.chmod("rights", 0o600)
        allowed = outcome(connect_to("rights"))
        os.chmod("rights", 0)
        refused = outcome(connect_to("rights"))
    return {"rights.allowed": allowed, "rights.refused": refused}


def give_up_override() -> None:
    """Drop CAP_DAC_OVERRIDE, which lets root pass all rights of files; a no-op for others. Raises OSError."""
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(24)  # twice effective, permitted, inheritable
    if libc.capget(header, sets) == 0:
        words = list(struct.unpack("6I", sets.raw))
        words[0] &= ~(1 << CAP_DAC_OVERRIDE)
        if libc.capset(header, struct.pack("6I", *words)) == 0:
            return
    raise OSError(ctypes.get_errno(), "drop CAP_DAC_OVERRIDE")


def fill_queue(_: Context) -> "dict[str, object]":
    """Count the datagrams that wait unread before a sender has to."""
    need_pair()
    near, far = pair(socket.SOCK_DGRAM)
    near.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while count < MOST_QUEUE:
            near.send(b"x")
            count += 1
    drop(near, far)
    return {"queue": count}


def trips_same(context: Context) -> "dict[str, object]":
    """Measure round trips with both ends on one processor."""
    need_pair()
    return {"echo.same": round_trips(pair, context.pick(50, 300, 3000), False), "overhead": measure.call_cost()}


def trips_across(context: Context) -> "dict[str, object]":
    """Measure round trips between two processors."""
    need_pair()
    return {"echo.across": round_trips(pair, context.pick(50, 300, 3000), True)}


STEPS = (
    Step(tuple(KINDS), talk_by_path),
    Step(("abstract",), talk_abstractly),
    Step(("credentials",), tell_who),
    Step(("descriptors.one", "descriptors.many"), pass_descriptors),
    Step(("path.folder", "path.room"), look_at_folder),
    Step(("path.longest", "path.refused"), measure_paths),
    Step(("stale.connect", "stale.bind", "stale.rebind"), leave_stale),
    Step(("rights.allowed", "rights.refused"), check_rights),
    Step(("queue",), fill_queue),
    Step(("echo.same", "overhead"), trips_same, most=6),
    Step(("echo.across",), trips_across, most=6),
)
