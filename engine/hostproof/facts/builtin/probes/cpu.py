"""Rows of the probe `cpu`: how many processors this process really has, and how much of one it is given.

Sources: sched_setaffinity(2), proc_stat(5), Documentation/scheduler/sched-bwc.rst,
Documentation/admin-guide/cgroup-v2.rst, Documentation/accounting/psi.rst; Go's src/internal/runtime/cgroup.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import COUNT, DURATION, FLOAT, RATIO, STRING, Type

PROBE = ProbeSpec(
    "cpu",
    "Processors",
    "moves to each processor in turn, reads the quotas of all ancestors, and is busy on one processor: the time it was"
    " given of the time that went by, and whether that processor was idle meanwhile",
    "keeps one processor busy for 0.5 s (0.2 s when quick)",
)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"probe.cpu.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("online", COUNT, Owner.HOST_KERNEL, "Processors that are online, as the C library counts them"),
    _row("allowed", COUNT, Owner.PROCESS, "Processors this process may run on (sched_getaffinity)"),
    _row("placed", COUNT, Owner.PROCESS, "Processors it moved to by sched_setaffinity and then really ran on"),
    _row("placed.error", STRING.optional(), Owner.PROCESS, "Errno that refused such a move; null where nothing did"),
    _row("quota.lowest", FLOAT.optional(), Owner.CGROUP, "Lowest quota of its group and all ancestors; null is none"),
    _row("quota.own", FLOAT.optional(), Owner.CGROUP, "Quota of its own group, all that Go reads; null is none"),
    _row("quota.group", STRING.optional(), Owner.CGROUP, "Group with the lowest quota; null without any"),
    _row("usable", FLOAT, Owner.CGROUP, "Processors it can use in the long run: by affinity and lowest quota"),
    _row("procs", COUNT, Owner.CGROUP, "Threads a runtime ought to run at once: `usable`, rounded up"),
    _row("go_procs", COUNT, Owner.CGROUP, "GOMAXPROCS that Go since 1.25 chooses: by affinity and own quota, least 2"),
    _row("share", RATIO, Owner.PROCESS, "Share of one processor a busy loop is given: 100% when idle and unlimited"),
    _row("gaps", COUNT, Owner.PROCESS, "How often the busy loop did not run for a millisecond or more"),
    _row("gap.longest", DURATION, Owner.PROCESS, "Longest time the busy loop did not run, of a millisecond at least"),
    _row(
        "idle",
        RATIO,
        Owner.PROCESS,
        "Share of the busy loop's time in which its processor was idle: it was held back; in ticks of 10 ms",
    ),
    _row("steal", RATIO, Owner.HOST_KERNEL, "Share of all processors' time the hypervisor took meanwhile"),
    _row("pressure", RATIO, Owner.HOST_KERNEL, "Share of that time in which some task waited for a processor (PSI)"),
    _row(
        "throttled.count",
        COUNT.optional(),
        Owner.CGROUP,
        "Periods in which its group or an ancestor was throttled meanwhile; null where none counts",
    ),
    _row(
        "throttled.time",
        DURATION.optional(),
        Owner.CGROUP,
        "Time for which it was throttled meanwhile, added up over processors; null where none counts",
    ),
)
