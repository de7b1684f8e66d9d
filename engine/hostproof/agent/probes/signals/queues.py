"""Queued signals: how many real-time signals wait, in which order they come, where RLIMIT_SIGPENDING ends it."""

import ctypes
import errno
import os
import resource
import select
import signal
import struct

from ...lines import AskError
from ...probing.step import Context
from ...probing.system import demand, error_name, libc, refusal

KINDS = 4  # real-time signals used
EACH = 8  # of each
MOST_QUEUED = 64
SMALL = 8  # a limit on pending signals of our own
PATIENCE = 1000  # milliseconds
# include/uapi/linux/signalfd.h: ssi_signo at 0, ssi_int at 44, 128 bytes in all
RECORD, RECORD_SIGNAL, RECORD_VALUE = 128, 0, 44
# include/uapi/asm-generic/siginfo.h on 64 bits: si_signo at 0, si_value at 24
INFO, INFO_SIGNAL, INFO_VALUE = 128, 0, 24
NONBLOCK = 0o4000  # SFD_NONBLOCK is O_NONBLOCK


def queue(number: int, value: int) -> str:
    """Queue a signal with a value for ourselves; return the name of the error, empty if it was accepted."""
    ctypes.set_errno(0)
    refused = libc.sigqueue(os.getpid(), number, ctypes.c_void_p(value))
    return error_name(ctypes.get_errno()) if refused else ""


def set_of(numbers: "list[int]") -> "ctypes.Array[ctypes.c_uint64]":
    """Return a sigset_t, of which the kernel reads the first 64 bits."""
    made = (ctypes.c_uint64 * 16)()
    for number in numbers:
        made[0] |= 1 << (number - 1)
    return made


def realtime(context: Context) -> "dict[str, object]":
    """Queue real-time signals, the highest first; take them by sigtimedwait(2), then others by signalfd(2)."""
    numbers = list(range(signal.SIGRTMIN, signal.SIGRTMIN + KINDS))
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    sent, error = fill(numbers)
    got = waited(numbers)
    found: "dict[str, object]" = {"realtime.queued": len(sent), "realtime.error": error or None}
    found.update({"realtime.waited": len(got), "realtime.wait_ordered": ordered(sent, got)})
    try:
        descriptor = demand("signalfd4", -1, ctypes.byref(set_of(numbers)), 8, NONBLOCK)
    except OSError as problem:
        why = refusal("signalfd4", problem.errno or 0)
        found.update({"realtime.read": why, "realtime.read_ordered": why})
        return found
    sent, _ = fill(numbers)
    got = read(descriptor)
    found.update({"realtime.read": len(got), "realtime.read_ordered": ordered(sent, got)})
    return found


def fill(numbers: "list[int]") -> "tuple[list[tuple[int, int]], str]":
    """Queue several of each, the highest number first; return what was accepted, and the error that ended it."""
    sent: "list[tuple[int, int]]" = []
    for value in range(EACH):
        for number in reversed(numbers):
            error = queue(number, value)
            if error:
                return sent, error
            sent.append((number, value))
    return sent, ""


def ordered(sent: "list[tuple[int, int]]", got: "list[tuple[int, int]]") -> object:
    """Return whether what came is what signal(7) promises: lowest number first, each number in order of sending."""
    if len(sent) < 2 or len(got) < 2:
        return AskError("inconclusive", "{} were queued, {} came".format(len(sent), len(got)), "see realtime.error")
    return got == sorted(got) and set(got) <= set(sent)


def waited(numbers: "list[int]") -> "list[tuple[int, int]]":
    """Return number and value of every pending signal, in the order in which sigtimedwait(2) gives them."""
    info = ctypes.create_string_buffer(INFO)
    now = (ctypes.c_long * 2)(0, 0)
    wanted = set_of(numbers)
    got: "list[tuple[int, int]]" = []
    while libc.sigtimedwait(ctypes.byref(wanted), info, ctypes.byref(now)) > 0:
        got.append((word(info.raw, INFO_SIGNAL), word(info.raw, INFO_VALUE)))
    return got


def read(descriptor: int) -> "list[tuple[int, int]]":
    """Return the same as a signal descriptor gives it."""
    got: "list[tuple[int, int]]" = []
    while True:
        try:
            record = os.read(descriptor, RECORD)
        except BlockingIOError:
            return got
        got.append((word(record, RECORD_SIGNAL), word(record, RECORD_VALUE)))


def word(data: bytes, place: int) -> int:
    """Return one C int."""
    return int(struct.unpack_from("i", data, place)[0])


def pending(context: Context) -> "dict[str, object]":
    """Queue one real-time signal until the kernel refuses, then once more under a small limit of our own."""
    number = int(signal.SIGRTMIN)
    signal.pthread_sigmask(signal.SIG_BLOCK, (number,))
    queued, _ = fill_one(number, MOST_QUEUED)
    kept = len(waited([number])) == queued
    hard = resource.getrlimit(resource.RLIMIT_SIGPENDING)[1]
    small = SMALL if hard == resource.RLIM_INFINITY else min(SMALL, hard)
    resource.setrlimit(resource.RLIMIT_SIGPENDING, (small, hard))
    limited, ended = fill_one(number, MOST_QUEUED)
    # The kernel counts all pending signals of the user, so others may leave fewer to us, never more.
    return {
        "pending.queued": queued,
        "pending.kept": kept,
        "pending.enforced": ended == "EAGAIN" and limited <= small + 1,
    }


def fill_one(number: int, most: int) -> "tuple[int, str]":
    """Queue one signal until it is refused; return how often it was accepted and the error. Raises AskError."""
    for value in range(most):
        error = queue(number, value)
        if error == "EAGAIN":
            return value, error
        if error:
            raise refusal("sigqueue", getattr(errno, error, 0))
    return most, ""


def signal_descriptor(context: Context) -> "dict[str, object]":
    """Read a signal from a descriptor: not ready before it is sent, ready afterwards."""
    number = int(signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, (number,))
    try:
        descriptor = demand("signalfd4", -1, ctypes.byref(set_of([number])), 8, NONBLOCK)
    except OSError as problem:
        return {"signalfd.error": error_name(problem.errno or 0)}
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    early = poll.poll(0)
    os.kill(os.getpid(), number)
    ready = poll.poll(PATIENCE)
    came = [one for one, _ in read(descriptor)] if ready else []
    return {"signalfd.error": None if not early and came == [number] else "silent"}
