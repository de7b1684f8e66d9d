"""Faults of files: folders that take none, disks that are slow or lie, operations that are refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.prefixes import limits, mounts, seccomp, shell, tmpfs

FILTERED = ("grep", "-q", "^Seccomp:.*2", "/proc/self/status")
HERE = "export TMPDIR=/mnt"
# Which rules have nothing to try with where the folder takes no file.
BY_FILES = (
    *("files.run", "files.fsync", "files.tmpfile", "files.direct", "files.rename", "files.mapped", "files.allocate"),
    *("files.copy", "files.flock", "files.ofd-lock", "files.notice", "files.links", "files.case"),
)
BLKIO = "/sys/fs/cgroup/blkio$(sed -n s/.*:blkio://p /proc/self/cgroup)"
O_TMPFILE, O_DIRECT = 0x400000, 0x4000  # of x86_64


def device_of(path: str) -> str:
    """Return the numbers of the device that holds a path, as the blkio controller takes them."""
    number = Path(path).stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}"


def refused(call: str, error: str, rule: str, title: str, *more: str) -> Fault:
    """Return the fault of a filter that refuses one call, which one rule notices, and perhaps more."""
    name = call.partition(":")[0].partition(",")[0]
    return Fault(
        id=f"files.no-{rule.removeprefix('files.')}",
        title=title,
        how=f"seccomp: {name} gives {error}",
        prefix=seccomp(error, call),
        took=FILTERED,
        red={rule, *more},
        says={rule: error},
        areas=("files",),
    )


@contextmanager
def volatile(folder: Path) -> Iterator[tuple[str, ...]]:
    """Give the words for an overlay mounted volatile, with its layers in `folder`."""
    yield mounts(
        f"cd $(mktemp -d -p {folder})",  # an upper layer is not mounted again after it was volatile
        "mkdir lower upper work",
        "mount -t overlay -o volatile,lowerdir=$PWD/lower,upperdir=$PWD/upper,workdir=$PWD/work none /mnt",
        "cd /",
        HERE,
    )


FAULTS = (
    Fault(
        id="files.noexec",
        title="no program runs from the temporary folder",
        how="a tmpfs mounted noexec, TMPDIR there",
        prefix=tmpfs("/mnt", "noexec", HERE),
        took=("sh", "-c", "cp /bin/true /mnt/true && ! /mnt/true 2>/dev/null; rm /mnt/true"),
        red={"files.run"},
        says={"files.run": "EACCES"},
        needs=("mntns",),
    ),
    Fault(
        id="files.read-only",
        title="the temporary folder is read-only",
        how="a tmpfs mounted ro, TMPDIR there",
        prefix=tmpfs("/mnt", "ro", HERE),
        took=("sh", "-c", "! touch /mnt/fault 2>/dev/null"),
        red={"files.room"},
        unknown=dict.fromkeys(BY_FILES, "failed"),
        says={"files.room": "EROFS"},
        needs=("mntns",),
        areas=("files",),
    ),
    Fault(
        id="files.full",
        title="the temporary folder has room for 64 KiB and 20 files",
        how="a tmpfs of size=64k,nr_inodes=20, TMPDIR there",
        prefix=tmpfs("/mnt", "size=64k,nr_inodes=20", HERE),
        took=("sh", "-c", "! head -c 128K /dev/zero 2>/dev/null >/mnt/fault; rm /mnt/fault"),
        red={"files.room"},
        says={"files.room": "ENOSPC"},
        needs=("mntns",),
        areas=("files",),
    ),
    Fault(
        id="files.no-inodes",
        title="the temporary folder has room, but not for another file",
        how="a tmpfs of nr_inodes=20, TMPDIR there",
        prefix=tmpfs("/mnt", "nr_inodes=20", HERE),
        took=("sh", "-c", "! touch $(seq -f /mnt/%g 30) 2>/dev/null; rm /mnt/*"),
        red={"files.room"},
        says={"files.room": "writing 1 MiB gave ok, making 64 files gave ENOSPC"},
        needs=("mntns",),
        areas=("files",),
    ),
    Fault(
        id="files.no-folder",
        title="there is no temporary folder",
        how="TMPDIR names a folder that does not exist",
        prefix=shell("export TMPDIR=/nonexistent/hostproof"),
        took=("sh", "-c", 'test ! -e "$TMPDIR"'),
        red={"files.room"},
        unknown=dict.fromkeys((*BY_FILES, "files.durable"), "absent"),
        may_be_unknown={"files.fsync-time"},  # it is skipped on a busy machine
        says={"files.room": "ENOENT"},
        areas=("files",),
    ),
    Fault(
        id="files.small-files",
        title="no file may be larger than 64 KiB",
        how="prlimit --fsize=65536",
        prefix=limits(fsize=65536),
        took=("sh", "-c", 'test "$(ulimit -f)" = 128'),
        red={"files.room"},
        says={"files.room": "EFBIG"},
        needs=("prlimit",),
        areas=("files",),
        around="agent",
    ),
    Fault(
        id="files.volatile",
        title="fsync does nothing: an overlay is mounted volatile",
        how="an overlay mounted volatile, TMPDIR there",
        setup=volatile,
        took=("grep", "-q", "^none /mnt overlay .*volatile", "/proc/mounts"),
        red={"files.durable"},
        says={"files.durable": "volatile"},
        needs=("root", "mntns"),
        areas=("files",),
    ),
    Fault(
        id="files.fsync-lies",
        title="fsync does nothing and says that it did",
        how="seccomp: fsync does nothing and gives 0, as eatmydata does",
        prefix=seccomp("lie", "fsync"),
        took=FILTERED,
        red={"files.durable"},
        areas=("files",),
    ),
    Fault(
        id="files.fsync-fails",
        title="fsync ends with an error of the disk",
        how="seccomp: fsync gives EIO",
        prefix=seccomp("EIO", "fsync"),
        took=FILTERED,
        red={"files.fsync"},
        unknown={"files.durable": "failed"},
        says={"files.fsync": "EIO"},
        may_be_unknown={"files.fsync-time"},  # it is skipped on a busy machine
        areas=("files",),
    ),
    Fault(
        id="files.slow-disk",
        title="the disk writes twenty times a second",
        how="cgroup v1: blkio.throttle.write_iops_device = 20",
        setup=cgroup1({"blkio": {"blkio.throttle.write_iops_device": f"{device_of('/var/tmp')} 20"}}),
        prefix=shell("export TMPDIR=/var/tmp"),
        took=("sh", "-c", f"grep -q ' 20$' {BLKIO}/blkio.throttle.write_iops_device"),
        red={"files.fsync-time"},
        needs=("cgroup1:blkio",),
        areas=("files",),
        params={"max_fsync_pressure": "100%"},
        around="agent",
    ),
    refused("flock", "ENOSYS", "files.flock", "a filter refuses locks of whole files"),
    refused("fcntl:1=37", "EINVAL", "files.ofd-lock", "locks of open file descriptions are not known"),
    refused("inotify_init1", "EPERM", "files.notice", "a filter refuses to watch files"),
    refused("renameat2", "EINVAL", "files.rename", "renaming knows no exchange, as on some network file systems"),
    refused("fallocate", "EOPNOTSUPP", "files.allocate", "the file system can't set room aside"),
    refused("copy_file_range", "EPERM", "files.copy", "a filter refuses to copy within the kernel"),
    refused("mmap:3=1", "ENODEV", "files.mapped", "the file system knows no shared mappings"),
    refused(f"openat:2&{O_TMPFILE:#x}", "EOPNOTSUPP", "files.tmpfile", "the file system knows no unnamed files"),
    refused(f"openat:2&{O_DIRECT:#x}", "EINVAL", "files.direct", "the file system refuses to go past the cache"),
    refused("symlink,symlinkat", "EPERM", "files.links", "the file system knows no symbolic links"),
    Fault(
        id="files.flock-lies",
        title="locks of whole files exclude nobody",
        how="seccomp: flock does nothing and gives 0, as NFS mounted nolock nearly does",
        prefix=seccomp("lie", "flock"),
        took=FILTERED,
        red={"files.flock"},
        says={"files.flock": "wrong"},
        areas=("files",),
    ),
    Fault(
        id="files.copy-lies",
        title="copying within the kernel says that it copied nothing",
        how="seccomp: copy_file_range does nothing and gives 0, as some kernels did for files of /proc",
        prefix=seccomp("lie", "copy_file_range"),
        took=FILTERED,
        red={"files.copy"},
        says={"files.copy": "wrong"},
        areas=("files",),
    ),
)
