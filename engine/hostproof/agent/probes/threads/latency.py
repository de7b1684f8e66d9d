"""What it costs to wake a process through a futex, to switch through a pipe, and to start a program."""

import ctypes
import errno
import mmap
import os

from ...lines import AskError
from ...probing.measure import call_cost, ticks
from ...probing.pairs import Partner, both_placements
from ...probing.step import Context
from ...probing.system import error_name, number_of, refusal, syscall
from ...spawn import find_program, search_path

FUTEX_WAIT, FUTEX_WAKE = 0, 1  # include/uapi/linux/futex.h; shared between processes
THERE, BACK = 0, 1  # words on the shared page
PATIENCE = 1  # seconds until a sleeper looks for itself


class Futex:
    """Two words that two processes share, each a bell of one of them."""

    def __init__(self) -> None:
        self.page = mmap.mmap(-1, mmap.PAGESIZE)
        self.words = (ctypes.c_int * 2).from_buffer(self.page)
        self.lost = (ctypes.c_int * 2).from_buffer(self.page, 64)
        self.address = ctypes.addressof(self.words)
        self.patience = (ctypes.c_long * 2)(PATIENCE, 0)
        # A function of our own with fixed types: converting them at each call would double what is measured.
        self.call = ctypes.CDLL(None, use_errno=True).syscall
        self.call.argtypes = (
            ctypes.c_long,
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
        )
        self.number = number_of("futex")

    def wake(self, which: int) -> None:
        """Ring a bell."""
        self.words[which] = 1
        self.call(self.number, self.address + 4 * which, FUTEX_WAKE, 1, None, None)

    def wait(self, which: int) -> None:
        """Sleep until our bell rings; count it where it has rung and nobody woke us."""
        place, patience = self.address + 4 * which, ctypes.addressof(self.patience)
        while self.words[which] == 0:
            if self.call(self.number, place, FUTEX_WAIT, 0, patience, None) == 0:
                continue
            number = ctypes.get_errno()
            if number == errno.ETIMEDOUT and self.words[which]:
                self.lost[which] += 1
            if number not in (errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR):
                raise OSError(number, os.strerror(number))
        self.words[which] = 0


def wake(context: Context) -> "dict[str, object]":
    """Wake a partner through a futex and be woken by it."""
    futex = Futex()
    result, number = syscall("futex", futex.address, FUTEX_WAKE, 1, 0, 0, 0)
    if result < 0:
        raise refusal("futex", number)
    count = context.pick(100, 500, 2000)
    found = both_placements(lambda _, there: wake_series(futex, there, count))
    placed = {"wake." + name: value for name, value in found.items()}
    return dict(placed, **{"wake.lost": sum(futex.lost), "overhead": call_cost()})


def wake_series(futex: Futex, there: int, count: int) -> "list[int]":
    """Return half of each round trip in nanoseconds."""
    times = []
    with Partner(lambda: answer(futex), there):
        for _ in range(count):
            started = ticks()
            futex.wake(THERE)
            futex.wait(BACK)
            times.append((ticks() - started) // 2)
    return times


def answer(futex: Futex) -> None:
    """Wake whoever wakes us, for ever."""
    while True:
        futex.wait(THERE)
        futex.wake(BACK)


def switch(context: Context) -> "dict[str, object]":
    """Send a byte to a partner and back through two pipes."""
    count = context.pick(100, 500, 2000)
    found = both_placements(lambda _, there: switch_series(there, count))
    return {"switch." + name: value for name, value in found.items()}


def switch_series(there: int, count: int) -> "list[int]":
    """Return half of each round trip in nanoseconds: one switch."""
    asks, asked = os.pipe()
    answers, answered = os.pipe()
    times = []
    with Partner(lambda: echo(asks, answered), there):
        for _ in range(count):
            started = ticks()
            os.write(asked, b"x")
            os.read(answers, 1)
            times.append((ticks() - started) // 2)
    for end in (asks, asked, answers, answered):
        os.close(end)
    return times


def echo(source: int, sink: int) -> None:
    """Send back each byte, for ever."""
    while True:
        os.write(sink, os.read(source, 1))


def start_program(context: Context) -> "dict[str, object]":
    """Start `true` by posix_spawn(3), and wait for its end."""
    path = find_program("true", search_path(dict(os.environ)))
    if path is None:
        raise AskError("no-tool", "there is no program `true` to start", "install coreutils or busybox")
    spawn = ctypes.CDLL(None).posix_spawn
    place = ctypes.c_void_p
    spawn.argtypes = (place, ctypes.c_char_p, place, place, place, place)
    argv, environ = (ctypes.c_char_p * 2)(b"true", None), (ctypes.c_char_p * 1)(None)
    times: "list[int]" = []
    child = ctypes.c_int()
    for _ in range(context.pick(10, 30, 100)):
        started = ticks()
        number = spawn(ctypes.byref(child), path.encode(), None, None, argv, environ)
        if number:
            none = AskError("failed", "posix_spawn(3) gave " + error_name(number), "see program.error")
            return {"program.error": error_name(number), "program.start": times or none}
        status = os.waitpid(child.value, 0)[1]
        times.append(ticks() - started)
        if status:
            raise AskError("failed", "{} ended with wait status {}".format(path, status), "run it by hand")
    return {"program.error": None, "program.start": times}
