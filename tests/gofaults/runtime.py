"""Faults that Go programs meet at run time: sandboxes, limits, and what their environment says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.clocks import timer_slack
from faults.inject.prefixes import limits, mounts, network, seccomp
from gofaults.goroot import KEPT, NEEDS, broken_goroot, newest, oldest, removed, tool, with_env, with_go

PACKS = ("go-runtime",)
BASE = with_go(newest())
OLD = with_go(oldest())
PATIENCE = 300.0  # where programs are built anew, on a busy machine
CACHE = KEPT / "cache"
NO_PROGRAMS = KEPT / "noexec"
USER = 64322  # nobody else's: the limit counts all tasks of a user
AS_USER = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all")

# What each program lets be known, but for how it started.
OF_SOCKETS = ("sockets.tcp", "sockets.closed", "sockets.udp", "sockets.unix", "sockets.abstract")
OF_WEB = ("web.requests", "web.reuse", "web.http2", "web.timeout")
OF_TIME = ("clock.cost", "clock.monotonic", "clock.together", "timers.early", "timers.late")
OF_SIGNALS = ("signals.lost", "signals.burst", "signals.stopped")
OF_MEMORY = ("gc.growth", "gc.trigger", "gc.limit", "gc.pauses", "memory.returned")
OF_SETTINGS = ("procs.affinity", "threads.room", "settings.collector")
OF_C = ("cgo.programs", "cgo.calls", "names.agree")
ALL = (*OF_SOCKETS, *OF_WEB, *OF_TIME, *OF_SIGNALS, *OF_MEMORY, *OF_SETTINGS, *OF_C, "threads.made", "names.resolves")

# Eight processors, as sched_getaffinity(2) tells them to whoever asks: this machine may have two.
EIGHT = (
    "strace", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e", "trace=sched_getaffinity",
    "-e", "inject=sched_getaffinity:retval=8:poke_exit=@arg3=ff00000000000000",
)  # fmt: skip
COUNTS_EIGHT = ("python3", "-c", "import os; assert len(os.sched_getaffinity(0)) == 8")

NO_THREAD = "import _thread, sys\ntry: _thread.start_new_thread(int, ())\nexcept RuntimeError: sys.exit(0)\nsys.exit(1)"
MADVISE_LIES = (
    "import mmap; m = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); m[0] = 1\n"
    "m.madvise(mmap.MADV_DONTNEED); assert m[0] == 1"
)


def sh(text: str) -> tuple[str, ...]:
    """Return the words of a shell command."""
    return ("sh", "-c", text)


@contextmanager
def programs_of_a_user(folder: Path) -> Iterator[tuple[str, ...]]:
    """Give another user the programs that are there already, in a cache of that user's own."""
    kept = CACHE / "hostproof" / "go-programs"
    own = folder / "cache" / "hostproof"
    shutil.copytree(kept, own / "go-programs")
    for path in (folder / "cache", *(folder / "cache").rglob("*")):
        os.chown(path, USER, USER)
    yield ("env", f"XDG_CACHE_HOME={folder / 'cache'}", f"HOME={folder}")


