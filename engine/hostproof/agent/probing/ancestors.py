"""Limits of control groups as a probe sees them: of the own group and of all its ancestors, in v1 and in v2.

Formats: Documentation/admin-guide/cgroup-v2.rst, Documentation/admin-guide/cgroup-v1/memory.rst,
Documentation/scheduler/sched-bwc.rst. A file that a group lacks (the root has no limits) limits nothing.
"""

from ..groups import cgroups
from ..lines import AskError

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY_FILES = ("memory.max", "memory.limit_in_bytes", "memory.use_hierarchy")
CPU_FILES = ("cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.stat")
# v1 says "no limit" with the most whole pages that fit a signed long (mm/page_counter.c); pages have 64 KiB at most.
NO_LIMIT = 2**63 - 65536


def levels(controller: str, names: "tuple[str, ...]") -> "list[tuple[str, dict[str, str]]]":
    """Return path and files of the own group and of its ancestors in the tree that limits it; none without any tree.

    Raises AskError where there is a tree that no mounted file system shows, or a file that can't be read.
    """
    try:
        tree = cgroups(*names)
    except AskError as problem:
        problem.cure = problem.cure or "mount /proc"
        raise
    found = [row for row in tree if controller in list_of(row["controllers"])]
    found = found or [row for row in tree if row["version"] == 2]
    if not found:
        return []
    rows = list_of(found[0]["levels"])
    if not rows:
        detail = "no mounted cgroup file system shows the control group {}".format(found[0]["path"])
        raise AskError("absent", detail, "mount it at /sys/fs/cgroup, or run it outside of the container")
    return [(str(row["path"]), texts(row)) for row in rows if isinstance(row, dict)]


def list_of(value: object) -> "list[object]":
    """Return a value that is a list."""
    return value if isinstance(value, list) else []


def texts(row: "dict[str, object]") -> "dict[str, str]":
    """Return the files of a level. Raises AskError where one could not be read."""
    files = row["files"] if isinstance(row["files"], dict) else {}
    for name, text in files.items():
        if isinstance(text, int):
            raise AskError(
                "denied", "{} of the control group {} can't be read".format(name, row["path"]), "run as root"
            )
    return files


def memory_limits() -> "list[tuple[str, int | None]]":
    """Return path and hard limit in bytes of the own group and of the ancestors whose limits hold, None for no limit.

    v1 goes up only through groups with use_hierarchy.
    """
    found: "list[tuple[str, int | None]]" = []
    for path, files in levels("memory", MEMORY_FILES):
        if found and files.get("memory.use_hierarchy", "1").strip() == "0":
            break
        found.append((path, limit_in(files.get("memory.max", files.get("memory.limit_in_bytes", "max")))))
    return found


def limit_in(text: str) -> "int | None":
    """Return a limit, None for none."""
    text = text.strip()
    return None if text == "max" or int(text) >= NO_LIMIT else int(text)


def quotas() -> "list[tuple[str, float | None]]":
    """Return path and quota, in processors, of the own group and of its ancestors, None for no quota."""
    return [(path, quota_in(files)) for path, files in levels("cpu", CPU_FILES)]


def quota_in(files: "dict[str, str]") -> "float | None":
    """Return the processors a group may use: v1 has quota and period in two files, v2 in one."""
    words = files.get("cpu.max", "max 100000").split()
    if "cpu.cfs_quota_us" in files:
        words = [files["cpu.cfs_quota_us"].strip(), files.get("cpu.cfs_period_us", "100000").strip()]
    return None if words[0] in ("max", "-1") else int(words[0]) / int(words[1])


def throttling() -> "dict[str, tuple[int, int]]":
    """Return by group how often and for how many nanoseconds it was throttled so far; empty where nothing counts."""
    found = {}
    for path, files in levels("cpu", ("cpu.stat",)):
        rows = (row.split() for row in files.get("cpu.stat", "").split("\n"))
        counters = {row[0]: int(row[1]) for row in rows if len(row) == 2}
        if "nr_throttled" in counters:
            waited = counters.get("throttled_time", counters.get("throttled_usec", 0) * 1000)
            found[path] = (counters["nr_throttled"], waited)
    return found


def lowest(limits: "Sequence[tuple[str, float | None]]") -> "tuple[float | None, str | None]":
    """Return the lowest limit and whose it is; None and None where there is no limit."""
    found = [(limit, path) for path, limit in limits if limit is not None]
    return min(found) if found else (None, None)
