"""Changing files all at once or in place: unnamed files, exchanges, O_DIRECT, allocation, holes, copies, mappings.

Sources: open(2), linkat(2), rename(2), fallocate(2), copy_file_range(2), ioctl_ficlonerange(2), mmap(2).
"""

import ctypes
import fcntl
import mmap
import os

from ...lines import AskError
from ...probing.step import Context
from ...probing.system import demand, libc
from .trying import BLOCK, NEW, attempt, make, path_of

AT_FDCWD, AT_SYMLINK_FOLLOW = -100, 0x400
NOREPLACE, EXCHANGE = 1, 2  # include/uapi/linux/fs.h
KEEP_SIZE, PUNCH_HOLE = 1, 2  # include/uapi/linux/falloc.h
FICLONE = 0x40049409  # include/uapi/linux/fs.h
SIZE = 16 * BLOCK

libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]


def tmpfile(context: Context) -> "dict[str, object]":
    """Write a file without a name, then give it one: what is never seen half-written."""
    folder, path = context.scratch(), path_of(context, "named")
    if not os.path.exists("/proc/self/fd"):
        return {"tmpfile": AskError("absent", "without /proc an unnamed file can't be given a name", "mount /proc")}

    def named() -> bool:
        file = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        os.write(file, b"whole")
        link("/proc/self/fd/{}".format(file), path)
        return content(path) == b"whole"

    return {"tmpfile": attempt(named)}


def link(old: str, new: str) -> None:
    """Link what a link of /proc points to; os.link would not follow it, and try to link the link itself."""
    result = libc.linkat(
        AT_FDCWD, ctypes.c_char_p(os.fsencode(old)), AT_FDCWD, ctypes.c_char_p(os.fsencode(new)), AT_SYMLINK_FOLLOW
    )
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def content(path: str) -> bytes:
    """Return what is in a small file."""
    with open(path, "rb") as file:
        return file.read(SIZE)


def direct(context: Context) -> "dict[str, object]":
    """Write and read a block past the page cache."""

    def written() -> bool:
        file = os.open(path_of(context, "direct"), NEW | os.O_DIRECT, 0o600)
        with mmap.mmap(-1, BLOCK) as aligned:
            aligned[:6] = b"direct"
            if os.write(file, aligned) != BLOCK:
                return False
            aligned[:6] = bytes(6)
            os.lseek(file, 0, os.SEEK_SET)
            return os.readv(file, [aligned]) == BLOCK and aligned[:6] == b"direct"

    return {"direct": attempt(written)}


def rename(context: Context, flags: int) -> "tuple[bytes, bytes]":
    """Rename one file to another that exists, by renameat2(2); return what is in both then. Raises OSError."""
    paths = [path_of(context, "rename-{}-{}".format(flags, end)) for end in (1, 2)]
    for number, path in enumerate(paths):
        os.close(make(path, b"%d" % number))
    old, new = (ctypes.c_char_p(os.fsencode(path)) for path in paths)
    try:
        demand("renameat2", AT_FDCWD, old, AT_FDCWD, new, flags)
    except FileExistsError:
        if flags != NOREPLACE:
            raise
    return content(paths[0]), content(paths[1])


def exchange(context: Context) -> "dict[str, object]":
    """Let two files change places at once."""
    return {"exchange": attempt(lambda: rename(context, EXCHANGE) == (b"1", b"0"))}


def noreplace(context: Context) -> "dict[str, object]":
    """Rename a file to a name that is taken, which must be refused."""
    return {"noreplace": attempt(lambda: rename(context, NOREPLACE) == (b"0", b"1"))}


def mapped(context: Context) -> "dict[str, object]":
    """Change a file by a shared mapping, and read it."""

    def seen() -> bool:
        file = make(path_of(context, "mapped"), bytes(BLOCK))
        with mmap.mmap(file, BLOCK) as mapping:
            mapping[:6] = b"mapped"
            mapping.flush()
        return os.pread(file, 6, 0) == b"mapped"

    return {"mapped": attempt(seen)}


def set_aside(file: int, mode: int, start: int, size: int) -> None:
    """Change the blocks of a file by fallocate(2) itself: glibc's posix_fallocate writes zeros where it can't."""
    if libc.fallocate(file, mode, start, size):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def allocate(context: Context) -> "dict[str, object]":
    """Set blocks aside for a file."""

    def allocated() -> bool:
        file = make(path_of(context, "allocated"))
        set_aside(file, 0, 0, SIZE)
        found = os.fstat(file)
        return found.st_size == SIZE and found.st_blocks * 512 >= SIZE

    return {"allocate": attempt(allocated)}


def punch(context: Context) -> "dict[str, object]":
    """Free a block in the middle of a file, which reads as zeros then."""

    def punched() -> bool:
        file = make(path_of(context, "punched"), b"x" * SIZE)
        set_aside(file, KEEP_SIZE | PUNCH_HOLE, BLOCK, BLOCK)
        found = os.pread(file, SIZE, 0)
        return found == b"x" * BLOCK + bytes(BLOCK) + b"x" * (SIZE - 2 * BLOCK)

    return {"punch": attempt(punched)}


def copy(context: Context) -> "dict[str, object]":
    """Copy within the kernel."""

    def copied() -> bool:
        source = make(path_of(context, "source"), b"copy" * BLOCK)
        target = make(path_of(context, "target"))
        start = ctypes.c_int64(0)
        count = demand("copy_file_range", source, ctypes.byref(start), target, None, 4 * BLOCK, 0)
        return count == 4 * BLOCK and os.pread(target, SIZE, 0) == b"copy" * BLOCK

    return {"copy": attempt(copied)}


def reflink(context: Context) -> "dict[str, object]":
    """Clone a file without copying its blocks."""

    def cloned() -> bool:
        source = make(path_of(context, "origin"), b"clone" * BLOCK)
        target = make(path_of(context, "clone"))
        fcntl.ioctl(target, FICLONE, source)
        return os.pread(target, 5, 0) == b"clone"

    return {"reflink": attempt(cloned)}
