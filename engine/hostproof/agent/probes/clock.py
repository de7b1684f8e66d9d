"""The clocks: what a look at them costs, whether it enters the kernel, how finely and how steadily they run."""

import ctypes
import mmap
import os
import time
from itertools import repeat
from operator import sub

from ..lines import AskError, ask_error
from ..probing.apart import apart
from ..probing.measure import SECOND, cpus, pause, pin, ticks
from ..probing.seccomp import refuse
from ..probing.step import Context, Step
from ..probing.system import libc, syscall

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

CLOCKS = {  # include/uapi/linux/time.h
    "realtime": 0,
    "monotonic": 1,
    "process_cpu": 2,
    "thread_cpu": 3,
    "raw": 4,
    "realtime_coarse": 5,
    "monotonic_coarse": 6,
    "boottime": 7,
    "tai": 11,
}
REALTIME, MONOTONIC, RAW, BOOTTIME = (CLOCKS[name] for name in ("realtime", "monotonic", "raw", "boottime"))
RATES = {"realtime": (REALTIME, RAW), "monotonic": (MONOTONIC, RAW), "boottime": (BOOTTIME, RAW)}
OFFSETS = "/proc/self/timens_offsets"
JUMP = (REALTIME, MONOTONIC)  # both are steered alike, so only setting the time moves them apart
NEVER_BACK = (MONOTONIC, RAW, BOOTTIME)  # clock_getres(2): these are not settable
ROUGH = 1024  # ns: four looks by way of a float, each wrong by 2^-22 s at most
REFUSED = 77  # an errno (EBADFD) that clock_gettime(2) never gives by itself
LONG_INT, LONG_FLOAT = -1234567890123456789, -123456.789
MILLISECOND = SECOND // 1000
MOST_COST_TIME = 300 * MILLISECOND  # a sandbox may make a look as slow as 25 us
FEW = 6  # times an empty call; a system call is more
MOST_COARSE_TIME = 60 * MILLISECOND  # six ticks of the slowest kernel, HZ=100
MOST_HOP_TIME = 500 * MILLISECOND
MOST_FACED = 17  # processors, each beside the next
SNAPS = 20  # tries to read several clocks at one moment; the tightest one counts
MOST_DOUBT = 100 * MILLISECOND  # between two looks; a lie is seen only if they are nearer than that
MOST_ERROR = 250.0  # ppm; above it, an error of the 500 ppm that a clock may be steered by can't be told


