"""Faults of signals: limits, filters, and what a program inherits."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import limits, seccomp

USER = 64322  # nobody else's: the limit counts the signals of all processes of a user
AS_USER = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all")


def status(row: str, pattern: str) -> tuple[str, ...]:
    """Return the words that succeed if a row of proc_pid_status(5) has that pattern."""
    return ("grep", "-qE", f"^{row}:\t{pattern}$", "/proc/self/status")


def refused(number: int, call: str) -> tuple[str, ...]:
    """Return the words that succeed if a call of the C library gives an errno."""
    call = f"import ctypes, os, sys; libc = ctypes.CDLL(None, use_errno=True); libc.{call}"
    return ("python3", "-c", f"{call}; sys.exit(ctypes.get_errno() != {number})")


FAULTS = (
    Fault(
        id="signals.few-queued",
        title="the user may queue four signals",
        how="RLIMIT_SIGPENDING 4, and a user without other processes",
        prefix=(*limits(sigpending=4), *AS_USER),
        took=("grep", "-qE", "^Max pending signals +4 +4 ", "/proc/self/limits"),
        red={"signals.queue"},
        says={"signals.queue": "wanted 32"},
        needs=("root", "prlimit", "setpriv"),
        around="agent",
    ),
    Fault(
        id="signals.none-queued",
        title="the user may queue no signal",
        how="RLIMIT_SIGPENDING 0, and a user without other processes",
        prefix=(*limits(sigpending=0), *AS_USER),
        took=("grep", "-qE", "^Max pending signals +0 +0 ", "/proc/self/limits"),
        red={"signals.queue", "signals.profile-timer"},
        unknown={"signals.realtime-order": "inconclusive"},
        says={"signals.queue": "0 signals could be queued", "signals.profile-timer": "EAGAIN"},
        needs=("root", "prlimit", "setpriv"),
        around="agent",
    ),
    Fault(
        id="signals.no-queue",
        title="queueing a signal is refused",
        how="seccomp: EPERM for rt_sigqueueinfo",
        prefix=seccomp("EPERM", "rt_sigqueueinfo"),
        took=refused(1, "sigqueue(os.getpid(), 34, None)"),
        red={"signals.realtime"},
        unknown={"signals.realtime-order": "inconclusive", "signals.queue": "denied", "signals.queue-limit": "denied"},
        says={"signals.realtime": "sigqueue(3) gave EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="signals.no-descriptor",
        title="signals can't be read from a descriptor",
        how="seccomp: EPERM for signalfd4",
        prefix=seccomp("EPERM", "signalfd,signalfd4"),
        took=refused(1, "signalfd(-1, bytes(128), 0)"),
        red={"signals.descriptor"},
        unknown={"signals.realtime-order": "denied"},
        says={"signals.descriptor": "EPERM", "signals.realtime-order": "signalfd"},
        needs=("python3",),
    ),
    Fault(
        id="signals.no-threads",
        title="a thread can't be signalled, so that Go can't preempt",
        how="seccomp: EPERM for tgkill",
        prefix=seccomp("EPERM", "tgkill"),
        took=refused(1, "syscall(234, os.getpid(), os.getpid(), 0)"),
        red={"signals.thread", "signals.preemption", "syscalls.go"},
        says={"signals.thread": "EPERM", "signals.preemption": "EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="signals.old-pidfd",
        title="a filter from before Linux 5.1 answers as if pidfd_send_signal were not there",
        how="seccomp: ENOSYS for pidfd_send_signal",
        prefix=seccomp("ENOSYS", "pidfd_send_signal"),
        took=refused(38, "syscall(424, -1, 0, None, 0)"),
        red={"signals.process", "syscalls.families", "syscalls.go-newer"},
        says={"signals.process": "ENOSYS"},
        needs=("python3",),
    ),
    Fault(
        id="signals.no-timer",
        title="timers that send signals are refused",
        how="seccomp: EPERM for timer_create",
        prefix=seccomp("EPERM", "timer_create"),
        took=refused(1, "timer_create(1, None, bytes(8))"),
        red={"signals.profile-timer", "syscalls.families", "syscalls.go-quiet"},
        says={"signals.profile-timer": "EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="signals.no-stack",
        title="handlers can't have a stack of their own",
        how="seccomp: EPERM for sigaltstack",
        prefix=seccomp("EPERM", "sigaltstack"),
        took=refused(1, "sigaltstack(None, bytes(24))"),
        red={"signals.stack", "signals.stack-minimum", "syscalls.go"},
        says={"signals.stack": "sigaltstack(2) gave EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="signals.no-interval",
        title="a process can't have itself interrupted by a timer",
        how="seccomp: EPERM for setitimer",
        prefix=seccomp("EPERM", "setitimer"),
        took=refused(1, "setitimer(0, bytes(32), None)"),
        red={"syscalls.go-quiet"},
        unknown={"signals.restart": "denied"},
        says={"signals.restart": "setitimer gave EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="signals.ignored",
        title="services are started with SIGTERM ignored",
        how="signal(SIGTERM, SIG_IGN) before execve(2), as by trap '' TERM in a start script",
        prefix=("env", "--ignore-signal=TERM"),
        took=status("SigIgn", ".*[4-7c-f]..."),
        red={"signals.inherited-ignored"},
        says={"signals.inherited-ignored": "SIGTERM"},
        needs=("env",),
        areas=("signals",),
    ),
    Fault(
        id="signals.nohup",
        title="services are started by nohup, so that SIGHUP does not reload them",
        how="nohup",
        prefix=("nohup",),
        took=status("SigIgn", ".*[13579bdf]"),
        red={"signals.inherited-hangup"},
        says={"signals.inherited-hangup": "SIGHUP"},
        needs=("nohup",),
        areas=("signals",),
    ),
    Fault(
        id="signals.blocked",
        title="services are started with SIGTERM and SIGURG blocked",
        how="sigprocmask(2) before execve(2)",
        prefix=("env", "--block-signal=TERM", "--block-signal=URG"),
        took=status("SigBlk", ".*[4-7c-f]..."),
        red={"signals.inherited-mask"},
        says={"signals.inherited-mask": "SIGTERM, SIGURG"},
        needs=("env",),
        areas=("signals",),
    ),
)