FAULTS = (
    Fault(
        id="go-runtime.no-loopback",
        title="the loopback is down",
        how="a network namespace in which lo is not set up",
        base=BASE,
        prefix=network(loopback=False),
        took=sh("! ip link show lo | grep -q UP"),
        red={"sockets.tcp", "sockets.udp", "sockets.closed", "web.requests", "web.http2", "web.timeout"},
        unknown={"web.reuse": "failed"},
        says={"sockets.tcp": "connect ENETUNREACH", "web.timeout": "get ENETUNREACH"},
        packs=PACKS,
        needs=(*NEEDS, "netns", "ip"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.no-unix-sockets",
        title="a sandbox forbids Unix sockets",
        how="seccomp: EACCES for socket with AF_UNIX",
        base=BASE,
        prefix=seccomp("EACCES", "socket:0=1"),
        took=("python3", "-c", "import socket\ntry: socket.socket(1)\nexcept PermissionError: exit(0)\nexit(1)"),
        red={"sockets.unix", "sockets.abstract"},
        says={"sockets.unix": "streams: listen EACCES; packets: listen EACCES; datagrams: bind EACCES"},
        packs=PACKS,
        needs=(*NEEDS, "python3"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.no-poller",
        title="a sandbox forbids epoll, which the runtime can't do without",
        how="seccomp: EPERM for epoll_create1 and epoll_create",
        base=BASE,
        prefix=seccomp("EPERM", "epoll_create1,epoll_create"),
        took=("python3", "-c", "import select\ntry: select.epoll()\nexcept PermissionError: exit(0)\nexit(1)"),
        # The go command is a program of Go as well: it can't be asked what it is.
        unknown=dict.fromkeys(("build.programs", "runtime.programs", *ALL), "failed"),
        says={"runtime.programs": "epollcreate failed"},
        packs=PACKS,
        needs=(*NEEDS, "python3"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.gomaxprocs-pids",
        title="GOMAXPROCS is 128, in a control group of 60 tasks",
        how="GOMAXPROCS=128; cgroup v1: pids.max 60",
        base=BASE,
        setup=cgroup1({"pids": {"pids.max": "60"}}),
        prefix=with_env(GOMAXPROCS=128),
        took=sh("grep -qx 60 /sys/fs/cgroup/pids$(sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup)/pids.max"),
        red={"procs.affinity", "threads.room", "threads.made"},
        says={"threads.made": "failed to create new OS thread", "threads.room": "pids.max 60 of "},
        packs=PACKS,
        needs=(*NEEDS, "root", "cgroup1:pids"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.nproc",
        title="the service's user may have 40 tasks",
        how="RLIMIT_NPROC 40, and another user than root",
        base=BASE,
        setup=programs_of_a_user,
        prefix=(*limits(nproc=40), *AS_USER),
        took=sh("grep -qE '^Max processes +40 +40 ' /proc/self/limits"),
        red={"threads.room", "threads.made"},
        says={"threads.made": "errno=11", "threads.room": f"RLIMIT_NPROC 40 of user {USER}"},
        packs=PACKS,
        needs=(*NEEDS, "root", "prlimit", "setpriv"),
        around="agent",
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.quota-old",
        title="a quota of one and a half processors of eight, and a Go that does not look at quotas",
        how="cgroup v1: cpu.cfs_quota_us 150000; strace lets sched_getaffinity tell of 8 processors; Go 1.22",
        base=OLD,
        setup=cgroup1({"cpu": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "150000"}}),
        prefix=EIGHT,
        took=COUNTS_EIGHT,
        red={"procs.quota"},
        says={"procs.quota": "8 goroutines run at once"},
        packs=PACKS,
        areas=("limits",),
        needs=(*NEEDS, "root", "cgroup1:cpu", "strace", "python3"),
        around="agent",
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.quota-above",
        title="the quota is on a control group above, where Go 1.25 and later don't look",
        how="cgroup v1: cpu.cfs_quota_us 150000 of the parent; strace lets sched_getaffinity tell of 8 processors",
        base=BASE,
        setup=cgroup1({"cpu": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "150000"}}, below={"cpu": {}}),
        prefix=EIGHT,
        took=COUNTS_EIGHT,
        red={"procs.quota"},
        says={"procs.quota": "8 goroutines run at once"},
        packs=PACKS,
        areas=("limits",),
        needs=(*NEEDS, "root", "cgroup1:cpu", "strace", "python3"),
        around="agent",
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.gogc-off",
        title="GOGC is off, and no memory limit is set",
        how="GOGC=off",
        base=BASE,
        prefix=with_env(GOGC="off"),
        took=sh('test "$GOGC" = off'),
        red={"settings.collector"},
        packs=PACKS,
        needs=NEEDS,
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.memory-limit",
        title="Go's memory limit is above that of the control group",
        how="GOMEMLIMIT=8GiB; cgroup v1: memory.limit_in_bytes 4 GiB",
        base=BASE,
        setup=cgroup1({"memory": {"memory.limit_in_bytes": str(4 << 30)}}),
        prefix=with_env(GOMEMLIMIT="8GiB"),
        took=sh('test "$GOMEMLIMIT" = 8GiB'),
        red={"settings.memory-limit"},
        says={"settings.memory-limit": "Go's limit is 8GiB, the control group's 4GiB"},
        packs=PACKS,
        needs=(*NEEDS, "root", "cgroup1:memory"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.memory-limit-malformed",
        title="the memory limit has a unit that Go does not know",
        how="GOMEMLIMIT=1GB",
        base=BASE,
        prefix=with_env(GOMEMLIMIT="1GB"),
        took=sh('test "$GOMEMLIMIT" = 1GB'),
        red={"runtime.programs", "threads.made"},
        unknown={"procs.affinity": "failed", "threads.room": "failed", "settings.collector": "failed"},
        says={"runtime.programs": "malformed GOMEMLIMIT"},
        packs=PACKS,
        needs=NEEDS,
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.godebug",
        title="GODEBUG turns off preemption",
        how="GODEBUG=asyncpreemptoff=1,gctrace=0",
        base=BASE,
        prefix=with_env(GODEBUG="asyncpreemptoff=1,gctrace=0"),
        took=sh('test -n "$GODEBUG"'),
        red={"settings.godebug"},
        says={"settings.godebug": "asyncpreemptoff=1"},
        packs=PACKS,
        needs=NEEDS,
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.no-localhost",
        title="/etc/hosts does not know localhost",
        how="/dev/null mounted over /etc/hosts and /etc/resolv.conf",
        base=BASE,
        prefix=mounts("mount --bind /dev/null /etc/hosts", "mount --bind /dev/null /etc/resolv.conf"),
        took=sh("! grep -q localhost /etc/hosts"),
        red={"names.resolves"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.noexec",
        title="neither the cache nor TMPDIR may hold programs",
        how="the cache mounted again with noexec, and a tmpfs with noexec at TMPDIR",
        base=BASE,
        prefix=mounts(
            f"mount --bind {CACHE} {CACHE}",
            f"mount -o remount,bind,noexec {CACHE}",
            f"mkdir -p {NO_PROGRAMS}",  # not /tmp: what is tested may stand below it
            f"mount -t tmpfs -o noexec,mode=1777 tmpfs {NO_PROGRAMS}",
            f"export TMPDIR={NO_PROGRAMS}",
        ),
        took=sh("cp /bin/true $TMPDIR/true && ! $TMPDIR/true"),
        unknown=dict.fromkeys(("runtime.programs", *ALL), "denied"),
        says={"runtime.programs": "noexec"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.no-compiler",
        title="the compiler is missing",
        how="pkg/tool/linux_amd64/compile removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed(tool("compile"))),
        took=sh('! test -e "$(go env GOTOOLDIR)/compile"'),
        red={"build.programs"},
        unknown=dict.fromkeys(("runtime.programs", *ALL), "failed"),
        packs=PACKS,
        needs=NEEDS,
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.dropped-resets",
        title="a firewall drops the refusal of closed ports",
        how="a network namespace with nft: tcp flags rst drop",
        base=BASE,
        prefix=network(
            "nft add table inet f",
            "nft add chain inet f in '{ type filter hook input priority 0; }'",
            "nft add rule inet f in tcp flags rst drop",
        ),
        took=sh("nft list ruleset | grep -q 'rst drop'"),
        red={"sockets.closed"},
        says={"sockets.closed": "connect timeout"},
        packs=PACKS,
        needs=(*NEEDS, "netns", "ip", "nft"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.no-clone3",
        title="a sandbox forbids clone3 by EPERM, so that the C library does not fall back to clone",
        how="seccomp: EPERM for clone3",
        base=BASE,
        prefix=seccomp("EPERM", "clone3"),
        took=("python3", "-c", NO_THREAD),
        red={"cgo.programs"},  # Go itself makes threads by clone
        unknown={"cgo.calls": "failed", "names.agree": "failed"},
        says={"cgo.programs": "pthread_create failed"},
        packs=PACKS,
        needs=(*NEEDS, "python3", "gcc"),
        around="agent",
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.madvise-lies",
        title="a sandbox does nothing on madvise, and says it did",
        how="seccomp: madvise returns 0",
        base=BASE,
        prefix=seccomp("lie", "madvise"),
        took=("python3", "-c", MADVISE_LIES),
        red={"memory.returned"},
        # The runtime takes such memory for empty; a program that gives some back by itself crashes then, or does not.
        may_be_red={"runtime.programs", *OF_MEMORY},
        packs=PACKS,
        needs=(*NEEDS, "python3"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.signals-lost",
        title="a sandbox swallows SIGUSR1",
        how="seccomp: kill with signal 10 returns 0 and does nothing",
        base=BASE,
        prefix=seccomp("lie", "kill:1=10"),
        took=sh("kill -USR1 $$"),
        red={"signals.lost", "signals.burst", "signals.stopped"},
        says={"signals.lost": "3 of 200 signals"},
        packs=PACKS,
        needs=NEEDS,
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.resolvers-differ",
        title="localhost is on two lines of /etc/hosts, of which the C library reads one",
        how="other files mounted over /etc/hosts and /etc/host.conf (multi off)",
        base=BASE,
        prefix=mounts(
            "mount -t tmpfs tmpfs /mnt",
            "printf '127.0.0.1 localhost\\n127.0.0.2 localhost\\n' > /mnt/hosts",
            "echo 'multi off' > /mnt/host.conf",
            "mount --bind /mnt/hosts /etc/hosts",
            "mount --bind /mnt/host.conf /etc/host.conf",
        ),
        took=sh("grep -q 127.0.0.2 /etc/hosts"),
        red={"names.agree"},
        packs=PACKS,
        needs=(*NEEDS, "mntns", "gcc", "/etc/host.conf"),
        patience=PATIENCE,
    ),
    Fault(
        id="go-runtime.timer-slack",
        title="whoever started it has a timer slack of 30 ms",
        how="PR_SET_TIMERSLACK 30 ms, inherited",
        base=BASE,
        prefix=timer_slack(30_000_000),
        took=sh("grep -qx 30000000 /proc/self/timerslack_ns"),
        red={"timers.late"},
        packs=PACKS,
        needs=(*NEEDS, "/proc/self/timerslack_ns"),
        patience=PATIENCE,
    ),
)
