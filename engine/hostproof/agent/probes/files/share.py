"""What processes agree by files with: locks that exclude each other, and notices of changes.

Sources: flock(2), fcntl(2) (open file description locks), inotify(7).
"""

import ctypes
import errno
import fcntl
import os
import select
import struct

from ...probing.step import Context
from ...probing.system import libc
from .trying import attempt, make, path_of

OFD_SETLK = 37  # include/uapi/asm-generic/fcntl.h
IN_MODIFY, IN_MOVED_TO, IN_CREATE = 0x2, 0x80, 0x100  # include/uapi/linux/inotify.h
PATIENCE = 1000  # ms; a notice is queued before the call that causes it returns
TAKEN = (errno.EAGAIN, errno.EACCES)


def excludes(context: Context, name: str, lock: "object") -> bool:
    """Lock a file twice by two descriptors: say whether the second is refused until the first is closed."""
    path = path_of(context, name)
    first = make(path)
    second = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    lock(first)  # type: ignore[operator]
    try:
        lock(second)  # type: ignore[operator]
    except OSError as problem:
        if problem.errno not in TAKEN:
            raise
        os.close(first)
        lock(second)  # type: ignore[operator]
        return True
    return False


def flock(context: Context) -> "dict[str, object]":
    """Lock a whole file, by the call of that name."""

    def lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    return {"flock": attempt(lambda: excludes(context, "flock", lock))}


def ofd_lock(context: Context) -> "dict[str, object]":
    """Lock a file by an open file description lock."""

    def lock(file: int) -> None:
        fcntl.fcntl(file, OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))

    return {"ofd_lock": attempt(lambda: excludes(context, "ofd-lock", lock))}


def notice(context: Context) -> "dict[str, object]":
    """Watch a folder; make, change and rename a file in it; see that all three are told."""
    folder = path_of(context, "watched")
    os.mkdir(folder)
    path = os.path.join(folder, "file")

    def told() -> bool:
        watcher = demand_result(libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))
        wanted = IN_CREATE | IN_MODIFY | IN_MOVED_TO
        demand_result(libc.inotify_add_watch(watcher, ctypes.c_char_p(os.fsencode(folder)), wanted))
        os.close(make(path, b"x"))
        os.rename(path, path + "-renamed")
        poll = select.poll()
        poll.register(watcher, select.POLLIN)
        return bool(poll.poll(PATIENCE)) and masks(os.read(watcher, 4096)) == wanted

    return {"notice": attempt(told)}


def demand_result(result: int) -> int:
    """Return the result of a call of the C library. Raises OSError."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def masks(events: bytes) -> int:
    """Return the kinds of all events: each is a watch, a mask, a cookie, and a name's length before the name."""
    found = 0
    while events:
        mask, length = struct.unpack_from("4xI4xI", events)
        found |= mask
        events = events[16 + length :]
    return found
