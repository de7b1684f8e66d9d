"""Protecting, advising and touching memory: whether it does what it must, and what it costs.

Sources: mmap(2), mprotect(2), madvise(2), Documentation/admin-guide/mm/transhuge.rst.
"""

import ctypes
import statistics

from ...lines import AskError
from ...probing.measure import latencies, ticks
from ...probing.step import Context
from ...probing.system import error_name, libc
from . import mapping
from .mapping import ADVICE, ANONYMOUS, EXECUTE, HUGETLB, MIB, NONE, PAGE, PRIVATE, READ, WRITE

RUN = MIB  # touched at once, so that our own cost is spread over many pages
HUGE = 2 * MIB


def protect(context: Context) -> "dict[str, object]":
    """Take away access to a page, and give it back: neither may be in name only."""
    address = mapping.take(PAGE)
    seen = []
    for access in (READ, NONE, READ | WRITE):
        try:
            mapping.set_access(address, PAGE, access)
        except OSError as problem:
            return {"protect": error_name(problem.errno or 0)}
        seen.append((mapping.readable(address), mapping.writable(address)))
    return {"protect": "ok" if seen == [(True, False), (False, False), (True, True)] else "wrong"}


def execute(context: Context) -> "dict[str, object]":
    """Make a page that was written executable, as what generates code at run time does."""
    address = mapping.take(PAGE)
    ctypes.memset(address, 0, PAGE)
    try:
        mapping.set_access(address, PAGE, READ | EXECUTE)
    except OSError as problem:
        return {"execute": error_name(problem.errno or 0)}
    return {"execute": "ok"}


def advise(context: Context) -> "dict[str, object]":
    """Give each advice about fresh memory; see that pages are gone after MADV_DONTNEED."""
    said = {}
    for advice in ADVICE:
        address = mapping.take(2 * HUGE)
        ctypes.memset(address, 1, PAGE)
        said[advice] = mapping.advise_of(address, 2 * HUGE, advice)
        if advice == "dontneed":
            zero = ctypes.string_at(address, PAGE) == bytes(PAGE)
        mapping.give(address, 2 * HUGE)
    gone = "ok" if zero else "wrong"
    return {"advice": said, "dontneed": gone if said["dontneed"] == "ok" else said["dontneed"]}


def costs(context: Context) -> "dict[str, object]":
    """Time mmap with munmap, mprotect, and madvise, for one page that is in use; and a call that does nothing."""
    count = context.pick(100, 500)
    page = mapping.take(PAGE)
    ctypes.memset(page, 1, PAGE)
    turns = [READ, READ | WRITE] * count
    cold, flags = ADVICE["cold"], PRIVATE | ANONYMOUS
    return {
        "map.time": latencies(lambda: libc.munmap(libc.mmap(None, PAGE, READ | WRITE, flags, -1, 0), PAGE), count),
        "protect.time": latencies(lambda: libc.mprotect(page, PAGE, turns.pop()), count),
        "advise.time": latencies(lambda: libc.madvise(page, PAGE, cold), count),
        "overhead": statistics.median_low(latencies(lambda: libc.munmap(None, 0), count)),  # refused at once
    }


def faults(context: Context) -> "dict[str, object]":
    """Time the first touch of small pages, and the second, which faults no more."""
    runs = context.pick(8, 32)
    address = mapping.take(runs * RUN)
    mapping.advise_of(address, runs * RUN, "nohugepage")
    return {"fault.time": touched(address, runs), "fault.warm": touched(address, runs)}


def touched(address: int, runs: int) -> "list[int]":
    """Write to all pages, run by run; return the time for a page in each, in nanoseconds."""
    found = []
    for number in range(runs):
        started = ticks()
        ctypes.memset(address + number * RUN, 1, RUN)
        found.append((ticks() - started) * PAGE // RUN)
    return found


def huge(context: Context) -> "dict[str, object]":
    """Ask for a reserved huge page, and for transparent ones."""
    return {
        "huge.reserved": mapping.possible(HUGE, READ | WRITE, PRIVATE | ANONYMOUS | HUGETLB),
        "huge.granted": granted(),
    }


def granted() -> object:
    """Return how many bytes of 4 MiB came as huge pages when we asked for them."""
    size = 3 * HUGE
    address = mapping.take(size)
    start = (address + HUGE - 1) // HUGE * HUGE
    error = mapping.advise_of(start, 2 * HUGE, "hugepage")
    if error != "ok":
        return AskError("unsupported", "madvise(MADV_HUGEPAGE): " + error, "the kernel needs transparent huge pages")
    ctypes.memset(start, 1, 2 * HUGE)
    try:
        return huge_bytes(start)
    except OSError:
        return AskError("absent", "/proc/self/smaps, which would tell, can't be read", "mount /proc")


def huge_bytes(address: int) -> int:
    """Return what smaps says of the mapping that holds an address."""
    inside = False
    with open("/proc/self/smaps", "rb") as file:
        for row in file:
            words = row.split()
            if b"-" in words[0] and not words[0].endswith(b":"):
                first, last = (int(end, 16) for end in words[0].split(b"-"))
                inside = first <= address < last
            elif inside and words[0] == b"AnonHugePages:":
                return int(words[1]) * 1024
    return 0
