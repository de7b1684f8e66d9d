"""Rows of the probe `syscalls`: which system calls are there, and who refuses those that are not.

Sources: syscalls(2), seccomp(2), capabilities(7), namespaces(7), landlock(7), Documentation/admin-guide/sysctl.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import COUNT, STRING, Type, list_of, map_of, record

PROBE = ProbeSpec(
    "syscalls",
    "System calls",
    "makes some 140 calls with arguments so wrong that the kernel answers before it acts, each refused one again with"
    " other arguments and in a user namespace that has all rights; an errno that a filter, sysctl, capability, limit or"
    " the configuration explains is put down to it; then really uses io_uring, Landlock, BPF and others, and makes a"
    " namespace of each kind",
    "starts about 30 short-lived processes, two of them with namespaces, a ring or a map of their own; nothing is left",
)

_CALL = record(state=STRING, answer=STRING, again=STRING, since=STRING, why=STRING)
_USE = record(state=STRING, why=STRING)
_FAMILY = record(name=STRING, available=list_of(STRING), missing=list_of(STRING))


def _row(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"probe.syscalls.{name}", kind, Owner.PROCESS, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row(
        "calls",
        map_of(_CALL),
        "Each call's state (available, unsupported, absent, absent-or-filtered, seccomp, lsm, capability,"
        " capability-or-seccomp, sysctl, refused), what it answered, to other arguments too, and why so",
    ),
    _row("states", map_of(list_of(STRING)), "Names of the calls by state; a state without any is left out"),
    _row("available", list_of(STRING), "Calls that Linux itself answered"),
    _row("killing", list_of(STRING), "Calls at which a filter ended the process, instead of refusing them"),
    _row("families", list_of(_FAMILY), "Calls that belong together: which are there, and which of them are missing"),
    _row("unknown_number", STRING, "Errno of a call that no kernel has: ENOSYS, unless a filter answers"),
    _row(
        "uses",
        map_of(_USE),
        "Whether io_uring, landlock, bpf, perf (one's own code), perf_kernel, userfaultfd (also for the kernel's"
        " faults), userfaultfd_user, ptrace, memfd_secret, mlock, realtime can be used, or who refused",
    ),
    _row("namespaces", map_of(_USE), "Whether a namespace of each kind could really be made, or who refused"),
    _row("landlock.version", COUNT, "Version of Landlock's interface; 0 where it is not built in or not enabled"),
)
