"""What a folder offers: its file system, room for files, running programs, links, attributes, letters' case.

Sources: proc_pid_mountinfo(5), statfs(2), execve(2), xattr(7), ext4(5) (casefold).
"""

import errno
import os
import sys

from ...calls import executed
from ...groups import plain, text_of
from ...lines import AskError, ask_error
from ...probing.step import Context
from ...probing.system import error_name
from .trying import NEW, attempt, bare_attempt, make, path_of

MIB = 1 << 20
FILES = 64
MOST_MOUNTS = 4 * MIB
IN_MEMORY = ("tmpfs", "ramfs", "devtmpfs", "hugetlbfs")
REFUSALS = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ENOSPC, errno.EDQUOT)


def describe(context: Context) -> "dict[str, object]":
    """Say which folder is looked at, and what is mounted there."""
    folder = os.path.realpath(os.path.dirname(context.place))
    try:
        kind, options = mounted(folder)
    except AskError as problem:
        problem.cure = problem.cure or "mount /proc"
        raise
    return {"folder": folder, "type": kind, "in_memory": kind in IN_MEMORY, "options": options}


def mounted(folder: str) -> "tuple[str, list[str]]":
    """Return type and options of the mount that holds a folder: the one with the longest path, the last of these."""
    best = ("", "", [""])
    for row in text_of("/proc/self/mountinfo", MOST_MOUNTS).split("\n"):
        words = row.split(" ")
        end = words.index("-", 6) if "-" in words[6:] else len(words)
        if len(words) > end + 1:
            path = plain(words[4])
            holds = path in ("/", folder) or folder.startswith(path + "/")
            if holds and len(path) >= len(best[0]):
                best = (path, words[end + 1], options_in(words[5], words[-1]))
    return best[1], best[2]


def options_in(*words: str) -> "list[str]":
    """Return the options of a mount and of its file system, each once, without those that name folders."""
    return list(dict.fromkeys(option for word in words for option in word.split(",") if "/" not in option))


def room(context: Context) -> "dict[str, object]":
    """Write a file of 1 MiB to the scratch folder, and make 64 empty ones."""
    try:
        os.mkdir(context.place, 0o700)
    except FileExistsError:
        pass
    except OSError as problem:
        if problem.errno not in REFUSALS:
            raise ask_error(problem, "make the folder " + context.place) from None
        name = error_name(problem.errno or 0)
        return {"room": name, "room.files": name}
    return {"room": bare_attempt(lambda: filled(context))[0], "room.files": bare_attempt(lambda: many(context))[0]}


def filled(context: Context) -> bool:
    """Say whether 1 MiB can be written and is there."""
    path = path_of(context, "filled")
    file = make(path)
    try:
        written = sum(os.write(file, bytes(MIB // 16)) for _ in range(16))
        return written == MIB and os.fstat(file).st_size == MIB
    finally:
        os.close(file)
        os.unlink(path)


def many(context: Context) -> bool:
    """Say whether 64 files can be made and are there."""
    folder = path_of(context, "many")
    os.mkdir(folder)
    for number in range(FILES):
        os.close(os.open(os.path.join(folder, str(number)), NEW, 0o600))
    return len(os.listdir(folder)) == FILES


def run(context: Context) -> "dict[str, object]":
    """Put a program into the folder and run it."""
    shell = "/bin/sh" if os.access("/bin/sh", os.X_OK) else sys.executable  # both take an empty program
    path = path_of(context, "program")
    file = os.open(path, NEW, 0o700)
    os.write(file, os.fsencode("#!{}\n".format(shell)))
    os.close(file)
    return {"run": executed(os.fsencode(path)) or "ok"}


def links(context: Context) -> "dict[str, object]":
    """Make a hard link and a symbolic one."""

    def linked() -> bool:
        path = path_of(context, "linked")
        os.close(make(path, b"x"))
        os.link(path, path + "-hard")
        os.symlink(path, path + "-soft")
        return os.stat(path).st_nlink == 2 and os.path.samefile(path, path + "-soft")

    return {"links": attempt(linked)}


def attribute(context: Context) -> "dict[str, object]":
    """Set an extended attribute of a user, and read it."""

    def kept() -> bool:
        path = path_of(context, "attribute")
        os.close(make(path))
        os.setxattr(path, "user.hostproof", b"kept")
        return os.getxattr(path, "user.hostproof") == b"kept"

    return {"attribute": attempt(kept)}


def case(context: Context) -> "dict[str, object]":
    """See whether two names that differ by the case of a letter are two files."""
    path = path_of(context, "CASE")
    os.close(make(path))
    return {"case": not os.path.exists(path_of(context, "case"))}
