"""Faults of threads and processes: what limits them, in view and out of it."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.prefixes import limits, seccomp, shell

USER = 64321  # nobody else's: the limit counts all tasks of a user
AS_USER = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all")
CLONE_THREAD = "clone:0&0x10000"
NO_THREAD = "import _thread, sys\ntry: _thread.start_new_thread(int, ())\nexcept RuntimeError: sys.exit(0)\nsys.exit(1)"

FAULTS = (
    Fault(
        id="threads.cgroup",
        title="the control group may have 40 tasks",
        how="cgroup v1: pids.max 40",
        setup=cgroup1({"pids": {"pids.max": "40"}}),
        took=("sh", "-c", "grep -qx 40 /sys/fs/cgroup/pids$(sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup)/pids.max"),
        red={"threads.made"},
        says={"threads.made": "stopped by pids-cgroup: pids.max 40 of "},
        needs=("root", "cgroup1:pids"),
    ),
    Fault(
        id="threads.cgroup-above",
        title="a control group further up may have 40 tasks, the own one says nothing",
        how="cgroup v1: pids.max 40 of the parent, max of the group itself",
        setup=cgroup1({"pids": {"pids.max": "40"}}, below={"pids": {"pids.max": "max"}}),
        took=(
            "sh",
            "-c",
            "grep -qx 40 /sys/fs/cgroup/pids$(sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup)/../pids.max",
        ),
        red={"threads.made"},
        says={"threads.made": "stopped by pids-cgroup: pids.max 40 of "},
        needs=("root", "cgroup1:pids"),
    ),
    Fault(
        id="threads.user",
        title="the service's user may have 40 tasks",
        how="RLIMIT_NPROC 40, and another user than root",
        prefix=(*limits(nproc=40), *AS_USER),
        took=("grep", "-qE", "^Max processes +40 +40 ", "/proc/self/limits"),
        red={"threads.made"},
        says={"threads.made": f"stopped by nproc: RLIMIT_NPROC 40 of user {USER}"},
        needs=("root", "prlimit", "setpriv"),
        around="agent",
    ),
    Fault(
        id="threads.numbers",
        title="there are 360 process numbers, as pid_max is low",
        how="kernel.pid_max 360 in a PID namespace of its own",
        prefix=("unshare", "--pid", "--fork", "--mount-proc", *shell("echo 360 > /proc/sys/kernel/pid_max")),
        took=("grep", "-qx", "360", "/proc/sys/kernel/pid_max"),
        red={"threads.made"},
        says={"threads.made": "kernel.pid_max 360"},
        needs=("root", "pidns", "mntns", "linux:6.14"),  # until then it would be everybody's
        params={"min_threads": "400"},
    ),
    Fault(
        id="threads.stack",
        title="a start script leaves 96 KiB of stack",
        how="RLIMIT_STACK 96 KiB",
        prefix=limits(stack=98304),
        took=("grep", "-qE", "^Max stack size +98304 +98304 ", "/proc/self/limits"),
        red={"threads.stack"},
        says={"threads.stack": "a stack of 96KiB"},
        needs=("prlimit",),
        around="agent",
    ),
    Fault(
        id="threads.clone3",
        title="a filter refuses clone3 by EPERM, so that the C library does not fall back to clone",
        how="seccomp: EPERM for clone3",
        prefix=seccomp("EPERM", "clone3"),
        took=("python3", "-c", NO_THREAD),
        red={"threads.made", "threads.program", "syscalls.fallbacks"},
        unknown={"signals.thread": "failed", "threads.stack": "failed"},
        says={"threads.made": "refused: clone(2) gave EPERM", "threads.program": "EPERM"},
        needs=("python3",),
        around="agent",
    ),
    Fault(
        id="threads.unseen",
        title="threads are refused by a limit that can't be seen from here",
        how="seccomp: EAGAIN for clone with CLONE_THREAD, ENOSYS for clone3",
        prefix=seccomp("EAGAIN", CLONE_THREAD, "ENOSYS", "clone3"),
        took=("python3", "-c", NO_THREAD),
        red={"threads.made"},
        unknown={"signals.thread": "failed", "threads.stack": "failed"},
        says={"threads.made": "EAGAIN"},
        needs=("python3",),
        around="agent",
    ),
)