class Timespec(ctypes.Structure):
    """struct timespec, as 64-bit kernels have it."""

    _fields_ = (("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_int64))

    def total(self) -> int:
        """Return the time in nanoseconds."""
        return int(self.seconds) * SECOND + int(self.nanoseconds)


def rough_ns(clock: int) -> int:
    """Return a clock in nanoseconds by way of a float, for Python 3.6: to 0.2 us."""
    return int(time.clock_gettime(clock) * SECOND)


read: "Callable[[int], int]" = getattr(time, "clock_gettime_ns", rough_ns)


# --- who enters the kernel -------------------------------------------------------------------------------------------
def vdso(context: Context) -> "dict[str, object]":
    """Look twice which clocks the vDSO reads: a sandbox calibrates its own for some time after the start."""
    first = without_kernel()
    busy_until(ticks() + context.pick(10, 50, 2000) * MILLISECOND)
    second = without_kernel()
    changed = sorted(name for name in second if first.get(name) is not second[name])
    return {"vdso.used": second, "vdso.changed": changed}


def without_kernel() -> "dict[str, bool]":
    """Return which clocks can still be read where the kernel refuses clock_gettime: they never entered it."""
    found = apart(readable_clocks)
    return {str(name): value is True for name, value in found.items()} if isinstance(found, dict) else {}


def readable_clocks() -> "dict[str, bool]":
    """Refuse clock_gettime(2) to this process; return which clocks it can read all the same."""
    refuse(("clock_gettime",), REFUSED)
    found = {}
    for name, number in CLOCKS.items():
        try:
            time.clock_gettime(number)
            found[name] = True
        except OSError as problem:
            if problem.errno == REFUSED:
                found[name] = False
    return found


def busy_until(due: int) -> None:
    """Look at the clock until it is as late as `due`."""
    while ticks() < due:
        read(REALTIME)


# --- what a look costs -----------------------------------------------------------------------------------------------
def cost(context: Context) -> "dict[str, object]":
    """Time each clock, and what Python itself takes for that, in turns: so all have the processor's best moments."""
    look, empty = (time.clock_gettime, LONG_FLOAT) if read is rough_ns else (read, LONG_INT)
    count, due = context.pick(200, 500), ticks() + MOST_COST_TIME
    own = float("inf")
    raw: "dict[str, float]" = {}
    for _ in range(context.pick(5, 20, 100)):
        own = min(own, one_call(abs, empty, count))
        for name, number in CLOCKS.items():
            try:
                raw[name] = min(one_call(look, number, count), raw.get(name, float("inf")))
            except OSError:  # no such clock, or refused
                continue
        if ticks() > due:
            break
    if not raw:
        raise AskError("denied", "no clock could be read", "let the sandbox allow clock_gettime")
    own = own_cost(own, raw)
    net = {name: max(0, round(value - own)) for name, value in raw.items()}
    return {"cost.raw": {name: round(value) for name, value in raw.items()}, "cost.own": round(own), "cost.net": net}


def own_cost(empty: float, raw: "dict[str, float]") -> float:
    """Return what Python itself takes for a look, in nanoseconds: nearly all of a look at a coarse clock.

    That one is read from memory in some 5 ns, by the same function. Where it is not, and costs much more than an empty
    call, there is only the empty call, which is shorter by some 50 ns.
    """
    coarse = min((cost for name, cost in raw.items() if name.endswith("_coarse")), default=empty)
    return coarse if coarse < FEW * empty else empty


def one_call(function: "Callable[..., object]", argument: "int | float", count: int) -> float:
    """Return the nanoseconds that one of `count` calls takes. Raises OSError."""
    turns = repeat(argument, count)
    started = ticks()
    for word in turns:
        function(word)
    return (ticks() - started) / count


# --- how finely they run ---------------------------------------------------------------------------------------------
def resolution(context: Context) -> "dict[str, object]":
    """Return what the kernel states as resolution, and the smallest step that was seen."""
    stated, seen = {}, {}
    for name, number in CLOCKS.items():
        try:
            stated[name] = round(time.clock_getres(number) * SECOND)
            quick = 0 if name.endswith("_coarse") else fine_step(number, context.pick(500, 2000))
            step = quick or coarse_step(number)  # any clock goes by ticks where the kernel counts jiffies
        except OSError:
            continue
        if step:
            seen[name] = step
    if not stated:
        raise AskError("denied", "no clock told its resolution", "let the sandbox allow clock_getres")
    return {"resolution": stated, "step": seen}


def fine_step(clock: int, count: int) -> int:
    """Return the smallest difference of two looks in a row that was not 0; 0 where there was none."""
    looks = [read(clock) for _ in range(count)]
    return min((step for step in map(sub, looks[1:], looks) if step > 0), default=0)


def coarse_step(clock: int) -> int:
    """Return the smaller of two steps of a clock that goes by ticks; 0 where it made none in a while."""
    steps: "list[int]" = []
    due, last = ticks() + MOST_COARSE_TIME, read(clock)
    while len(steps) < 3 and ticks() < due:
        here = read(clock)
        if here > last:
            steps.append(here - last)
            last = here
    return min(steps[1:], default=0)  # before the first look, some part of a step had passed


# --- whether they ever go back ---------------------------------------------------------------------------------------
def back(context: Context) -> "dict[str, object]":
    """Look for clocks that go back: on the way from one processor to another, and between two that look in turns."""
    allowed = cpus()
    tallies = [tally(hop(allowed, max(context.pick(60, 300, 3000), 2 * len(allowed))))]
    for place in range(1, min(len(allowed), MOST_FACED)):
        tallies += face(allowed[place - 1], allowed[place], context.pick(5, 10, 50) * MILLISECOND)
    return {
        "back.steps": sum(backward for _, backward, _ in tallies),
        "back.worst": max(worst for _, _, worst in tallies),
        "back.looks": sum(looks for looks, _, _ in tallies),
        "back.cpus": len(allowed),
    }


def tally(steps: "list[int]") -> "tuple[int, int, int]":
    """Return how many steps there were, how many of them back, and how far the worst went."""
    backward = [-step for step in steps if step < 0]
    return len(steps), len(backward), max(backward, default=0)


def hop(allowed: "list[int]", count: int) -> "list[int]":
    """Return the steps that the clocks made from one processor to the next, while this process was moved along."""
    steps: "list[int]" = []
    due = ticks() + MOST_HOP_TIME
    last = [read(clock) for clock in NEVER_BACK]
    for turn in range(count):
        pin([allowed[turn % len(allowed)]])
        here = [read(clock) for clock in NEVER_BACK]
        steps += map(sub, here, last)
        last = here
        if ticks() > due:
            break
    return steps


def face(one: int, other: int, span: int) -> "list[tuple[int, int, int]]":
    """Return what either of two processors tallied of the other's monotonic clock, as shared memory told of it.

    Each of two processes writes what it sees; what the other has written before must not be later. Only the one that
    is behind notices. It tells differences of about a microsecond, where moving a process takes many.
    """
    shared = mmap.mmap(-1, mmap.PAGESIZE)
    words = (ctypes.c_int64 * 5).from_buffer(shared)
    end = ticks() + span
    pid = os.fork()
    if pid == 0:
        try:
            pin([other])
            words[2:5] = list(tally(watch(words, 0, 1, end)))
        finally:
            os._exit(0)
    pin([one])
    ours = tally(watch(words, 1, 0, end))
    os.waitpid(pid, 0)
    return [ours, (words[2], words[3], words[4])]


def watch(words: "ctypes.Array[ctypes.c_int64]", theirs: int, ours: int, end: int) -> "list[int]":
    """Return the steps from each new time that the other one wrote to our own; write ours."""
    steps, last, here = [], 0, 0
    while here < end:
        told = words[theirs]
        here = read(MONOTONIC)
        words[ours] = here
        if told != last:
            steps.append(here - told)
            last = told
    return steps


# --- how they run beside each other ----------------------------------------------------------------------------------
def drift(context: Context) -> "dict[str, object]":
    """Compare the clocks twice with the raw one: parts per million, how sure that is, and whether the time was set."""
    began, first = read(RAW), {pair: offset(*pair) for pair in (*RATES.values(), JUMP)}
    pause(context.pick(60, 250, 2000) / 1000)
    past, last = read(RAW) - began, {pair: offset(*pair) for pair in first}
    moved = {pair: last[pair][0] - first[pair][0] for pair in first}
    grain = ROUGH if read is rough_ns else 1
    blur = {pair: (first[pair][1] + last[pair][1]) / 2 + grain for pair in first}
    error = max(blur[pair] for pair in RATES.values()) / past * 1e6
    found: "dict[str, object]" = {
        "drift.error": round(error, 3),
        "jump.realtime": moved[JUMP],
        "jump.error": round(blur[JUMP]) + 1,
        "boottime.ahead": offset(BOOTTIME, MONOTONIC)[0],
    }
    blurred = AskError("inconclusive", "clocks could be compared to {:.0f} ppm only".format(error), "run with --full")
    for name, pair in RATES.items():
        found["drift." + name] = round(moved[pair] / past * 1e6, 3) if error <= MOST_ERROR else blurred
    return found


def offset(clock: int, against: int) -> "tuple[int, int]":
    """Return how far a clock is ahead of another, and within which span that was seen; the best of some looks."""
    best = (0, SECOND)
    for _ in range(SNAPS):
        before, here, after = read(against), read(clock), read(against)
        if after - before < best[1]:
            best = (2 * here - before - after) // 2, after - before  # a float would be 256 ns wide
    return best


# --- whether we are told the truth -----------------------------------------------------------------------------------
def namespace(_: Context) -> "dict[str, object]":
    """Return how far this time namespace shifts the clocks: time_namespaces(7)."""
    try:
        with open(OFFSETS, encoding="ascii") as file:
            rows = [line.split() for line in file]
    except FileNotFoundError:
        if not os.path.exists("/proc/self/stat"):
            raise AskError("absent", OFFSETS + " is not there", "mount /proc") from None
        rows = []  # this kernel has no time namespaces
    found: "dict[str, object]" = {"namespace.monotonic": 0, "namespace.boottime": 0}
    for name, seconds, nanoseconds in rows:
        found["namespace." + name] = int(seconds) * SECOND + int(nanoseconds)
    return found


def library(_: Context) -> "dict[str, object]":
    """Compare what the C library says the time is with what the kernel says right before and after it."""
    return {"library.realtime": faked(REALTIME), "library.monotonic": faked(MONOTONIC)}


def faked(clock: int) -> int:
    """Return how far the C library's clock is off, where it never lay between two looks by system call; else 0."""
    best = (0, MOST_DOUBT)
    for _ in range(SNAPS):
        before, said, after = by_kernel(clock), by_library(clock), by_kernel(clock)
        if before <= said <= after:
            return 0
        if after - before < best[1]:
            best = said - (before + after) // 2, after - before
    if best[1] == MOST_DOUBT:
        raise AskError("inconclusive", "no two looks were near each other", "run it when the machine is less busy")
    return best[0]


def by_kernel(clock: int) -> int:
    """Return a clock in nanoseconds as the system call tells it. Raises AskError."""
    told = Timespec()
    number = syscall("clock_gettime", clock, ctypes.byref(told))[1]
    if number:
        problem = ask_error(OSError(number, os.strerror(number)), "the system call clock_gettime")
        problem.cure = "let the sandbox allow clock_gettime"
        raise problem
    return told.total()


def by_library(clock: int) -> int:
    """Return a clock in nanoseconds as the C library tells it, or whatever has put itself before it."""
    told = Timespec()
    if libc.clock_gettime(ctypes.c_int(clock), ctypes.byref(told)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return told.total()


STEPS = (
    Step(("vdso.used", "vdso.changed"), vdso),
    Step(("cost.raw", "cost.net", "cost.own"), cost),
    Step(("resolution", "step"), resolution),
    Step(("back.steps", "back.worst", "back.looks", "back.cpus"), back, most=10.0),
    Step(
        (
            *("drift.realtime", "drift.monotonic", "drift.boottime", "drift.error"),
            *("jump.realtime", "jump.error", "boottime.ahead"),
        ),
        drift,
    ),
    Step(("namespace.monotonic", "namespace.boottime"), namespace),
    Step(("library.realtime", "library.monotonic"), library),
)
