"""Room on file systems, and what the folder for temporary files is good for."""

import os

from .calls import statvfs, write_and_execute
from .groups import plain, text_of
from .lines import to_bytes, to_text

MOST = 4 * 1024 * 1024  # bytes of mountinfo
MOST_SHOWN = 4096

# Without storage behind them, always full, or possibly at the other end of a dead connection: statvfs could hang.
LEFT_OUT = frozenset(
    [
        *("autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cramfs", "debugfs", "devpts", "devtmpfs"),
        *("efivarfs", "erofs", "fuse", "fusectl", "hugetlbfs", "iso9660", "mqueue", "nsfs", "proc", "pstore", "ramfs"),
        *("rpc_pipefs", "securityfs", "selinuxfs", "squashfs", "sysfs", "tracefs", "udf"),
        *("9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "nfs", "nfs4", "orangefs", "smb3", "virtiofs"),
    ]
)


def filesystems() -> "list[dict[str, object]]":
    """Return `device`, `path`, `type` and `statvfs` of each file system with room of its own, once each.

    An overlay shows another's room, so it counts only as the root. Where several are mounted on one folder, only the
    last can be reached.
    """
    rows = [row for row in map(split, text_of("/proc/self/mountinfo", MOST).split("\n")) if row]
    on_top = {row["path"]: row for row in rows}
    found: "dict[str, dict[str, object]]" = {}
    for row in rows:
        shown = row["type"] != "overlay" or row["path"] == "/"
        if on_top[row["path"]] is row and shown and not left_out(row["type"]) and row["number"] not in found:
            found[row["number"]] = with_room(row)
    return [row for row in found.values() if has_room(row)][:MOST_SHOWN]


def left_out(kind: str) -> bool:
    """Whether a type of file system is left out; fuse. ones are anybody's programs, fuseblk is a disk."""
    return kind in LEFT_OUT or kind.startswith("fuse.")


def split(line: str) -> "dict[str, str] | None":
    """Return `number`, `path`, `type` and `device` of a line of mountinfo, None for what is none."""
    words = line.split(" ")
    end = words.index("-", 6) if "-" in words[6:] else len(words)
    if len(words) < end + 4:
        return None
    return {"number": words[2], "path": plain(words[4]), "type": words[end + 1], "device": plain(words[end + 2])}


def with_room(row: "dict[str, str]") -> "dict[str, object]":
    """Return a file system with its `statvfs`: without where that is refused, with None where it can't be reached."""
    said: "dict[str, object]" = {name: row[name] for name in ("device", "path", "type")}
    try:
        said["statvfs"] = statvfs(row["path"])
    except FileNotFoundError:  # another mount hides its folder
        said["statvfs"] = None
    except OSError:
        return said
    return said


def has_room(row: "dict[str, object]") -> bool:
    """Whether a file system is there and has blocks at all; one that could not be asked counts as well."""
    if "statvfs" not in row:
        return True
    numbers = row["statvfs"]
    return isinstance(numbers, dict) and bool(numbers["blocks"])


def temp() -> "dict[str, object]":
    """Return the `path` for temporary files, that `real`ly (without links), its `statvfs`, and what a try there gave.

    `written` and `executed` say whether a program could be put and run there, `error` what refused it.
    """
    path = os.environ.get("TMPDIR") or "/tmp"
    said: "dict[str, object]" = {"path": path, "real": to_text(os.path.realpath(to_bytes(path)))}
    said.update(write_and_execute(path))
    try:
        said["statvfs"] = statvfs(path)
    except OSError as problem:
        said["error"] = said["error"] or os.strerror(problem.errno or 0)
    return said
