"""What stopped the making of threads: which limit is reached just now, and which of them lets go when it is raised.

EAGAIN of clone(2) means the pids controller, RLIMIT_NPROC, kernel.threads-max or kernel.pid_max; pthread_create(3)
says it also where no stack could be mapped.
"""

import errno
import mmap
import os
import resource

from ...lines import AskError
from ...probing import ancestors

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

FILES = ("pids.max", "pids.current", "pids.events")
SLACK = 16  # threads that may have ended since
RESERVED_PIDS = 300  # kernel/pid.c: numbers that are not given out again


class Counters:
    """How often each control group has refused a task until now."""

    def __init__(self) -> None:
        self.refused = {path: refusals(files) for path, files in groups()}


def groups() -> "list[tuple[str, dict[str, str]]]":
    """Return path and files of our group in the pids hierarchy and of its ancestors; none where there is no view."""
    try:
        return ancestors.levels("pids", FILES)
    except AskError:
        return []


def refusals(files: "dict[str, str]") -> int:
    """Return how often a task was refused: `max 12` of pids.events."""
    rows = dict(row.split(" ", 1) for row in files.get("pids.events", "").split("\n") if " " in row)
    return int(rows.get("max", "0"))


def reason(error: int, before: Counters, again: "Callable[[], int]", stack: int) -> "dict[str, object]":
    """Return `stopped_by` and `stopped_at`. `again` makes one more thread and returns the error, 0 if there is none.

    In order of certainty: the error itself, a counter that has grown, a limit that lets go, numbers that match.
    """
    if error not in (errno.EAGAIN, errno.ENOMEM):
        return said("refused", "clone(2) gave {}".format(errno.errorcode.get(error, error)))
    found = by_group(before) or by_user(again) or by_machine() or by_memory(stack)
    if found:
        return said(*found)
    why = AskError("inconclusive", "no limit in view is reached", "look at the control groups outside of the container")
    return {"stopped_by": why, "stopped_at": why}


def said(what: str, where: str) -> "dict[str, object]":
    """Return the two facts."""
    return {"stopped_by": what, "stopped_at": where}


def by_group(before: Counters) -> "tuple[str, str] | None":
    """Tell whether a control group has refused us: one that is full now, or else one that counts a new refusal."""
    now = groups()
    for path, files in now:
        limit = files.get("pids.max", "max").strip()
        if limit != "max" and int(files.get("pids.current", "0")) >= int(limit):
            return "pids-cgroup", "pids.max {} of {}".format(limit, path)
    for path, files in now:
        if refusals(files) > before.refused.get(path, 0):
            return "pids-cgroup", "pids.max of {} or of a group above it".format(path)
    return None


def by_user(again: "Callable[[], int]") -> "tuple[str, str] | None":
    """Tell whether RLIMIT_NPROC is reached: it lets go when raised, or the user has as many tasks as it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if soft == resource.RLIM_INFINITY:
        return None
    where = "RLIMIT_NPROC {} of user {}".format(soft, os.getuid())
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
        freed = again() == 0
        return ("nproc", where) if freed else None
    if os.getuid() == 0:  # kernel/fork.c: not applied to root
        return None
    return ("nproc", where) if tasks_in_view(os.getuid()) >= soft - SLACK else None


def by_machine() -> "tuple[str, str] | None":
    """Tell whether the machine has as many threads as it allows, or the PID namespace, which has a pid_max too."""
    total, limit = threads_of_machine(), number_in("/proc/sys/kernel/threads-max")
    if limit and total >= limit - SLACK:
        return "threads-max", "{} of kernel.threads-max {}".format(total, limit)
    numbers, limit = tasks_in_view(), number_in("/proc/sys/kernel/pid_max")
    if limit and numbers >= limit - RESERVED_PIDS - SLACK:
        return "pid-max", "{} of kernel.pid_max {}".format(numbers, limit)
    return None


def by_memory(stack: int) -> "tuple[str, str] | None":
    """Tell whether another stack can be mapped."""
    try:
        mmap.mmap(-1, stack).close()
    except OSError as problem:
        return "memory", "a mapping of {} bytes gave {}".format(
            stack, errno.errorcode.get(problem.errno or 0, "an error")
        )
    return None


def threads_of_machine() -> int:
    """Return the threads that exist, by proc_loadavg(5): `0.1 0.2 0.3 1/234 999`; 0 where it can't be read."""
    try:
        with open("/proc/loadavg", "rb") as file:
            return int(file.read().split()[3].split(b"/")[1])
    except (OSError, IndexError, ValueError):
        return 0


def number_in(path: str) -> int:
    """Return the number in a file, 0 where it can't be read."""
    try:
        with open(path, "rb") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def tasks_in_view(user: "int | None" = None) -> int:
    """Return the threads of all processes in view, or of those whose real user is `user`."""
    total = 0
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 0
    for pid in pids:
        try:
            with open("/proc/{}/status".format(pid), "rb") as file:
                rows = dict(row.split(b":", 1) for row in file if b":" in row)
            if user is None or int(rows[b"Uid"].split()[0]) == user:
                total += int(rows[b"Threads"])
        except (OSError, KeyError, ValueError, IndexError):
            continue
    return total
