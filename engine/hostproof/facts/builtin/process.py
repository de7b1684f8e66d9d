"""Rows about what the agent's own process may do: limits, privileges, seccomp, security modules, namespaces.

Sources: getrlimit(2), proc_pid_limits(5), proc_pid_status(5), capabilities(7), seccomp(2), namespaces(7),
Documentation/admin-guide/LSM/index.rst, Documentation/userspace-api/lsm.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, INT, STRING, Type, list_of, map_of

_HOST, _PROCESS = Owner.HOST_KERNEL, Owner.PROCESS

LIMITS: tuple[tuple[str, Type, str], ...] = (
    ("nofile", COUNT, "open files"),
    ("nproc", COUNT, "processes and threads of the user (not applied to root)"),
    ("memlock", BYTES, "memory locked into RAM"),
    ("stack", BYTES, "the main thread's stack"),
    ("core", BYTES, "size of a core dump"),
    ("sigpending", COUNT, "queued signals of the user"),
    ("as", BYTES, "address space"),
    ("data", BYTES, "data segment and private writable mappings"),
    ("fsize", BYTES, "size of a file it writes"),
    ("msgqueue", BYTES, "POSIX message queues of the user"),
    ("cpu", DURATION, "processor time"),
    ("rtprio", COUNT, "real-time priority"),
)

_LIMITS: tuple[FactSpec, ...] = tuple(
    FactSpec(
        f"limits.{name}.{side}", kind.optional(), _PROCESS, f"{word} limit on {meaning}; null is unlimited", "limits"
    )
    for name, kind, meaning in LIMITS
    for side, word in (("soft", "Soft"), ("hard", "Hard"))
)


def _process(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(name, kind, _PROCESS, meaning, "process")


_PROCESS_ROWS: tuple[FactSpec, ...] = (
    _process("seccomp.mode", STRING, "System call filter on the agent: disabled, strict or filter"),
    _process("seccomp.filters", COUNT, "Seccomp filters attached to the agent"),
    _process("process.uid", COUNT, "Effective user id, as seen in its own user namespace"),
    _process("process.no_new_privileges", BOOL, "Whether set-user-ID programs and file capabilities have no effect"),
    _process("process.capabilities", list_of(STRING), "Effective capabilities: cap_net_admin..."),
    _process("process.capabilities_bounding", list_of(STRING), "Capabilities that can still be gained (bounding set)"),
    _process("process.oom_score_adj", INT, "How much likelier (to 1000) or unlikelier (to -1000) an OOM kill hits it"),
    _process("process.timer_slack", DURATION, "How late the kernel may let its timers fire, to group wake-ups"),
    FactSpec(
        "run.effort", STRING, _PROCESS, "How thorough this run's probes were asked to be: quick, usual, full", "run"
    ),
    FactSpec("run.redacted", BOOL, _PROCESS, "Whether secrets were taken out of what this run keeps", "run"),
    FactSpec(
        "namespaces",
        map_of(STRING),
        _PROCESS,
        "Namespace by kind (pid, net, mnt, user, uts, ipc, cgroup, time), as the inode number of /proc/self/ns",
        "namespaces",
    ),
)

_LSM: tuple[FactSpec, ...] = (
    FactSpec(
        "lsm.active",
        list_of(STRING),
        _HOST,
        "Security modules in force, in order: capability, landlock, apparmor...",
        "lsm",
    ),
    FactSpec(
        "lsm.label", STRING.optional(), _PROCESS, "Label or profile the agent runs under; null when it has none", "lsm"
    ),
    FactSpec("lsm.selinux", STRING, _HOST, "SELinux: disabled, permissive or enforcing", "lsm"),
    FactSpec(
        "lsm.lockdown",
        STRING,
        _HOST,
        "Kernel lockdown: none (also where it is not built in), integrity, confidentiality",
        "lsm",
    ),
)

ROWS = (*_LIMITS, *_PROCESS_ROWS, *_LSM)
