"""The folders that Go writes to: whether each is there or can be made, who owns it, and whether there is room."""

import os
import tempfile

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context


def places(context: Context) -> "dict[str, object]":
    """Learn about each folder that Go would write to for this user."""
    known = gotool.effective(gotool.command_of(context))
    return {"places": [place(name, path) for name, path in folders(known)]}


def folders(known: "dict[str, str]") -> "list[tuple[str, str]]":
    """Return what each folder is for, and its path; empty where Go doesn't know one."""
    first = known.get("GOPATH", "").split(":")[0]
    return [
        ("GOCACHE", known.get("GOCACHE", "")),
        ("GOPATH", first),
        ("GOMODCACHE", known.get("GOMODCACHE", "")),
        ("GOBIN", known.get("GOBIN", "") or (os.path.join(first, "bin") if first else "")),
        ("GOTMPDIR", known.get("GOTMPDIR", "") or os.environ.get("TMPDIR") or "/tmp"),
    ]


def place(name: str, path: str) -> "dict[str, object]":
    """Return what is to be said of one folder; `state` is "usable", "absent" (can be made) or what is wrong."""
    if not path.startswith("/"):
        state = "not set" if path in ("", "off") else "not an absolute path"
        return {"name": name, "path": path, "state": state, "owned": True, "free": 0, "exec": True}
    nearest = existing(path)
    free, executable = of_file_system(nearest)
    owned = nearest != path or os.stat(path).st_uid == os.geteuid() or name == "GOTMPDIR"
    state = state_of(path, nearest)
    return {"name": name, "path": path, "state": state, "owned": owned, "free": free, "exec": executable}


def existing(path: str) -> str:
    """Return the path, or the nearest one above it where there is something."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def state_of(path: str, nearest: str) -> str:
    """Return how it is with a folder, by making a nameless file in it, or in that in which it would be made."""
    if not os.path.isdir(nearest):
        return "no folder" if nearest == path else "can't be made: {} is no folder".format(nearest)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return "usable" if nearest == path else "absent"
    except OSError as problem:
        what = "can't be written to" if nearest == path else "can't be made in {}".format(nearest)
        return "{}: {}".format(what, problem.strerror)


def of_file_system(path: str) -> "tuple[int, bool]":
    """Return the bytes that this user has left on a path's file system, and whether programs may run from there."""
    try:
        found = os.statvfs(path)
    except OSError as problem:
        raise AskError("failed", "{}: {}".format(path, problem.strerror), "see why it can't be looked at") from None
    free = found.f_bfree if os.geteuid() == 0 else found.f_bavail
    return free * found.f_frsize, not found.f_flag & os.ST_NOEXEC
