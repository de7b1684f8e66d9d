"""Makes real threads until something stops it or the bound is reached; all end with the step's process."""

import ctypes
import os
import resource

from ...lines import AskError
from ...probing import ancestors
from ...probing.measure import ticks
from ...probing.step import Context
from ...probing.system import error_name, libc
from . import stopper

STACKS = (32768, 131072, 262144)  # PTHREAD_STACK_MIN is 16 KiB to 128 KiB, and more with wide registers
EACH = 65536  # bytes of memory a thread may take: kernel stack, thread structures, pages of its stack
SHARE = 4  # the part of the memory still free that all of them may take
MOST_SAMPLES = 500


class Threads:
    """Threads that sleep in pause(2). They have small stacks and never run Python."""

    def __init__(self) -> None:
        libc.pthread_create.argtypes = [ctypes.c_void_p] * 4
        self.entry = ctypes.cast(libc.pause, ctypes.c_void_p)
        self.attributes = ctypes.create_string_buffer(128)  # pthread_attr_t has 56 or 64 bytes
        libc.pthread_attr_init(self.attributes)
        self.stack = next((size for size in STACKS if self.takes(size)), 0)
        if not self.stack:
            raise AskError("unsupported", "no small stack is accepted for a thread", "report this as a bug")
        self.times: "list[int]" = []

    def takes(self, size: int) -> bool:
        """Set the stack's size; False where it is too small here."""
        return int(libc.pthread_attr_setstacksize(self.attributes, ctypes.c_size_t(size))) == 0

    def add(self) -> int:
        """Make one; return the error, 0 if there is none."""
        thread = ctypes.c_ulong()
        started = ticks()
        error = libc.pthread_create(ctypes.byref(thread), self.attributes, self.entry, None)
        if not error and len(self.times) < MOST_SAMPLES:
            self.times.append(ticks() - started)
        return int(error)

    def fill(self, most: int) -> "tuple[int, int]":
        """Make threads; return how many there are, and the error that ended it, 0 if none did."""
        for count in range(most):
            error = self.add()
            if error:
                return count, error
        return most, 0


def made(context: Context) -> "dict[str, object]":
    """Make threads up to the bound; where fewer can be made, find out what the reason is while they are still there."""
    wanted = wanted_of(context)
    asked = bound(wanted)
    before = stopper.Counters()
    threads = Threads()
    count, error = threads.fill(asked)
    found: "dict[str, object]" = {"made": count, "asked": asked, "error": error_name(error) or None}
    found["start"] = threads.times or AskError("failed", "no thread could be made", "see threads.stopped_by")
    if error:
        found.update(stopper.reason(error, before, threads.add, threads.stack))
    else:
        found.update(stopped_by="bound", stopped_at="{} were asked for".format(asked))
        if asked < wanted and context.arguments.get("most"):
            detail = "only {} were tried: more could use up the free memory".format(asked)
            found["made"] = AskError("inconclusive", detail, "free memory, or raise the memory limit")
    return found


def wanted_of(context: Context) -> int:
    """Return how many threads to make: what was asked for, or what the effort allows."""
    wanted = context.arguments.get("most")
    return wanted if isinstance(wanted, int) and wanted else context.pick(200, 1000, 10000)


def bound(wanted: int) -> int:
    """Return how many threads to make: no more than memory allows without harm."""
    room = memory_room()
    return max(1, wanted if room is None else min(wanted, room // SHARE // EACH))


def memory_room() -> "int | None":
    """Return the memory that is free for us: of the machine and of all control groups above us; None if unknown."""
    found = [number for number in (available(), group_room()) if number is not None]
    return min(found) if found else None


def available() -> "int | None":
    """Return MemAvailable of proc_meminfo(5) in bytes."""
    try:
        with open("/proc/meminfo", "rb") as file:
            rows = dict(row.split(b":", 1) for row in file if b":" in row)
        return int(rows[b"MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return None


def group_room() -> "int | None":
    """Return the bytes that no group's limit stands against; None without a limit in view."""
    names = ("memory.max", "memory.current", "memory.limit_in_bytes", "memory.usage_in_bytes")
    rooms = []
    try:
        rows = ancestors.levels("memory", names)
    except AskError:
        return None
    for _, files in rows:
        limit = files.get("memory.max", files.get("memory.limit_in_bytes", "max")).strip()
        used = files.get("memory.current", files.get("memory.usage_in_bytes", "0")).strip()
        if limit != "max":
            rooms.append(max(0, int(limit) - int(used)))
    return min(rooms) if rooms else None


def default_stack(_: Context) -> "dict[str, object]":
    """Make a thread as the C library does unless it is told otherwise, and ask how large its stack became."""
    get = getattr(libc, "pthread_getattr_np", None)
    if get is None:
        raise AskError("unsupported", "this C library has no pthread_getattr_np(3)", "use glibc or musl")
    get.argtypes = (ctypes.c_ulong, ctypes.c_void_p)
    libc.pthread_create.argtypes = [ctypes.c_void_p] * 4
    thread, size = ctypes.c_ulong(), ctypes.c_size_t()
    attributes = ctypes.create_string_buffer(128)
    error = libc.pthread_create(ctypes.byref(thread), None, ctypes.cast(libc.pause, ctypes.c_void_p), None)
    if error:
        raise AskError("failed", "pthread_create(3) gave " + error_name(error), "see threads.stopped_by")
    if get(thread, attributes) or libc.pthread_attr_getstacksize(attributes, ctypes.byref(size)):
        raise AskError("failed", "pthread_getattr_np(3) does not tell", "report this as a bug")
    return {"stack": size.value}


def limit_binds(_: Context) -> "dict[str, object]":
    """Set RLIMIT_NPROC to 1 in a child, and see whether it may still fork: the kernel exempts root."""
    child = os.fork()
    if child == 0:
        try:
            if not forks():
                os._exit(2)
            hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
            resource.setrlimit(resource.RLIMIT_NPROC, (1, hard))
            os._exit(0 if forks() else 1)
        finally:
            os._exit(2)
    status = os.waitpid(child, 0)[1]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 2
    if code == 2:
        raise AskError("inconclusive", "no child could be forked to try it", "see threads.stopped_by")
    return {"nproc.binds": code == 1}


def forks() -> bool:
    """Fork a child that ends at once; False where the kernel refuses with EAGAIN."""
    try:
        child = os.fork()
    except BlockingIOError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True
