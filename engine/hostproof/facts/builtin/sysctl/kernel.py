"""Typed parameters below kernel. and fs. and user.

Sources: Documentation/admin-guide/sysctl/kernel.rst, fs.rst and user.rst beside it, proc_sys_kernel(5), proc_sys_fs(5),
Documentation/admin-guide/LSM/Yama.rst, mq_overview(7), inotify(7).
"""

from __future__ import annotations

from hostproof.facts.builtin.sysctl.tunable import MICROSECOND, MILLISECOND, SECOND, Tunable
from hostproof.facts.catalog import Owner
from hostproof.facts.types import BYTES, COUNT, DURATION, INT, STRING, Type, list_of

_HOST, _NAMESPACE = Owner.HOST_KERNEL, Owner.NAMESPACE
# ipc/shm: the default is ULONG_MAX - 2**24, which ipc(5) and shmget(2) call no limit.
_NO_SHM_LIMIT = 2**63 - 1


def _kernel(name: str, kind: Type, meaning: str, scale: int = 1, owner: Owner = _HOST) -> Tunable:
    return Tunable(f"kernel.{name}", kind, owner, meaning, scale)


def _fs(name: str, kind: Type, meaning: str, owner: Owner = _HOST) -> Tunable:
    return Tunable(f"fs.{name}", kind, owner, meaning)


_KERNEL: tuple[Tunable, ...] = (
    _kernel("threads-max", COUNT, "Most threads on the machine"),
    _kernel(
        "pid_max", COUNT, "Process and thread ids wrap here (of the PID namespace since Linux 6.14)", owner=_NAMESPACE
    ),
    _kernel("timer_migration", INT, "1: timers of idle processors move to busy ones"),
    _kernel("numa_balancing", INT, "Bits: 1 moves memory to the node that uses it, 2 demotes to slower memory"),
    _kernel("sched_autogroup_enabled", INT, "1: processor time is shared between sessions first"),
    _kernel("sched_rt_period_us", DURATION, "Period of the real-time bandwidth limit", MICROSECOND),
    Tunable(
        "kernel.sched_rt_runtime_us",
        DURATION.optional(),
        _HOST,
        "Share of each period real-time tasks may take; null is no limit",
        MICROSECOND,
        null_from=2**62,
    ),
    _kernel("sched_rr_timeslice_ms", DURATION, "Time slice of SCHED_RR", MILLISECOND),
    _kernel("randomize_va_space", INT, "Address space randomisation: 0 none, 1 without heap, 2 all"),
    _kernel("kptr_restrict", INT, "Who sees kernel addresses: 0 all, 1 CAP_SYSLOG, 2 nobody"),
    _kernel("dmesg_restrict", INT, "1: the kernel log needs CAP_SYSLOG"),
    _kernel("perf_event_paranoid", INT, "What unprivileged users may measure: -1 all to 2 (4 on Debian) nothing"),
    _kernel("unprivileged_bpf_disabled", INT, "0: anybody may load BPF programs, 1 and 2: not"),
    _kernel("io_uring_disabled", INT, "0: anybody may use io_uring, 1: a group, 2: nobody"),
    _kernel("unprivileged_userns_clone", INT, "Debian: 1 lets users make user namespaces"),
    _kernel("apparmor_restrict_unprivileged_userns", INT, "Ubuntu: 1 needs an AppArmor profile for user namespaces"),
    _kernel("yama.ptrace_scope", INT, "Whom a process may trace: 0 same user, 1 children, 2 CAP_SYS_PTRACE, 3 nobody"),
    _kernel("modules_disabled", INT, "1: no module can be loaded or removed any more"),
    _kernel("kexec_load_disabled", INT, "1: no other kernel can be loaded"),
    _kernel("sysrq", INT, "SysRq keys: 0 none, 1 all, else a mask"),
    _kernel("panic", INT, "Seconds from a panic to the restart; 0 is never, negative at once"),
    _kernel("panic_on_oops", INT, "1: an oops becomes a panic"),
    _kernel("hung_task_timeout_secs", DURATION, "Uninterruptible sleep that is reported as hung; 0s is never", SECOND),
    _kernel("hung_task_panic", INT, "Not 0: a hung task becomes a panic"),
    _kernel("softlockup_panic", INT, "1: a soft lockup becomes a panic"),
    _kernel("nmi_watchdog", INT, "1: hard lockups are detected"),
    _kernel("watchdog_thresh", DURATION, "Lockup that is reported, in processor time; 0s is off", SECOND),
    _kernel("tainted", INT, "Taint bits; kernel.tainted says them in words"),
    _kernel("cap_last_cap", INT, "Number of the highest capability"),
    _kernel("core_pattern", STRING, "Name of core dumps, or after | the program that takes them"),
    _kernel("core_uses_pid", INT, "1: the process id is added to a core dump's name"),
    _kernel("hostname", STRING, "Host name of the UTS namespace", owner=_NAMESPACE),
    _kernel("domainname", STRING, "NIS domain of the UTS namespace; (none) when it is not set", owner=_NAMESPACE),
    _kernel("shm_rmid_forced", INT, "1: shared memory goes with its last user", owner=_NAMESPACE),
    _kernel("ngroups_max", COUNT, "Most supplementary groups of a process"),
    _kernel("keys.maxkeys", COUNT, "Most keys a user who is not root may own"),
    _kernel("keys.maxbytes", BYTES, "Room for the keys of a user who is not root"),
    _kernel("printk", list_of(INT), "Log levels: console, default, least, boot default"),
    _kernel("sem", list_of(COUNT), "Semaphores: per set, in all, operations a call, sets", owner=_NAMESPACE),
    _kernel("msgmax", BYTES, "Largest System V message", owner=_NAMESPACE),
    _kernel("msgmnb", BYTES, "Room of a System V message queue", owner=_NAMESPACE),
    _kernel("msgmni", COUNT, "Most System V message queues", owner=_NAMESPACE),
    _kernel("shmmni", COUNT, "Most System V shared memory segments", owner=_NAMESPACE),
    Tunable(
        "kernel.shmmax",
        BYTES.optional(),
        _NAMESPACE,
        "Largest System V shared memory segment; null is no limit",
        null_from=_NO_SHM_LIMIT,
    ),
    Tunable(
        "kernel.shmall",
        COUNT.optional(),
        _NAMESPACE,
        "System V shared memory in all, in pages; null is no limit",
        null_from=_NO_SHM_LIMIT,
    ),
)

