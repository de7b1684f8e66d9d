"""Learns mounts from /proc/self/mountinfo; other collectors find the mount of a path here as well."""

from __future__ import annotations

import re

from hostproof.collect.builtin.answers import MOUNT_PROC, Answers, Reading, collector, text_file, text_of
from hostproof.facts.snapshot import Value
from hostproof.source.records import record

MOUNTINFO = text_file("/proc/self/mountinfo", 4194304)
_OCTAL = re.compile(r"\\([0-7]{3})")


@record
class Mount:
    """One mount: what is mounted, the folder in it that is, where, and how."""

    device: str
    root: str
    path: str
    type: str
    options: tuple[str, ...]


def parse_mountinfo(text: str) -> list[Mount]:
    r"""Return mounts, oldest first; options of the mount come before those of its file system, each once.

    Source: proc_pid_mountinfo(5). Blank, tab, line end and backslash stand as octal escapes. Lines that are none are
    left out.

    >>> parse_mountinfo("36 35 98:0 / /srv/my\\040disk ro,noatime shared:1 - ext4 /dev/sdb1 rw\n")[0].path
    '/srv/my disk'
    """
    return [mount for row in text.split("\n") if (mount := _mount(row.split(" "))) is not None]


def _mount(row: list[str]) -> Mount | None:
    if "-" not in row[6:]:
        return None
    end = row.index("-", 6)
    if len(row) < end + 4:
        return None
    options = dict.fromkeys([*row[5].split(","), *row[end + 3].split(",")])
    return Mount(_plain(row[end + 2]), _plain(row[3]), _plain(row[4]), row[end + 1], tuple(filter(None, options)))


def _plain(text: str) -> str:
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def mount_of(path: str, mounts: list[Mount]) -> Mount | None:
    r"""Return the mount a path without links is on: the last one on its longest folder that is a mount point.

    >>> rows = "1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / /tmp rw,noexec - tmpfs t rw\n"
    >>> mount_of("/tmp/x", parse_mountinfo(rows)).type
    'tmpfs'
    """
    found = None
    for mount in mounts:
        above = mount.path.rstrip("/") + "/"
        if (path + "/").startswith(above) and (found is None or len(mount.path) >= len(found.path)):
            found = mount
    return found


def _mounts(answers: Answers) -> Value:
    mounts = parse_mountinfo(text_of(answers, MOUNTINFO, MOUNT_PROC))
    if not mounts:
        raise ValueError("it shows no mount")
    return [{"device": m.device, "path": m.path, "type": m.type, "options": [*m.options]} for m in mounts]


COLLECTOR = collector("mounts", {"mounts": Reading((MOUNTINFO,), _mounts)})
