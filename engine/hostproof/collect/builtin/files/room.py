"""Learns filesystems and temp.*: room by statvfs(3), the temporary folder by writing and running a program there."""

from __future__ import annotations

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import (
    MOUNT_PROC,
    Answers,
    NotLearntError,
    Reading,
    collector,
    from_call,
    text_of,
    value_of,
)
from hostproof.collect.builtin.files.mounts import MOUNTINFO, mount_of, parse_mountinfo
from hostproof.collect.builtin.words import capped, fields, number
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_TEMP = Call("temp")
_CURE = "install python3 on the target"


def room(statvfs: dict[str, Value]) -> dict[str, Value]:
    """Return sizes in bytes and inodes from what statvfs(3) says. Raises ValueError.

    `available` is for users who are not root, and `used` the share of what they could use at most, like df(1) shows.
    Inodes are null where the file system has no fixed number of them (btrfs says 0).

    >>> room({"frsize": 4096, "blocks": 100, "bfree": 60, "bavail": 50, "files": 10, "favail": 7})["used"]
    0.444444
    """
    unit, blocks, free, available = (number(statvfs.get(name)) for name in ("frsize", "blocks", "bfree", "bavail"))
    taken = max(blocks - free, 0)
    files = number(statvfs.get("files"))
    return {
        "size": capped(blocks * unit),
        "available": capped(available * unit),
        "used": round(taken / (taken + available), 6) if taken + available else 0.0,
        "inodes": files or None,
        "inodes_available": number(statvfs.get("favail")) if files else None,
    }


def parse_filesystems(value: Value) -> Value:
    """Return a record for each file system from device, path, type and statvfs numbers. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError("it is no list")  # noqa: TRY004 - the data is wrong, not the call
    return [_filesystem(fields(row)) for row in value]


def _filesystem(row: dict[str, Value]) -> dict[str, Value]:
    names: dict[str, Value] = {name: str(row.get(name, "")) for name in ("device", "path", "type")}
    return names | (room(fields(row["statvfs"])) if "statvfs" in row else {})


def _tried(answers: Answers) -> dict[str, Value]:
    return fields(value_of(answers, _TEMP, _CURE))


def _path(answers: Answers) -> Value:
    path = _tried(answers).get("path")
    if not isinstance(path, str) or not path:
        raise ValueError("it names no folder")
    return path


def _writable(answers: Answers) -> Value:
    return _tried(answers).get("written") is True


def _executable(answers: Answers) -> Value:
    """Return what came of the try; where it says nothing about the folder, only its mount can tell."""
    tried = _tried(answers)
    written, error = tried.get("written") is True, str(tried.get("error"))
    if written and tried.get("executed") is True:
        return True
    if (written and error in {"EACCES", "EPERM"}) or "noexec" in _options(answers):
        return False
    failed, cure = ("run", "install /bin/sh") if written else ("written", "make the folder writable, or set TMPDIR")
    raise NotLearntError(Unknown(Cause.FAILED, f"no program could be {failed} in {tried.get('path')}: {error}", cure))


def _options(answers: Answers) -> list[str]:
    """Return the options of the mount that the temporary folder, links resolved, is on."""
    mounts = parse_mountinfo(text_of(answers, MOUNTINFO, MOUNT_PROC))
    mount = mount_of(str(_tried(answers).get("real", "")), mounts)
    if mount is None:
        raise ValueError("it shows no mount for the temporary folder")
    return [*mount.options]


def _room(answers: Answers, name: str) -> Value:
    tried = _tried(answers)
    if "statvfs" not in tried:
        detail = f"statvfs {tried.get('path')}: {tried.get('error')}"
        raise NotLearntError(Unknown(Cause.FAILED, detail, "create the folder, or set TMPDIR"))
    return room(fields(tried["statvfs"]))[name]


FILESYSTEMS = collector("filesystems", {"filesystems": from_call(Call("filesystems"), parse_filesystems, _CURE)})

TEMP = collector(
    "temp",
    {
        "temp.path": Reading((_TEMP,), _path),
        "temp.writable": Reading((_TEMP,), _writable),
        "temp.executable": Reading((_TEMP, MOUNTINFO), _executable),
        "temp.free": Reading((_TEMP,), lambda answers: _room(answers, "available")),
        "temp.inodes_free": Reading((_TEMP,), lambda answers: _room(answers, "inodes_available")),
        "temp.options": Reading((MOUNTINFO, _TEMP), lambda answers: [*_options(answers)]),
    },
)
