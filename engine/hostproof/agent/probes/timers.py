"""Timers: how late they wake a program, whether one was ever early, and whether an expiry is ever lost."""

import ctypes
import os
import select
import time

from ..lines import AskError, ask_error
from ..probing.measure import SECOND, Disturbance, call_cost, cpus, pause, pin, ticks
from ..probing.step import Context, Step
from ..probing.system import error_name, libc

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

    Wait = Callable[[], int]  # waits for a millisecond; returns how much later it was, in nanoseconds

MILLISECOND = SECOND // 1000
SPAN = MILLISECOND  # what is waited for
MOST_TIME = 2 * SECOND  # for one kind of timer
LEAST = 5  # samples, however long they take
MONOTONIC, MONOTONIC_COARSE = 1, 6  # include/uapi/linux/time.h
ABSOLUTE = 1  # TIMER_ABSTIME, TFD_TIMER_ABSTIME
PR_SET_TIMERSLACK, PR_GET_TIMERSLACK = 29, 30
HOGS = 2  # busy processes beside the one that waits, on its processor
CURE = "let the sandbox allow "


class Timespec(ctypes.Structure):
    """struct timespec, as 64-bit kernels have it."""

    _fields_ = (("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_int64))


class Timer(ctypes.Structure):
    """struct itimerspec."""

    _fields_ = (("interval", Timespec), ("first", Timespec))


def spec(span: int) -> Timespec:
    """Return nanoseconds as the kernel takes them."""
    return Timespec(span // SECOND, span % SECOND)


# --- one kind each: what it returns waits for a millisecond ----------------------------------------------------------
def relative() -> "Wait":
    """clock_nanosleep(2) for a span."""
    span = spec(SPAN)

    def wait() -> int:
        started = ticks()
        nanosleep(0, span)
        return ticks() - started - SPAN

    return wait


def absolute() -> "Wait":
    """clock_nanosleep(2) until a point in time."""

    def wait() -> int:
        due = ticks() + SPAN
        nanosleep(ABSOLUTE, spec(due))
        return ticks() - due

    return wait


def nanosleep(flags: int, until: Timespec) -> None:
    """Sleep by CLOCK_MONOTONIC. Raises OSError; the C library returns the errno."""
    number = libc.clock_nanosleep(MONOTONIC, flags, ctypes.byref(until), None)
    if number:
        raise OSError(number, os.strerror(number))


def demand(name: str, *arguments: object) -> int:
    """Call a function of the C library and return its result. Raises OSError where that is -1."""
    result: int = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def timerfd() -> "Wait":
    """timerfd_create(2), set to a point in time and read."""
    end = demand("timerfd_create", MONOTONIC, os.O_CLOEXEC)

    def wait() -> int:
        due = ticks() + SPAN
        demand("timerfd_settime", end, ABSOLUTE, ctypes.byref(Timer(Timespec(), spec(due))), None)
        os.read(end, 8)
        return ticks() - due

    return wait


def epoll() -> "Wait":
    """epoll_wait(2) without anything to wait for, as a network poller does."""
    poller = select.epoll()

    def wait() -> int:
        started = ticks()
        poller.poll(SPAN / SECOND)
        return ticks() - started - SPAN

    return wait


KINDS = (("sleep.relative", relative), ("sleep.absolute", absolute), ("timerfd", timerfd), ("epoll", epoll))


# --- the steps -------------------------------------------------------------------------------------------------------
def works(_: Context) -> "dict[str, object]":
    """Use each kind of timer once; return the errors of those that the kernel refused."""
    errors = {}
    for name, make in KINDS:
        try:
            make()()
        except OSError as problem:
            errors[name] = error_name(problem.errno or 0)
    return {"errors": errors}


def settings(_: Context) -> "dict[str, object]":
    """Return what this process lets the kernel add to its waits, and how long a tick is."""
    slack = libc.prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)
    found: "dict[str, object]" = {"tick": round(time.clock_getres(MONOTONIC_COARSE) * SECOND), "slack": slack}
    if slack < 0:
        found["slack"] = AskError("denied", "prctl(PR_GET_TIMERSLACK) failed", CURE + "prctl")
    return found


def lateness(context: Context) -> "dict[str, object]":
    """Wait by each kind in turn, on one processor, and say what disturbed it meanwhile."""
    pin(cpus()[-1:])
    with Disturbance() as meanwhile:
        found = series(KINDS, context.pick(30, 60, 300))
    found.update(own=call_cost(), steal=meanwhile.steal, pressure=meanwhile.pressure)
    for name, place in (("steal", "/proc/stat"), ("pressure", "/proc/pressure/cpu")):
        if found[name] is None:
            found[name] = AskError("absent", place + " does not tell", "mount /proc; PSI needs CONFIG_PSI and psi=1")
    return found


def series(kinds: "tuple[tuple[str, Callable[[], Wait]], ...]", count: int) -> "dict[str, object]":
    """Return the lateness of `count` waits of each kind by its name, in nanoseconds, or why it could not be used."""
    found: "dict[str, object]" = {}
    for name, make in kinds:
        try:
            found[name] = several(make(), count)
        except OSError as problem:
            found[name] = refused(name, problem)
    return found


def several(wait: "Wait", count: int) -> "list[int]":
    """Return what some waits gave; fewer where they take very long."""
    due, found = ticks() + MOST_TIME, [wait()]
    while len(found) < count and (len(found) < LEAST or ticks() < due):
        found.append(wait())
    return found


def refused(name: str, problem: OSError) -> AskError:
    """Return what a refused call amounts to."""
    found = ask_error(problem, "the timer " + name)
    found.cure = CURE + "clock_nanosleep, timerfd_create, timerfd_settime and epoll_wait"
    return found


def sharp(context: Context) -> "dict[str, object]":
    """Wait with the least timer slack, 1 ns: what is left is the kernel's and the machine's own lateness."""
    pin(cpus()[-1:])
    if libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0):
        raise AskError("denied", "prctl(PR_SET_TIMERSLACK) failed", CURE + "prctl")
    return series((("sleep.sharp", absolute),), context.pick(30, 60, 300))


def periodic(context: Context) -> "dict[str, object]":
    """Let a timer expire again and again without looking; then it must tell how often it has: timerfd_create(2)."""
    period = max(SPAN, round(time.clock_getres(MONOTONIC) * SECOND))  # hrtimer_forward() makes a shorter one as long
    try:
        end = demand("timerfd_create", MONOTONIC, os.O_CLOEXEC)
        before = ticks()
        demand("timerfd_settime", end, 0, ctypes.byref(Timer(spec(period), spec(period))), None)
        after = ticks()
        pause(context.pick(10, 30, 300) * period / SECOND)
        asked = ticks()
        counted = int.from_bytes(os.read(end, 8), "little")
        told = ticks()
    except OSError as problem:
        error = refused("periodic", problem)
        return {"periodic.counted": error, "periodic.lost": error, "periodic.extra": error}
    least, most = (asked - after) // period - 1, (told - before) // period  # the last one may just be under way
    return {
        "periodic.counted": counted,
        "periodic.lost": max(0, least - counted),
        "periodic.extra": max(0, counted - most),
    }


def loaded(context: Context) -> "dict[str, object]":
    """Wait beside busy processes on the same processor; only on request, as it keeps that processor busy."""
    if not context.arguments.get("load"):
        context.needs_full("lateness under load")
    pin(cpus()[-1:])
    kinds = tuple(("loaded." + name, make) for name, make in KINDS)
    count = context.pick(30, 100, 300)
    hogs = [hog(2 * MOST_TIME) for _ in range(HOGS)]
    try:
        return series(kinds, count)
    finally:
        for pid in hogs:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


def hog(span: int) -> int:
    """Start a process that is busy for a while; return its pid."""
    pid = os.fork()
    if pid == 0:
        due = ticks() + span
        while ticks() < due:
            pass
        os._exit(0)
    return pid


STEPS = (
    Step(("errors",), works),
    Step(("slack", "tick"), settings),
    Step((*(name for name, _ in KINDS), "own", "steal", "pressure"), lateness, most=15.0),
    Step(("sleep.sharp",), sharp),
    Step(("periodic.counted", "periodic.lost", "periodic.extra"), periodic),
    Step(tuple("loaded." + name for name, _ in KINDS), loaded, most=20.0),
)
