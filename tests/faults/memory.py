"""Faults of memory: addresses, locks, advice, sharing and limits that a process meets."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.prefixes import limits, mounts, seccomp, tmpfs, without

# Where this process is in the tree of a v1 controller.
OWN = "/sys/fs/cgroup/{0}$(sed -n s/.*:{0}://p /proc/self/cgroup)"
FILTERED = ("grep", "-q", "^Seccomp:.*2", "/proc/self/status")
MIB = 1 << 20

FAULTS = (
    Fault(
        id="memory.few-addresses",
        title="a process may have 660 MiB of addresses",
        how="prlimit --as",
        prefix=limits(**{"as": 660 * MIB}),
        took=("sh", "-c", f'test "$(ulimit -v)" = {660 * 1024}'),
        red={"memory.heap", "memory.noreserve"},
        says={"memory.heap": "ENOMEM"},
        may_be_unknown={"timers.sleep"},  # a busy machine gives too few samples
        needs=("prlimit",),
    ),
    Fault(
        id="memory.no-arena",
        title="64 MiB can't be reserved at once",
        how="seccomp: mmap of 64 MiB gives ENOMEM",
        prefix=seccomp("ENOMEM", f"mmap:1={64 * MIB:#x}"),
        took=FILTERED,
        red={"memory.arena", "memory.heap"},
        says={"memory.arena": "ENOMEM"},
        areas=("memory",),
    ),
    Fault(
        id="memory.little-lock",
        title="a process may lock 16 KiB",
        how="prlimit --memlock=16384, without CAP_IPC_LOCK",
        prefix=(*limits(memlock=16384), *without("ipc_lock")),
        took=("sh", "-c", 'test "$(ulimit -l)" = 16'),
        red={"memory.lock"},
        says={"memory.lock": "16KiB could be locked"},
        may_be_unknown={"timers.sleep"},  # a busy machine gives too few samples
        needs=("root", "prlimit", "setpriv"),
    ),
    Fault(
        id="memory.no-memfd",
        title="a filter refuses files in memory",
        how="seccomp: memfd_create gives EPERM",
        prefix=seccomp("EPERM", "memfd_create"),
        took=FILTERED,
        red={"memory.memfd"},
        says={"memory.memfd": "EPERM"},
        areas=("memory", "syscalls"),
    ),
    Fault(
        id="memory.no-advice",
        title="a filter refuses to take memory back",
        how="seccomp: madvise gives ENOSYS",
        prefix=seccomp("ENOSYS", "madvise"),
        took=FILTERED,
        red={"memory.dontneed", "syscalls.go-quiet"},
        says={"memory.dontneed": "ENOSYS"},
        areas=("memory", "syscalls"),
    ),
    Fault(
        id="memory.advice-ignored",
        title="taking memory back does nothing and says that it did",
        how="seccomp: madvise does nothing and gives 0",
        prefix=seccomp("lie", "madvise"),
        took=FILTERED,
        red={"memory.dontneed"},
        says={"memory.dontneed": "wrong"},
        areas=("memory", "syscalls"),
    ),
    Fault(
        id="memory.not-protected",
        title="taking away access to memory does nothing and says that it did",
        how="seccomp: mprotect to PROT_NONE does nothing and gives 0",
        prefix=seccomp("lie", "mprotect:2=0"),
        took=FILTERED,
        red={"memory.protect"},
        says={"memory.protect": "wrong"},
        areas=("memory", "syscalls"),
    ),
    Fault(
        id="memory.no-code",
        title="memory that was written can't be made executable",
        how="seccomp: mprotect to PROT_READ|PROT_EXEC gives EACCES, as SELinux's execmem does",
        prefix=seccomp("EACCES", "mprotect:2=5"),
        took=FILTERED,
        red={"memory.execute"},
        says={"memory.execute": "EACCES"},
        areas=("memory", "syscalls"),
    ),
    Fault(
        id="memory.shm-read-only",
        title="/dev/shm is mounted read-only",
        how="a mount namespace with a read-only tmpfs there",
        prefix=tmpfs("/dev/shm", "ro"),
        took=("sh", "-c", "! touch /dev/shm/fault 2>/dev/null"),
        red={"memory.shm"},
        says={"memory.shm": "EROFS"},
        needs=("mntns", "/dev/shm"),
        areas=("memory",),
    ),
    Fault(
        id="memory.shm-full",
        title="/dev/shm has room for no page",
        how="a mount namespace with a full tmpfs of 4 KiB there",
        prefix=tmpfs("/dev/shm", "size=4k", "head -c 4096 /dev/zero >/dev/shm/full"),
        took=("sh", "-c", "! echo x 2>/dev/null >/dev/shm/fault"),
        red={"memory.shm"},
        says={"memory.shm": "ENOSPC"},
        needs=("mntns", "/dev/shm"),
        areas=("memory",),
    ),
    Fault(
        id="memory.no-shm",
        title="there is no /dev/shm",
        how="a mount namespace with a /dev of a few nodes",
        prefix=mounts(
            "mkdir -p /mnt/hostproof-dev",
            "mount -t tmpfs -o mode=755 tmpfs /mnt/hostproof-dev",
            "cd /mnt/hostproof-dev",
            "for node in null zero random urandom; do touch $node; mount --bind /dev/$node $node; done",
            "ln -s /proc/self/fd fd",
            "mount --move /mnt/hostproof-dev /dev",
            "rmdir /mnt/hostproof-dev",
            "cd /",
        ),
        took=("sh", "-c", "test ! -e /dev/shm && test -c /dev/null"),
        red={"memory.shm"},
        says={"memory.shm": "ENOENT"},
        may_be_unknown={"timers.sleep"},  # a busy machine gives too few samples
        needs=("root", "mntns"),
    ),
    Fault(
        id="memory.parent-limit",
        title="only the parent of the control group has a memory limit",
        how="cgroup v1: memory.limit_in_bytes = 1 GiB, the command one group deeper",
        setup=cgroup1({"memory": {"memory.limit_in_bytes": str(1 << 30)}}, below={}),
        took=("sh", "-c", f'test "$(cat {OWN.format("memory")}/../memory.limit_in_bytes)" = {1 << 30}'),
        red={"memory.limit-own"},
        says={"memory.limit-own": "1GiB"},
        needs=("cgroup1:memory",),
        areas=("memory",),
    ),
    Fault(
        id="memory.little",
        title="the control group may use 60 MiB",
        how="cgroup v1: memory.limit_in_bytes = 60 MiB",
        setup=cgroup1({"memory": {"memory.limit_in_bytes": str(60 * MIB)}}),
        took=("sh", "-c", f'test "$(cat {OWN.format("memory")}/memory.limit_in_bytes)" = {60 * MIB}'),
        red={"memory.enough"},
        says={"memory.enough": "60MiB can be used"},
        needs=("cgroup1:memory",),
        around="agent",
        areas=("memory",),
    ),
    Fault(
        id="memory.no-proc",
        title="there is no /proc",
        how="a mount namespace with an empty file system over /proc",
        prefix=mounts("mount -t tmpfs tmpfs /proc"),
        took=("sh", "-c", "test ! -e /proc/self"),
        unknown={
            **dict.fromkeys(("memory.enough", "memory.limit-own", "memory.noreserve"), "absent"),
            **dict.fromkeys(("cpu.held-back", "cpu.quota-own", "cpu.throttled"), "absent"),
            **dict.fromkeys(("files.tmpfile", "files.durable"), "absent"),
        },
        may_be_unknown={"files.fsync-time"},  # without /proc it is not known whether the folder is in memory
        needs=("mntns",),
        areas=("memory", "cpu", "files"),
        around="agent",
    ),
)
