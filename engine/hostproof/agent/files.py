"""Reads files and globs: only regular files, never more than the bound, never blocking on a FIFO or a device."""

import errno
import os
import stat

from .lines import AskError, ask_error, base64, to_bytes, to_text, whole

MOST_FILE = 16 * 1024 * 1024  # also of all files of a glob together
MOST_FILES = 65536
MOST_ENTRIES = 200000  # folder entries looked at for one glob
CHUNK = 65536  # /proc and /sys hand out a page or so at a time
READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # O_NONBLOCK so that a FIFO can't hold us

# Reading these takes messages away from whoever they are meant for.
CONSUMING = frozenset([b"kmsg", b"trace_pipe", b"trace_pipe_raw"])


class Door:
    """How files are reached: here by their paths; other targets have a way of their own."""

    def look(self, path: bytes) -> "os.stat_result":
        """Return what os.stat does."""
        return os.stat(path)

    def look_at(self, path: bytes) -> "os.stat_result":
        """Return what os.lstat does."""
        return os.lstat(path)

    def text(self, path: bytes) -> bytes:
        """Return what os.readlink does."""
        return os.readlink(path)

    def open(self, path: bytes) -> int:
        """Return a descriptor to read from."""
        return os.open(path, READING)

    def names(self, folder: bytes) -> "list[bytes]":
        """Return the names in a folder."""
        return os.listdir(folder)


HERE = Door()


def read_file(ask: "dict[str, object]", door: Door = HERE) -> "dict[str, object]":
    """Answer a `file` ask: `data`, `size`; too-large comes with the first bytes. Raises AskError."""
    path = str(ask["path"])
    most = whole(ask, "most", MOST_FILE, MOST_FILE)
    data, size = read_bounded(to_bytes(path), most, door)
    said: "dict[str, object]" = {"data": base64(data), "size": size}
    if size > most:
        said.update(too_large(path, size, most).fields())
    return said


def too_large(what: str, size: int, most: int) -> AskError:
    """Return the error for something longer than the bound."""
    return AskError("too-large", "{} has {} bytes or more, the bound is {}".format(what, size, most))


def read_bounded(path: bytes, most: int, door: Door = HERE) -> "tuple[bytes, int]":
    """Return the first `most` bytes of a regular file and its size; a size over `most` says that it was cut.

    Files of /proc have no size of their own: theirs is `most` + 1 when cut. Raises AskError.
    """
    try:
        check_kind(path, door.look(path))
        handle = door.open(path)  # looked at once more behind the door, as it may have been swapped
        try:
            found = os.fstat(handle)
            check_kind(path, found)
            data = read_up_to(handle, most + 1)
        finally:
            os.close(handle)
    except OSError as problem:
        raise ask_error(problem, to_text(path)) from None
    return data[:most], max(len(data), found.st_size) if len(data) > most else len(data)


def read_up_to(handle: int, most: int) -> bytes:
    """Return at most `most` bytes from a descriptor."""
    parts = []
    while most > 0:
        part = os.read(handle, min(CHUNK, most))
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def check_kind(path: bytes, found: "os.stat_result") -> None:
    """Raise AskError for anything but a regular file: opening a device may act (watchdog, tape), a FIFO may hang."""
    if stat.S_ISDIR(found.st_mode):
        raise AskError("failed", to_text(path) + " is a folder", "", errno.EISDIR)
    if not stat.S_ISREG(found.st_mode):
        raise AskError("unsupported", to_text(path) + " is no regular file: it could block or act when it is opened")
    if os.path.basename(path) in CONSUMING:
        raise AskError("unsupported", to_text(path) + " would be emptied by reading it")


def read_glob(ask: "dict[str, object]", door: Door = HERE) -> "dict[str, object]":
    """Answer a `glob` ask: `files` by path, `missed` by path with cause, `size` of all. Raises AskError.

    A pattern whose fixed first folders exist and that matches nothing gives no files and no error.
    """
    most = whole(ask, "most", CHUNK, MOST_FILE)
    most_files = whole(ask, "most_files", MOST_FILES, MOST_FILES)
    paths, missed = expand(to_bytes(str(ask["pattern"])), door)
    files: "dict[str, str]" = {}
    size = 0
    for path in paths[:most_files]:
        try:
            data, length = read_bounded(path, most, door)
            if length > most or size + length > MOST_FILE:
                raise too_large(to_text(path), length, min(most, MOST_FILE - size))
            files[to_text(path)] = base64(data)
            size += length
        except AskError as problem:
            missed[to_text(path)] = problem.fields()["error"]
    said: "dict[str, object]" = {"files": files, "missed": missed, "size": size}
    if len(paths) > most_files:
        detail = "{} matches {} files, the bound is {}".format(ask["pattern"], len(paths), most_files)
        said.update(AskError("too-large", detail).fields())
    return said


def expand(pattern: bytes, door: Door = HERE) -> "tuple[list[bytes], dict[str, object]]":
    """Return the sorted paths that match a shell pattern, and the folders that could not be looked into.

    `*`, `?` and `[...]` match within one part of the path, a leading dot only if it is spelled out. Raises AskError
    where the folder before the first wildcard can't be listed, or more than MOST_ENTRIES would be looked at.
    """
    found = [b"/"]
    missed: "dict[str, object]" = {}
    seen = 0
    wild = False
    for part in [part for part in pattern.split(b"/") if part]:
        if not any(sign in part for sign in b"*?["):
            found = [os.path.join(folder, part) for folder in found]
            continue
        matches = []
        for folder in found:
            try:
                names = door.names(folder)
            except OSError as problem:
                if not wild:
                    raise ask_error(problem, to_text(folder)) from None
                if problem.errno not in (errno.ENOENT, errno.ENOTDIR):
                    missed[to_text(folder)] = ask_error(problem, to_text(folder)).fields()["error"]
                continue
            seen += len(names)
            if seen > MOST_ENTRIES:
                raise AskError("too-large", "{} looks at more than {} entries".format(to_text(pattern), MOST_ENTRIES))
            matches += [os.path.join(folder, name) for name in matching(names, part)]
        found, wild = matches, True
    return sorted(path for path in found if is_there(path, door)), missed


def is_there(path: bytes, door: Door) -> bool:
    """Return False only where nothing stands at the path; what may not be looked at counts as there."""
    try:
        door.look_at(path)
    except OSError as problem:
        return problem.errno not in (errno.ENOENT, errno.ENOTDIR)
    return True


def matching(names: "list[bytes]", part: bytes) -> "list[bytes]":
    """Return the names that one part of a pattern matches."""
    import fnmatch

    return [name for name in fnmatch.filter(names, part) if part.startswith(b".") or not name.startswith(b".")]
