"""Rows of the probe `memory`: what can be reserved, mapped, protected, locked and shared, and what limits it.

Sources: mmap(2), mprotect(2), madvise(2), mlock(2), memfd_create(2), shm_overview(7),
Documentation/mm/overcommit-accounting.rst, Documentation/admin-guide/cgroup-v2.rst; Go's src/runtime/malloc.go and
src/runtime/mpagealloc_64bit.go. Where a fact is "ok", an errno's name or "wrong": wrong is a call that succeeded
without having its effect.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, STRING, Type, map_of, samples_of

PROBE = ProbeSpec(
    "memory",
    "Memory",
    "maps, protects, advises, touches, locks and shares memory, each in a process of its own, and looks at the effect;"
    " reserves addresses as Go does; reads the limits of all ancestors",
    "uses up to 40 MiB for 0.1 s, locks up to 8 MiB; reserves addresses without touching them",
)

_TIMES = samples_of(DURATION)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"probe.memory.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("limit.lowest", BYTES.optional(), Owner.CGROUP, "Lowest limit of its group and all ancestors; null is none"),
    _row("limit.own", BYTES.optional(), Owner.CGROUP, "Limit of its own group, which programs look at; null is none"),
    _row("limit.group", STRING.optional(), Owner.CGROUP, "Group with the lowest limit; null without any"),
    _row(
        "usable", BYTES, Owner.CGROUP, "Memory it can use at most: the machine's, or the lowest limit if that is less"
    ),
    _row("heap", STRING, Owner.PROCESS, "Reserving the 649 MiB of addresses Go's heap starts with: ok or an errno"),
    _row("arena", STRING, Owner.PROCESS, "Reserving 64 MiB with PROT_NONE at Go's first address: ok or an errno"),
    _row("arena.hinted", BOOL, Owner.PROCESS, "Whether that reservation came to lie at the address asked for"),
    _row("reserve", map_of(STRING), Owner.PROCESS, "Mapping without touching, by access and size: ok or an errno"),
    _row("largest.private", BYTES, Owner.PROCESS, "Largest private writable mapping granted, to 1 MiB, at most 64 TiB"),
    _row("largest.noreserve", BYTES, Owner.PROCESS, "The same with MAP_NORESERVE, which mode 2 of overcommit ignores"),
    _row(
        "protect",
        STRING,
        Owner.PROCESS,
        "Whether mprotect keeps reads and writes out, and lets them in: ok, an errno or wrong",
    ),
    _row("execute", STRING, Owner.PROCESS, "Making a written page executable, as a JIT compiler does: ok or an errno"),
    _row(
        "advice",
        map_of(STRING),
        Owner.PROCESS,
        "Outcome of madvise by advice (dontneed, free, hugepage...): ok or an errno",
    ),
    _row("dontneed", STRING, Owner.PROCESS, "Whether pages are gone after MADV_DONTNEED: ok, an errno or wrong"),
    _row("map.time", _TIMES, Owner.PROCESS, "Time of mmap and munmap of one page, our overhead included"),
    _row("protect.time", _TIMES, Owner.PROCESS, "Time of mprotect of one page in use, our overhead included"),
    _row("advise.time", _TIMES, Owner.PROCESS, "Time of madvise(MADV_COLD) of one page, our overhead included"),
    _row(
        "overhead",
        DURATION,
        Owner.PROCESS,
        "Time of a call that is refused at once: our part of each call; mapping takes two",
    ),
    _row("fault.time", _TIMES, Owner.PROCESS, "Time to touch a new small page, fault and zeroing included: 1 MiB each"),
    _row("fault.warm", _TIMES, Owner.PROCESS, "Time to write to a page that is there already: the floor of a fault"),
    _row("huge.reserved", STRING, Owner.PROCESS, "Mapping a page of 2 MiB with MAP_HUGETLB: ok or an errno"),
    _row("huge.granted", BYTES, Owner.PROCESS, "Memory that came as huge pages of 4 MiB with MADV_HUGEPAGE"),
    _row("lock.limit", BYTES.optional(), Owner.PROCESS, "RLIMIT_MEMLOCK, soft; null is none"),
    _row("lock.held", BYTES, Owner.PROCESS, "Memory that mlock really locked at once, of up to 8 MiB tried"),
    _row("lock.error", STRING.optional(), Owner.PROCESS, "Errno that refused more; null where nothing did"),
    _row("memfd", STRING, Owner.PROCESS, "memfd_create, shared mappings and seals: ok, an errno or wrong"),
    _row("memfd.executable", STRING, Owner.PROCESS, "Running a program from a memfd: ok or an errno"),
    _row("shm", STRING, Owner.FILES, "Shared memory in /dev/shm between two processes: ok, an errno or wrong"),
    _row("shm.room", BYTES, Owner.FILES, "Room in /dev/shm"),
    _row("maps.held", COUNT, Owner.PROCESS, "Mappings one process got until ENOMEM; only in a full run"),
    _row("maps.limit", COUNT, Owner.HOST_KERNEL, "Value of vm.max_map_count at that time; only in a full run"),
)
