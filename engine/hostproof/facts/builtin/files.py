"""Rows about mounts, room on file systems, the temporary folder and programs on PATH.

Sources: proc_pid_mountinfo(5), statvfs(3), mount(8), environ(7), Documentation/filesystems/sharedsubtree.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BOOL, BYTES, COUNT, RATIO, STRING, list_of, record

_FILES = Owner.FILES

_MOUNT = record(device=STRING, path=STRING, type=STRING, options=list_of(STRING))
_FILESYSTEM = record(
    device=STRING,
    path=STRING,
    type=STRING,
    size=BYTES,
    available=BYTES,
    used=RATIO,
    inodes=COUNT.optional(),
    inodes_available=COUNT.optional(),
)

ROWS: tuple[FactSpec, ...] = (
    FactSpec(
        "mounts",
        list_of(_MOUNT),
        Owner.NAMESPACE,
        "What is mounted where, oldest first, with mount and file system options",
        "mounts",
    ),
    FactSpec(
        "filesystems",
        list_of(_FILESYSTEM),
        _FILES,
        "Room on each local file system (not the kernel's own, network or FUSE ones; an overlay only as the root); "
        "available to a user who is not root; inodes are null without a fixed number",
        "filesystems",
    ),
    FactSpec("temp.path", STRING, _FILES, "Folder for temporary files: TMPDIR, or /tmp", "temp"),
    FactSpec("temp.writable", BOOL, _FILES, "Whether the agent could create, write and remove a file there", "temp"),
    FactSpec("temp.executable", BOOL, _FILES, "Whether the agent could run a program it had put there", "temp"),
    FactSpec("temp.free", BYTES, _FILES, "Room there for a user who is not root", "temp"),
    FactSpec(
        "temp.inodes_free",
        COUNT.optional(),
        _FILES,
        "Files that can still be made there; null without a fixed number",
        "temp",
    ),
    FactSpec(
        "temp.options",
        list_of(STRING),
        _FILES,
        "Options of the mount it is on: they explain a refusal (noexec, ro)",
        "temp",
    ),
    FactSpec(
        "tools.*",
        STRING.optional(),
        _FILES,
        'Where a program is, tools.git or tools["apt-get"]: on PATH or in the standard folders; null when it is not',
        "tools",
    ),
)
