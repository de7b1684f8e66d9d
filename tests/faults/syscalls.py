"""Faults of system calls: filters that refuse, imitate or kill, and rights that are missing."""

from __future__ import annotations

import errno
import platform

from faults.fault import Fault
from faults.inject.prefixes import nobody, seccomp, without
from hostproof.collect.builtin.denials.numbers import MACHINES, numbers

NUMBERS = {name: number for number, name in numbers(MACHINES.get(platform.machine(), 0)).items()}
TRY = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
wrong = [ctypes.c_long(-1)] * 6
for number in map(int, sys.argv[2:]):
    if libc.syscall(ctypes.c_long(number), *wrong) != -1 or ctypes.get_errno() != int(sys.argv[1]):
        sys.exit(number)
"""


def answers(name: str, *calls: str) -> tuple[str, ...]:
    """Return the words that succeed if all of some calls answer an errno, to arguments that are all wrong."""
    tried = [call if call.isdecimal() else str(NUMBERS.get(call, -1)) for call in calls]
    return ("python3", "-c", TRY, str(int(getattr(errno, name))), *tried)


def kills(call: str) -> tuple[str, ...]:
    """Return the words that succeed if a call ends the process by SIGSYS."""
    return ("sh", "-c", '"$@" 2>/dev/null; test $? = 159', "sh", *answers("EPERM", call))


def refusal(name: str, call: str, *red: str, says: str = "") -> Fault:
    """Return the fault of one call that a filter refuses with an errno, and the rules that notice."""
    return Fault(
        id=f"syscalls.{call.replace('_', '-')}",
        title=f"a filter refuses {call}",
        how=f"seccomp: {name} for {call}",
        prefix=seccomp(name, call),
        took=answers(name, call),
        red=set(red),
        says={red[0]: says or call},
        needs=("python3",),
    )


FAULTS = (
    refusal("EPERM", "eventfd2", "syscalls.go", says="eventfd2, by seccomp (EPERM)"),
    refusal("EPERM", "sched_yield", "syscalls.go-quiet", says="sched_yield, by seccomp (EPERM)"),
    refusal("EPERM", "madvise", "syscalls.go-quiet", "memory.dontneed", says="madvise, by seccomp (EPERM)"),
    refusal("EPERM", "splice", "syscalls.go-newer", says="splice, by seccomp (EPERM)"),
    refusal("ENOSYS", "faccessat2", "syscalls.go-newer", says="faccessat2, by seccomp (ENOSYS)"),
    refusal("EPERM", "statx", "syscalls.fallbacks"),
    refusal("EACCES", "epoll_pwait2", "syscalls.fallbacks"),
    refusal("EPERM", "membarrier", "syscalls.fallbacks"),
    refusal("EPERM", "rseq", "syscalls.fallbacks"),
    refusal("EPERM", "io_uring_enter", "syscalls.families", says="io_uring without io_uring_enter"),
    refusal("ENOSYS", "landlock_add_rule", "syscalls.families", says="landlock without landlock_add_rule"),
    refusal("EIO", "io_uring_setup", "syscalls.works", "syscalls.families", says="io_uring: EIO of io_uring_setup"),
    Fault(
        id="syscalls.clone3",
        title="a filter refuses clone3 with EPERM, so that glibc doesn't fall back on clone",
        how="seccomp: EPERM for clone3",
        prefix=seccomp("EPERM", "clone3"),
        took=answers("EPERM", "clone3"),
        red={"syscalls.fallbacks", "threads.made", "threads.program"},  # under glibc 2.34 or later
        unknown={"threads.stack": "failed"},
        says={"syscalls.fallbacks": "clone3", "threads.made": "EPERM"},
        areas=("syscalls", "threads"),
        needs=("python3",),
        around="agent",  # the engine itself needs a thread
    ),
    Fault(
        id="syscalls.sched-getaffinity",
        title="a filter refuses sched_getaffinity",
        how="seccomp: EPERM for sched_getaffinity",
        prefix=seccomp("EPERM", "sched_getaffinity"),
        took=answers("EPERM", "sched_getaffinity"),
        red={"syscalls.go-quiet"},
        says={"syscalls.go-quiet": "sched_getaffinity, by seccomp (EPERM)"},
        areas=("syscalls",),  # nothing can be measured on a processor that can't be chosen
        needs=("python3",),
    ),
    Fault(
        id="syscalls.getrandom",
        title="a filter refuses getrandom",
        how="seccomp: EPERM for getrandom",
        prefix=seccomp("EPERM", "getrandom"),
        took=answers("EPERM", "getrandom"),
        red={"syscalls.go-quiet"},
        says={"syscalls.go-quiet": "getrandom, by seccomp (EPERM)"},
        areas=("syscalls",),
        needs=("python3",),
    ),
    Fault(
        id="syscalls.unknown-number",
        title="a filter answers EPERM to what it does not know",
        how="seccomp: EPERM for the unused number 9999",
        prefix=seccomp("EPERM", "9999"),
        took=answers("EPERM", "9999"),
        red={"syscalls.unknown-number"},
        says={"syscalls.unknown-number": "answered EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="syscalls.killed",
        title="a filter kills whoever calls bpf",
        how="seccomp: kill for bpf",
        prefix=seccomp("kill", "bpf"),
        took=kills("bpf"),
        red={"syscalls.killing", "denials.none"},
        says={"syscalls.killing": "SIGSYS: bpf", "denials.none": '{"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}'},
        needs=("python3", "root"),
    ),
    Fault(
        id="syscalls.trapped",
        title="a filter sends SIGSYS to whoever calls io_uring_register",
        how="seccomp: trap for io_uring_register",
        prefix=seccomp("trap", "io_uring_register"),
        took=kills("io_uring_register"),
        red={"syscalls.killing", "syscalls.families"},
        says={"syscalls.killing": "SIGSYS: io_uring_register"},
        may_be_red={"denials.none"},  # sysctl kernel.seccomp.actions_logged decides whether it is recorded
        needs=("python3",),
    ),
    Fault(
        id="syscalls.no-landlock",
        title="the service sandboxes itself by Landlock, and a filter hides that",
        how="seccomp: ENOSYS for landlock_create_ruleset, landlock_add_rule, landlock_restrict_self",
        prefix=seccomp("ENOSYS", "landlock_create_ruleset,landlock_add_rule,landlock_restrict_self"),
        took=answers("ENOSYS", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
        red={"syscalls.uses"},
        says={"syscalls.uses": "landlock, by "},
        params={"needed_uses": "[landlock]"},
        areas=("syscalls",),
        needs=("python3",),
    ),
    Fault(
        id="syscalls.no-user-namespaces",
        title="the service makes user namespaces, and a filter refuses them",
        how="seccomp: EPERM for unshare(CLONE_NEWUSER)",
        prefix=seccomp("EPERM", "unshare:0&0x10000000"),
        took=("sh", "-c", "! unshare --user true 2>/dev/null"),
        red={"syscalls.namespaces"},
        says={"syscalls.namespaces": "user, by seccomp"},
        params={"needed_namespaces": "[user]"},
        areas=("syscalls",),
        needs=("userns",),
    ),
    Fault(
        id="syscalls.no-more-namespaces",
        title="no more network namespaces can be made",
        how="user.max_net_namespaces = 0 in a user namespace",
        prefix=("unshare", "--user", "--map-root-user", "sh", "-c",
                'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"', "sh"),
        took=("sh", "-c", "! unshare --net true 2>/dev/null"),
        red={"syscalls.namespaces"},
        says={"syscalls.namespaces": "net, by sysctl: ENOSPC: user.max_net_namespaces is 0"},
        params={"needed_namespaces": "[net]"},
        areas=("syscalls",),
        needs=("userns", "netns"),
    ),
    Fault(
        id="syscalls.no-rights",
        title="the service mounts file systems and may not",
        how="CAP_SYS_ADMIN taken away",
        prefix=without("sys_admin"),
        took=answers("EPERM", "fsopen"),
        red={"syscalls.needed"},
        says={"syscalls.needed": "fsopen, needs CAP_SYS_ADMIN"},
        params={"needed_calls": "[fsopen]"},
        areas=("syscalls",),
        needs=("root", "setpriv", "python3"),
    ),
    Fault(
        id="syscalls.ordinary-user",
        title="the service loads BPF programs as an ordinary user",
        how="user 65534, with kernel.unprivileged_bpf_disabled set",
        prefix=nobody(),
        took=("sh", "-c", 'test "$(id -u)" = 65534 && ! grep -qx 0 /proc/sys/kernel/unprivileged_bpf_disabled'),
        red={"syscalls.uses"},
        says={"syscalls.uses": "kernel.unprivileged_bpf_disabled is "},
        params={"needed_uses": "[bpf]"},
        areas=("syscalls",),
        needs=("root", "setpriv", "sysctl:kernel.unprivileged_bpf_disabled"),
        around="agent",
    ),
)  # fmt: skip
