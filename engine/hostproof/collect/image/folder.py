"""A root directory in, its entries out: each read behind the folder that is held open, so that no link leads out."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hostproof.collect.image.entries import (
    BLOCK,
    CHAR,
    FIFO,
    FILE,
    FOLDER,
    LINK,
    SOCKET,
    Entry,
    counts,
    head_size,
)
from hostproof.collect.image.limits import ImageError, Limits, too_large
from hostproof.facts.unknown import Cause
from hostproof.source.records import field, record, replace

CHUNK = 2**20
# Of what the kernel makes up. A file system of a disk that is mounted in an image (boot, say) is part of it.
_MADE_UP = frozenset(
    [
        *("autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs"),
        *("fusectl", "hugetlbfs", "mqueue", "proc", "pstore", "ramfs", "securityfs", "sysfs", "tmpfs", "tracefs"),
    ]
)
_KINDS = {
    stat.S_IFDIR: FOLDER,
    stat.S_IFREG: FILE,
    stat.S_IFLNK: LINK,
    stat.S_IFIFO: FIFO,
    stat.S_IFSOCK: SOCKET,
    stat.S_IFCHR: CHAR,
    stat.S_IFBLK: BLOCK,
}
_ONWARD = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@record(frozen=False)
class Reading:
    """What came of a folder: `entries`; `refused` could not be read, `changed` became something else meanwhile."""

    limits: Limits
    entries: list[Entry] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    seen: dict[tuple[int, int], Entry] = field(default_factory=dict)


def read_folder(folder: str, limits: Limits) -> Reading:
    """Read all entries of a root directory but itself; raises ImageError if it runs, or hides what it has."""
    _require_at_rest(folder)
    reading = Reading(limits)
    try:
        top = os.open(folder, _ONWARD | os.O_DIRECTORY)
    except OSError as error:
        cause = Cause.DENIED if error.errno in (errno.EACCES, errno.EPERM) else Cause.FAILED
        raise ImageError(cause, f"{folder} can't be read: {error.strerror}", "run as root") from None
    try:
        _walk(top, b"", reading, 1)
    finally:
        os.close(top)
    return reading


def _require_at_rest(folder: str) -> None:
    try:
        live = os.path.samestat(Path(folder).stat(), Path("/").stat())
    except OSError:
        live = False
    if live:
        why = "this is the root of the running system, whose files change while they are read"
        raise ImageError(Cause.UNSUPPORTED, why, "name the folder of a system that is not running")
    for place, kind in _mounts_below(os.path.realpath(folder)):
        if kind in _MADE_UP:
            why = f"a {kind} is mounted on {place}, which hides what the image has there"
            raise ImageError(Cause.INCONCLUSIVE, why, f"umount {place}")


def _mounts_below(folder: str) -> Iterator[tuple[str, str]]:
    """Yield place and type of what is mounted inside a folder. See proc_pid_mountinfo(5)."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        words = line.split(" ")
        place = words[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        if place.startswith(folder.rstrip("/") + "/") and "-" in words[6:]:
            yield place, words[words.index("-", 6) + 1]


def _walk(folder: int, before: bytes, reading: Reading, depth: int) -> None:
    """Read what is in an open folder, and all below it."""
    if depth > reading.limits.depth:
        raise too_large(f"folders lie deeper than {reading.limits.depth}: {_named(before)}")
    begun = os.fstat(folder)
    for name in sorted(os.listdir(folder)):
        raw = os.fsencode(name)
        reading.limits.tick()
        if len(reading.entries) >= reading.limits.entries:
            raise too_large(f"there are more than {reading.limits.entries} entries")
        try:
            _read(folder, raw, before + raw, reading, depth)
        except FileNotFoundError:
            reading.changed.append(before + raw)
        except OSError as error:
            # ELOOP and ENOTDIR: it was a file or folder a moment ago.
            lost = error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.ESTALE)
            (reading.changed if lost else reading.refused).append(before + raw)
    if _differ(begun, os.fstat(folder)) and before:
        reading.changed.append(before[:-1])


def _read(folder: int, name: bytes, path: bytes, reading: Reading, depth: int) -> None:
    """Read one entry. Raises OSError if it can't be."""
    found = os.lstat(name, dir_fd=folder)
    kind = _KINDS[stat.S_IFMT(found.st_mode)]
    entry = Entry(path, kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
    if kind == FOLDER:
        handle = os.open(name, _ONWARD | os.O_DIRECTORY, dir_fd=folder)
        try:
            reading.entries.append(_with(entry, xattrs=_attributes(handle)))
            _walk(handle, path + b"/", reading, depth + 1)
        finally:
            os.close(handle)
    elif kind == FILE:
        reading.entries.append(_file(folder, name, entry, reading))
    elif kind == LINK:
        reading.entries.append(_with(entry, link=os.readlink(name, dir_fd=folder)))
    else:
        reading.entries.append(_with(entry, device=_device(found)))


def _device(found: os.stat_result) -> tuple[int, int]:
    return os.major(found.st_rdev), os.minor(found.st_rdev)


def _file(folder: int, name: bytes, entry: Entry, reading: Reading) -> Entry:
    """Return the entry of a file with what is in it; what has several names is read once."""
    handle = os.open(name, _ONWARD | os.O_NONBLOCK, dir_fd=folder)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(errno.ENOENT, "it is no file any more")
        known = reading.seen.get((found.st_dev, found.st_ino))
        if known is not None:
            return _with(known, path=entry.path)
        digest, size, head = _hashed(handle, entry.path, reading.limits)
        whole = _with(entry, size=size, digest=digest, head=head, xattrs=_attributes(handle))
        if _differ(found, os.fstat(handle)) or size != found.st_size:
            reading.changed.append(entry.path)
        elif found.st_nlink > 1:
            reading.seen[found.st_dev, found.st_ino] = whole
        return whole
    finally:
        os.close(handle)


def _hashed(handle: int, path: bytes, limits: Limits) -> tuple[str, int, bytes]:
    """Return digest and size of an open file, and its beginning if that tells something."""
    found = hashlib.sha256()
    size, head, most = 0, b"", head_size(path)
    while chunk := os.read(handle, CHUNK):
        limits.tick()
        head = head or chunk[:most]
        size += len(chunk)
        found.update(chunk)
    return found.hexdigest(), size, head


def _attributes(handle: int) -> tuple[tuple[bytes, bytes], ...]:
    """Return the extended attributes of an open file or folder that are part of the tree."""
    try:
        names = os.listxattr(handle)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return ()
        raise
    raws = [os.fsencode(name) for name in names]
    return tuple(sorted((raw, os.getxattr(handle, raw)) for raw in raws if counts(raw)))


def _differ(before: os.stat_result, after: os.stat_result) -> bool:
    """Tell whether a file or folder became something else between two looks."""
    return (before.st_mtime_ns, before.st_ctime_ns, before.st_size) != (
        after.st_mtime_ns,
        after.st_ctime_ns,
        after.st_size,
    )


def _with(entry: Entry, **changes: object) -> Entry:
    return replace(entry, **changes)


def _named(path: bytes) -> str:
    return "/" + path.decode("utf-8", "backslashreplace")[:200]
