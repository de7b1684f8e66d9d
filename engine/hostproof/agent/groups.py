"""Control groups: which this process is in, and chosen files of each and of all its ancestors that can be seen.

Formats: cgroups(7) for /proc/self/cgroup, proc_pid_mountinfo(5).
"""

import os

from .files import read_bounded, too_large
from .lines import AskError, to_bytes, to_text

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4 * 1024 * 1024  # bytes of mountinfo
MOST_TEXT = 65536
MOST_LEVELS = 64


def cgroups(*names: str) -> "list[dict[str, object]]":
    """Return each hierarchy: `version`, `controllers`, `path`, and `levels` from the own group upwards.

    A level has its `path` and `files`: the text of those of `names` that exist, or the errno reading them ended with.
    There are no levels where no mounted file system shows the group, and no hierarchies without control groups.
    """
    mounts = [row for row in map(mount_of, text_of("/proc/self/mountinfo", MOST).split("\n")) if row]
    try:
        rows = text_of("/proc/self/cgroup", MOST_TEXT).split("\n")
    except AskError as problem:
        if problem.cause == "absent":
            return []
        raise
    return [hierarchy(row, mounts, names) for row in rows if row.count(":") >= 2]


def hierarchy(row: str, mounts: "list[dict[str, str]]", names: "tuple[str, ...]") -> "dict[str, object]":
    """Return one hierarchy from its row `4:cpu,cpuacct:/a/b`; v2 is `0::/a/b`."""
    number, controllers, path = row.split(":", 2)
    version = 2 if number == "0" and not controllers else 1
    found = place(version, controllers, path, mounts)
    parts = controllers.split(",") if controllers else []
    # A v1 controller's files begin with its name.
    wanted = [name for name in names if version == 2 or name.split(".")[0] in parts]
    levels = [] if found is None else [level(*step, names=wanted) for step in steps(*found)]
    return {"version": version, "controllers": parts, "path": path, "levels": levels}


def mount_of(row: str) -> "dict[str, str] | None":
    """Return kind, root, folder and options of a mounted cgroup file system; None for other mounts."""
    words = row.split(" ")
    end = words.index("-", 6) if "-" in words[6:] else len(words)
    if len(words) < end + 4 or words[end + 1] not in ("cgroup", "cgroup2"):
        return None
    return {"kind": words[end + 1], "root": plain(words[3]), "folder": plain(words[4]), "options": words[end + 3]}


def plain(word: str) -> str:
    """Return a word of mountinfo without its octal escapes of blank, tab, line end and backslash."""
    for escape, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(escape, letter)
    return word


def place(version: int, controllers: str, path: str, mounts: "list[dict[str, str]]") -> "tuple[str, str] | None":
    """Return the folder where a hierarchy is mounted, and the group's path below it.

    A mount may show a part of the tree only (its root): in a container with the host's paths, the container's.
    Of several, the one that shows most is taken. None where no mount shows the group.
    """
    found = []
    for mount in mounts:
        fits = set(controllers.split(",")) <= set(mount["options"].split(","))
        if mount["kind"] == ("cgroup2" if version == 2 else "cgroup") and (version == 2 or fits):
            below = inside(path, mount["root"])
            if below is not None and os.path.isdir(mount["folder"] + below):
                found.append((mount["folder"], below))
    return max(found, key=lambda one: len(one[1]), default=None)


def inside(path: str, root: str) -> "str | None":
    """Return the part of a group's path below a mount's root, without a slash at its end; None if it is elsewhere."""
    if ".." in path.split("/") or ".." in root.split("/"):  # outside of the cgroup namespace
        return None
    path, root = path.rstrip("/"), root.rstrip("/")
    if path == root or path.startswith(root + "/"):
        return path[len(root) :]
    return None


def steps(folder: str, below: str) -> "Iterator[tuple[str, str]]":
    """Yield the path of a group and of its ancestors, each with its folder."""
    for _ in range(MOST_LEVELS):
        yield below or "/", folder + below
        if not below:
            return
        below = below.rpartition("/")[0]
    raise AskError("too-large", "control groups are nested more than {} deep".format(MOST_LEVELS))


def level(path: str, folder: str, names: "list[str]") -> "dict[str, object]":
    """Return one group with its files."""
    files: "dict[str, str | int]" = {}
    for name in names:
        try:
            files[name] = text_of(os.path.join(folder, name), MOST_TEXT)
        except AskError as problem:
            if problem.cause != "absent":
                files[name] = problem.number or 0
    return {"path": path, "files": files}


def text_of(path: str, most: int) -> str:
    """Return the text of a file. Raises AskError."""
    data, size = read_bounded(to_bytes(path), most)
    if size > most:
        raise too_large(path, size, most)
    return to_text(data)
