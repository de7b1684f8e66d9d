"""Files in, a cpio archive in the `newc` format out: what Linux takes as its first file system.

Source: Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

Entry = tuple[int, bytes]  # mode with its type, and what is in it (for a link: where it leads)


def file_entry(path: Path) -> Entry:
    """Return a regular file as it is on this machine, with its permissions."""
    return stat.S_IFREG | stat.S_IMODE(path.stat().st_mode), path.read_bytes()


def archive(entries: Mapping[str, Entry], folders: Iterable[str] = ()) -> bytes:
    """Return the archive; names have no leading slash. Folders on the way are made, owned by root like all else."""
    wanted = dict.fromkeys(folders, (stat.S_IFDIR | 493, b"")) | dict(entries)
    parents = {str(parent) for name in wanted for parent in Path(name).parents if str(parent) != "."}
    everything = dict.fromkeys(parents, (stat.S_IFDIR | 493, b"")) | wanted
    records = [_record(number, name, *everything[name]) for number, name in enumerate(sorted(everything), 1)]
    return b"".join((*records, _record(0, "TRAILER!!!", 0, b"")))


def _record(number: int, name: str, mode: int, data: bytes) -> bytes:
    word = name.encode() + b"\0"
    links, size = (2 if stat.S_ISDIR(mode) else 1), len(data)
    fields = (number, mode, 0, 0, links, 0, size, 0, 0, 0, 0, len(word), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + word
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-size % 4)
