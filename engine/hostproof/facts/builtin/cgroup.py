"""Rows about the control group the agent runs in, its ancestors included, and about the container around it.

Sources: Documentation/admin-guide/cgroup-v2.rst, Documentation/admin-guide/cgroup-v1/,
Documentation/scheduler/sched-bwc.rst, cgroups(7).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BYTES, COUNT, DURATION, FLOAT, RATIO, STRING, Type, list_of, map_of

_WHERE = "of the group with the lowest limit, or of its own group where there is none"


def _cgroup(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"cgroup.{name}", kind, Owner.CGROUP, meaning, "cgroup")


ROWS: tuple[FactSpec, ...] = (
    _cgroup("mode", STRING, "v1, v2, hybrid (v1 controllers beside an empty v2 tree) or none"),
    _cgroup("path", STRING, "The longest of its paths; / is the root, of its cgroup namespace if it has one"),
    _cgroup("paths", map_of(STRING), "Path by v1 controller; the v2 tree is called unified"),
    _cgroup("controllers", list_of(STRING), "Controllers that can limit the group: cpu, memory, pids..."),
    _cgroup("pids.limit", COUNT.optional(), "Most tasks allowed, lowest of all ancestors in view; null is no limit"),
    _cgroup("pids.current", COUNT.optional(), f"Tasks {_WHERE}; null where the kernel counts none (the root)"),
    _cgroup(
        "pids.room",
        COUNT.optional(),
        "Tasks that can still be started, least of all ancestors in view; null is no limit",
    ),
    _cgroup("memory.limit", BYTES.optional(), "Hard memory limit, lowest of all ancestors in view; null is no limit"),
    _cgroup(
        "memory.high",
        BYTES.optional(),
        "Use above which it is throttled (v2 memory.high), lowest of all ancestors in view; null is none",
    ),
    _cgroup(
        "memory.current", BYTES.optional(), f"Memory in use {_WHERE}; null where the kernel counts none (the root)"
    ),
    _cgroup(
        "memory.oom_kills",
        COUNT.optional(),
        "Processes of its own group that the OOM killer ended; null where none are counted",
    ),
    _cgroup(
        "cpu.quota",
        FLOAT.optional(),
        "Processor time allowed, in processors, lowest of all ancestors in view; null is no quota",
    ),
    _cgroup(
        "cpu.throttled",
        RATIO.optional(),
        "Share of periods in which the quota's group was throttled; null without a quota",
    ),
    _cgroup(
        "cpu.throttled_time", DURATION.optional(), "Time the quota's group was throttled in all; null without a quota"
    ),
    FactSpec(
        "container.kind",
        STRING.optional(),
        Owner.NAMESPACE,
        "Container runtime, by two signs, one of them the kernel's: docker, podman, lxc..., other; null for none",
        "container",
    ),
    FactSpec(
        "container.markers",
        list_of(STRING),
        Owner.NAMESPACE,
        "Each single sign of a container; none is proof alone",
        "container",
    ),
)
