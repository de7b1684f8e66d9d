"""A root directory that is not left: paths within it to paths of this machine, links followed as that root would."""

import os

MOST_LINKS = 40  # path_resolution(7)


def within(root: str, path: str) -> "tuple[str, str]":
    """Return the path within the root that a path leads to, and where that is on this machine. Raises OSError.

    A link that is absolute, or climbs above the root, stays below it.
    """
    left = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    done: "list[str]" = []
    links = 0
    while left:
        part = left.pop()
        if part == "..":
            del done[-1:]
            continue
        there = os.path.join(root, *done, part)
        if not os.path.islink(there):
            done.append(part)
            continue
        links += 1
        if links > MOST_LINKS:
            raise OSError(40, os.strerror(40))  # ELOOP
        goal = os.readlink(there)
        if goal.startswith("/"):
            done = []
        left += [step for step in reversed(goal.split("/")) if step not in ("", ".")]
    return "/" + "/".join(done), os.path.join(root, *done)


def folder_of(root: str, path: str) -> "dict[str, object]":
    """Return whether a folder is there, and who may put files into it: `anyone`, if not its owner alone.

    Where it is missing, whoever may write to the folder it would be made in may make it. A folder above that anyone may
    write to counts, unless it is sticky: then only owners may move what is in it (chmod(2), S_ISVTX).
    """
    parts = [part for part in os.path.normpath("/" + path).split("/") if part]
    anyone, last = False, 0
    for used in range(len(parts) + 1):
        here = "/".join(["", *parts[:used]])
        try:
            mode = os.stat(within(root, here)[1]).st_mode
        except OSError:
            return {"exists": False, "anyone": anyone or last & 0o2 != 0}
        last = mode
        anyone = anyone or (mode & 0o2 != 0 and (used == len(parts) or not mode & 0o1000))
    return {"exists": True, "anyone": anyone}
