"""Rows of the probe `threads`: how many can really be made, what ends it, and what their switches cost.

Sources: clone(2), pthread_create(3), getrlimit(2), futex(2), posix_spawn(3), kernel/fork.c,
Documentation/admin-guide/cgroup-v2.rst (PID), Documentation/admin-guide/sysctl/kernel.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, STRING, Type, samples_of

PROBE = ProbeSpec(
    "threads",
    "Threads and processes",
    "threads that sleep are made until one is refused or the bound is reached; two processes wake each other",
    "makes up to 1,000 sleeping threads (200 when quick, 10,000 in a full run; a quarter of free memory at most) for "
    "about 50 ms; where a limit is lower, it is reached for that time and others below the same limit can't start "
    "threads; starts 30 programs; 0.3 s; nothing left",
    params=(
        ProbeParam(
            "most",
            COUNT,
            0,
            "Threads to make at most; 0 is 200, 1,000 or 10,000, as the run is quick, usual or full",
            least=0,
            most=100000,
        ),
    ),
)

_KERNEL, _PROCESS = Owner.HOST_KERNEL, Owner.PROCESS


def _row(name: str, kind: Type, meaning: str, owner: Owner = _KERNEL) -> FactSpec:
    return FactSpec(f"probe.threads.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("made", COUNT, "Threads that could be made beside the first, all alive at once", Owner.CGROUP),
    _row("asked", COUNT, "Threads that were to be made: the bound, or fewer where memory is short", _PROCESS),
    _row("error", STRING.optional(), "Error of the thread that could not be made; null if all could", _PROCESS),
    _row(
        "stopped_by",
        STRING,
        "What ended it: bound, pids-cgroup, nproc, threads-max, pid-max, memory, refused (an error but EAGAIN)",
        Owner.CGROUP,
    ),
    _row("stopped_at", STRING, "The limit that was reached, with its value and whose it is", Owner.CGROUP),
    _row(
        "start", samples_of(DURATION), "Time to make a thread with a small stack (pthread_create(3)); raw, see overhead"
    ),
    _row(
        "stack",
        BYTES,
        "Stack of a thread that is made without asking for a size: RLIMIT_STACK with glibc, 2 MiB if that is unlimited",
        _PROCESS,
    ),
    _row(
        "nproc.binds",
        BOOL,
        "Whether an RLIMIT_NPROC of 1 keeps a child from forking; the kernel exempts root",
        _PROCESS,
    ),
    _row(
        "wake.same",
        samples_of(DURATION),
        "Half the round trip of two processes that wake each other by futex(2), on one processor; raw, see overhead",
    ),
    _row(
        "wake.across",
        samples_of(DURATION),
        "Half the round trip of two processes that wake each other by futex(2), on two processors; raw, see overhead",
    ),
    _row("wake.lost", COUNT, "Times a sleeper's word had changed and it was not woken within 1 s"),
    _row("overhead", DURATION, "Median time of measuring an empty call: the floor of the samples beside it", _PROCESS),
    _row(
        "switch.same",
        samples_of(DURATION),
        "Half the round trip of a byte through two pipes, both ends on one processor: a context switch; raw",
    ),
    _row(
        "switch.across", samples_of(DURATION), "Half the round trip of a byte through two pipes, on two processors; raw"
    ),
    _row(
        "program.error", STRING.optional(), "Error of starting a program by posix_spawn(3); null if it worked", _PROCESS
    ),
    _row("program.start", samples_of(DURATION), "Time from starting the program `true` until its end was seen; raw"),
)
