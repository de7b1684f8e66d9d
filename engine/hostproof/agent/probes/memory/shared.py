"""Memory that processes share: by memfd_create(2) with seals, and in /dev/shm.

Sources: memfd_create(2), fcntl(2) (file seals), shm_overview(7).
"""

import ctypes
import errno
import fcntl
import mmap
import os

from ...lines import AskError
from ...probing.step import Context
from ...probing.system import demand, error_name

CLOEXEC, ALLOW_SEALING, EXEC = 0x1, 0x2, 0x10  # include/uapi/linux/memfd.h
ADD_SEALS, SEAL_SHRINK, SEAL_WRITE = 1033, 0x2, 0x8  # include/uapi/linux/fcntl.h
SHM = "/dev/shm"


def memfd(context: Context) -> "dict[str, object]":
    """Make a file in memory, see two mappings of it agree, seal it, and run a program from one."""
    return {"memfd": whole(), "memfd.executable": executable()}


def whole() -> str:
    """Make a file in memory, map it twice and seal it; return "ok", the name of the errno, or "wrong"."""
    try:
        file = created(ALLOW_SEALING)
        os.ftruncate(file, mmap.PAGESIZE)
        return "ok" if agree(file) and sealed(file) else "wrong"
    except OSError as problem:
        return error_name(problem.errno or 0)


def created(flags: int) -> int:
    """Return a new file in memory. Raises OSError."""
    return demand("memfd_create", ctypes.c_char_p(b"hostproof"), CLOEXEC | flags)


def agree(file: int) -> bool:
    """Say whether what one mapping writes is what another reads."""
    with mmap.mmap(file, mmap.PAGESIZE) as first, mmap.mmap(file, mmap.PAGESIZE) as second:
        first[:5] = b"share"
        return second[:5] == b"share"


def sealed(file: int) -> bool:
    """Seal a file against writing and shrinking; say whether both are refused then."""
    fcntl.fcntl(file, ADD_SEALS, SEAL_SHRINK | SEAL_WRITE)
    return refused(lambda: os.pwrite(file, b"x", 0)) and refused(lambda: os.ftruncate(file, 0))


def refused(function: object) -> bool:
    """Say whether a call is refused."""
    try:
        function()  # type: ignore[operator]
    except PermissionError:
        return True
    return False


def executable() -> "str | AskError":
    """Run a program from a file in memory; return "ok" or the name of the errno."""
    try:
        with open("/proc/self/exe", "rb") as file:
            program = file.read()
    except OSError:
        return AskError("absent", "no program to copy: /proc/self/exe can't be read", "mount /proc")
    try:
        copy = program_file()
    except OSError as problem:
        return error_name(problem.errno or 0)
    for start in range(0, len(program), 1 << 24):
        os.write(copy, program[start : start + (1 << 24)])
    return ran(copy) or "ok"


def program_file() -> int:
    """Return a new file in memory that may be run. Raises OSError."""
    try:
        return created(EXEC)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # before Linux 6.3 there is no such flag, and all of them may
            raise
    return created(0)


def ran(program: int) -> str:
    """Run a program that is an open file, for nothing but its start; return the name of the errno that refused it."""
    end, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.execve(program, ["python", "-I", "-S", "-c", ""], {})
        except OSError as problem:
            os.write(writer, error_name(problem.errno or 0).encode("ascii"))
        finally:
            os._exit(1)
    os.close(writer)
    error = os.read(end, 64).decode("ascii")
    os.close(end)
    os.waitpid(pid, 0)
    return error


def shm(context: Context) -> "dict[str, object]":
    """Make a shared memory object, as shm_open(3) does; see that another process's writing shows; remove it."""
    path = "{}/hostproof-{}".format(SHM, os.getpid())
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        return {"shm": error_name(problem.errno or 0), "shm.room": no_room()}
    try:
        os.ftruncate(file, mmap.PAGESIZE)
        outcome = "ok" if seen_across(file) else "wrong"
    except OSError as problem:
        outcome = error_name(problem.errno or 0)
    finally:
        os.unlink(path)
    room = os.statvfs(SHM)
    return {"shm": outcome, "shm.room": room.f_bavail * room.f_frsize}


def seen_across(file: int) -> bool:
    """Say whether we see what a child wrote into a shared mapping."""
    os.pwrite(file, bytes(mmap.PAGESIZE), 0)  # so that a full file system is an error here, not a signal
    with mmap.mmap(file, mmap.PAGESIZE) as shared:
        pid = os.fork()
        if pid == 0:
            shared[:5] = b"child"
            os._exit(0)
        os.waitpid(pid, 0)
        return shared[:5] == b"child"


def no_room() -> AskError:
    """Return why the room for shared memory is not known."""
    return AskError("absent", "nothing can be made in " + SHM, "mount a tmpfs at {}, mode 1777".format(SHM))