_FS: tuple[Tunable, ...] = (
    _fs("file-max", COUNT, "Most open files on the machine"),
    _fs("file-nr", list_of(COUNT), "Open files: in use, free (always 0), most"),
    _fs("nr_open", COUNT, "Highest limit on open files a process can be given"),
    _fs("aio-max-nr", COUNT, "Most asynchronous requests on the machine"),
    _fs("aio-nr", COUNT, "Asynchronous requests in use"),
    _fs("inotify.max_user_watches", COUNT, "Most files a user can watch"),
    _fs("inotify.max_user_instances", COUNT, "Most inotify instances of a user"),
    _fs("inotify.max_queued_events", COUNT, "Events an inotify instance holds before it drops them"),
    _fs("epoll.max_user_watches", COUNT, "Most descriptors a user can register with epoll"),
    _fs("pipe-max-size", BYTES, "Largest pipe buffer a user who is not root can have"),
    _fs(
        "pipe-user-pages-soft",
        COUNT,
        "Pages of pipe buffers of a user, above which new pipes hold one page; 0 is no limit",
    ),
    _fs("suid_dumpable", INT, "Core dumps of privileged programs: 0 none, 1 like others, 2 for root only"),
    _fs("protected_hardlinks", INT, "1: users link only to files they could write or own"),
    _fs("protected_symlinks", INT, "1: links in sticky folders are followed only for their owner"),
    _fs("protected_fifos", INT, "Not 0: O_CREAT does not open others' FIFOs in sticky folders"),
    _fs("protected_regular", INT, "Not 0: O_CREAT does not open others' files in sticky folders"),
    _fs("mount-max", COUNT, "Most mounts in a mount namespace"),
    _fs("mqueue.queues_max", COUNT, "Most POSIX message queues", _NAMESPACE),
    _fs("mqueue.msg_max", COUNT, "Most messages in a POSIX queue made without privilege", _NAMESPACE),
    _fs("mqueue.msgsize_max", BYTES, "Largest message of a POSIX queue made without privilege", _NAMESPACE),
)

_USER: tuple[Tunable, ...] = tuple(
    Tunable(f"user.max_{kind}_namespaces", COUNT, _NAMESPACE, f"Most {kind} namespaces of a user in the user namespace")
    for kind in ("user", "pid", "net", "mnt", "uts", "ipc", "cgroup", "time")
)

TUNABLES = (*_KERNEL, *_FS, *_USER)
