"""Probe `cpu`: how many processors this process has, and how much of one it is really given.

Sources: sched_setaffinity(2), proc_stat(5), Documentation/scheduler/sched-bwc.rst, Documentation/accounting/psi.rst.
How Go since 1.25 chooses GOMAXPROCS: src/internal/runtime/cgroup and src/runtime/debug.go.
"""

import math
import os
import time

from ..lines import AskError
from ..probing import ancestors
from ..probing.measure import SECOND, TICKS, Disturbance, cpus, pin, ticks
from ..probing.step import Context, Step
from ..probing.system import error_name, libc

GAP = SECOND // 1000
WARM_UP = SECOND // 50  # until the tick has counted that the processor is no longer idle

MOVED = AskError("inconclusive", "the loop did not stay on the processor it was put on", "see the rule cpu.placement")


def count(context: Context) -> "dict[str, object]":
    """Count the processors that are online, and those this process may run on."""
    return {"online": os.sysconf("SC_NPROCESSORS_ONLN"), "allowed": len(cpus())}


def placed(context: Context) -> "dict[str, object]":
    """Move to each processor in turn, and ask where we are."""
    found, error = 0, None
    for number in cpus():
        try:
            pin([number])
        except OSError as problem:
            error = error_name(problem.errno or 0)
        else:
            found += libc.sched_getcpu() == number
    return {"placed": found, "placed.error": error}


def quota(context: Context) -> "dict[str, object]":
    """Look up the quotas of the own group and of all its ancestors."""
    found = ancestors.quotas()
    least, group = ancestors.lowest(found)
    own = found[0][1] if found else None
    allowed = len(cpus())
    return {
        "quota.lowest": least,
        "quota.own": own,
        "quota.group": group,
        "usable": float(allowed if least is None else min(least, allowed)),
        "procs": allowed if least is None else min(allowed, max(1, math.ceil(least))),
        "go_procs": allowed if own is None else min(allowed, max(2, math.ceil(own))),
    }


def busy(context: Context) -> "dict[str, object]":
    """Be busy on one processor for a while; compare what we were given with the time that went by."""
    number = cpus()[0]
    pin([number])
    spin(WARM_UP)
    stayed = libc.sched_getcpu() == number
    before, idle = throttled(), idle_time(number)
    with Disturbance() as disturbance:
        used, began = time.process_time(), ticks()
        gaps = spin(context.pick(SECOND * 2 // 10, SECOND // 2))
        past = ticks() - began
        used = time.process_time() - used
    stayed = stayed and libc.sched_getcpu() == number
    return {
        "share": min(1.0, used * SECOND / past),
        "gaps": len(gaps),
        "gap.longest": max(gaps) if gaps else 0,
        "idle": idle_share(idle, idle_time(number), past) if stayed else MOVED,
        "steal": disturbance.steal if disturbance.steal is not None else unsaid("/proc/stat"),
        "pressure": disturbance.pressure if disturbance.pressure is not None else unsaid("/proc/pressure/cpu"),
        **since(before, throttled()),
    }


def spin(nanoseconds: int) -> "list[int]":
    """Be busy for a time; return the gaps of at least a millisecond in which we did not run."""
    last = ticks()
    until = last + nanoseconds
    gaps = []
    while last < until:
        here = ticks()
        if here - last >= GAP:
            gaps.append(here - last)
        last = here
    return gaps


def idle_time(number: int) -> "int | None":
    """Return how long a processor was idle so far, in nanoseconds; None where the kernel doesn't say."""
    name = "cpu{} ".format(number).encode("ascii")
    try:
        with open("/proc/stat", "rb") as file:
            rows = [row.split() for row in file if row.startswith(name)]
    except OSError:
        return None
    return (int(rows[0][4]) + int(rows[0][5])) * (SECOND // TICKS) if rows else None


def idle_share(before: "int | None", after: "int | None", past: int) -> object:
    """Return which part of the time the processor was idle although we wanted it."""
    if before is None or after is None:
        return unsaid("/proc/stat")
    return max(0.0, min(1.0, (after - before) / past))


def unsaid(path: str) -> AskError:
    """Return why something that the kernel counts is not known."""
    return AskError("absent", "{} does not say it".format(path), "mount /proc; the kernel may be built without it")


def throttled() -> "dict[str, tuple[int, int]] | AskError":
    """Return the counters of all groups in view, or why there are none."""
    try:
        return ancestors.throttling()
    except AskError as problem:
        return problem


def since(before: object, after: object) -> "dict[str, object]":
    """Return what the counters of the most throttled group have grown by; None where no group counts."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        error = after if isinstance(before, dict) else before
        return {"throttled.count": error, "throttled.time": error}
    grown = [(times - before[path][0], waited - before[path][1]) for path, (times, waited) in after.items()]
    times, waited = max(grown) if grown else (None, None)
    return {"throttled.count": times, "throttled.time": waited}


STEPS = (
    Step(("online", "allowed"), count),
    Step(("placed", "placed.error"), placed),
    Step(("quota.lowest", "quota.own", "quota.group", "usable", "procs", "go_procs"), quota),
    Step(
        ("share", "gaps", "gap.longest", "idle", "steal", "pressure", "throttled.count", "throttled.time"),
        busy,
        most=10.0,
    ),
)
