"""How much a Go program may use: processors by quota, memory and threads by limits of groups, of the user, of all.

Sources: Documentation/scheduler/sched-bwc.rst, Documentation/admin-guide/cgroup-v2.rst (PID), getrlimit(2),
Documentation/admin-guide/sysctl/kernel.rst (threads-max); Go's src/runtime/cgroup_linux.go, whose floor of 2 is taken.
"""

import math
import os
import resource

from ...probing import ancestors
from ...probing.measure import cpus
from ...probing.step import Context
from ..threads.stopper import number_in, tasks_in_view, threads_of_machine

GO_FLOOR = 2  # GOMAXPROCS that Go itself does not go below for a quota


def room(_: Context) -> "dict[str, object]":
    """Look up quota and limits of the own group, of all above, of this user and of the machine."""
    quota, group = ancestors.lowest(ancestors.quotas())
    memory, _ignored = ancestors.lowest(ancestors.memory_limits())
    allowed = len(cpus())
    return {
        "room.quota": quota,
        "room.group": group,
        "room.procs": allowed if quota is None else min(allowed, max(GO_FLOOR, math.ceil(quota))),
        "room.memory": memory,
    }


def room_for_threads(_: Context) -> "dict[str, object]":
    """Return how many more threads there may be, by the narrowest limit."""
    found = [*groups(), *user(), *machine()]
    least, by = min(found) if found else (None, None)
    return {"room.threads": least, "room.threads.by": by}


def groups() -> "list[tuple[int, str]]":
    """Return what is left below each limit of a control group, with its name."""
    found = []
    for path, files in ancestors.levels("pids", ("pids.max", "pids.current")):
        limit = files.get("pids.max", "max").strip()
        if limit != "max":
            left = int(limit) - int(files.get("pids.current", "0"))
            found.append((max(0, left), "pids.max {} of {}".format(limit, path)))
    return found


def user() -> "list[tuple[int, str]]":
    """Return what is left of the user's limit; root has none (kernel/fork.c)."""
    soft = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if soft == resource.RLIM_INFINITY or os.getuid() == 0:
        return []
    left = max(0, soft - tasks_in_view(os.getuid()))
    return [(left, "RLIMIT_NPROC {} of user {}".format(soft, os.getuid()))]


def machine() -> "list[tuple[int, str]]":
    """Return what is left of the machine's limit of threads."""
    limit = number_in("/proc/sys/kernel/threads-max")
    return [(max(0, limit - threads_of_machine()), "kernel.threads-max {}".format(limit))] if limit else []
