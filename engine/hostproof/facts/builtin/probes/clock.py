"""Rows of the probe `clock`: what a look at the clocks costs, and how finely, steadily and truly they run.

Sources: clock_getres(2), vdso(7), seccomp(2), time_namespaces(7), adjtimex(2), Documentation/timers/timekeeping.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import BOOL, COUNT, DURATION, FLOAT, STRING, Type, list_of, map_of

PROBE = ProbeSpec(
    "clock",
    "Clocks",
    "in a child, a seccomp filter refuses clock_gettime: clocks that can still be read never enter the kernel (looked"
    " twice); the best of some rounds of calls, beside an empty call; steps between looks, while it is moved over all"
    " processors, and between two processes that tell each other the time; all clocks against the raw one, twice; the"
    " C library's time between two of the kernel's",
    "looks at the clocks, moves over all processors, sleeps 0.25 s (0.06 s when quick)",
)

_HOST, _NAMESPACE, _PROCESS = Owner.HOST_KERNEL, Owner.NAMESPACE, Owner.PROCESS


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"probe.clock.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row(
        "vdso.used",
        map_of(BOOL),
        _HOST,
        "Whether a clock (realtime, monotonic, raw, boottime, tai, realtime_coarse, monotonic_coarse, process_cpu,"
        " thread_cpu) is read without entering the kernel",
    ),
    _row("vdso.changed", list_of(STRING), _HOST, "Clocks of which the first of the two looks told otherwise"),
    _row("cost.raw", map_of(DURATION), _HOST, "Time of one look at a clock, as Python calls it"),
    _row(
        "cost.own",
        DURATION,
        _PROCESS,
        "What Python itself takes of `cost.raw`: the cost of a coarse clock, which is read from memory in some 5 ns; of"
        " an empty call where that enters the kernel, some 50 ns too little",
    ),
    _row("cost.net", map_of(DURATION), _HOST, "`cost.raw` without `cost.own`: what a program in C would see, to 20 ns"),
    _row("resolution", map_of(DURATION), _HOST, "Resolution of a clock as the kernel states it (clock_getres)"),
    _row("step", map_of(DURATION), _HOST, "Smallest step between two looks at a clock that was not 0"),
    _row(
        "back.steps",
        COUNT,
        _HOST,
        "How often monotonic, raw or boottime went back, from one processor to another or between two looks",
    ),
    _row("back.worst", DURATION, _HOST, "Furthest any of them went back"),
    _row("back.looks", COUNT, _PROCESS, "How many pairs of looks were compared for that"),
    _row("back.cpus", COUNT, _PROCESS, "How many processors these were made on"),
    _row("drift.monotonic", FLOAT, _HOST, "By how many millionths (ppm) monotonic is faster than raw: it is steered"),
    _row("drift.realtime", FLOAT, _HOST, "By how many millionths realtime is faster than raw"),
    _row("drift.boottime", FLOAT, _HOST, "By how many millionths boottime is faster than raw"),
    _row("drift.error", FLOAT, _PROCESS, "By how many millionths the drifts may be wrong at most"),
    _row("jump.realtime", DURATION, _HOST, "How far realtime was set forward (or back) meanwhile, against monotonic"),
    _row("jump.error", DURATION, _PROCESS, "By how much `jump.realtime` may be wrong at most"),
    _row(
        "boottime.ahead",
        DURATION,
        _NAMESPACE,
        "What boottime is ahead of monotonic: time the machine was suspended, or a namespace",
    ),
    _row("namespace.monotonic", DURATION, _NAMESPACE, "How far this time namespace shifts monotonic and raw"),
    _row("namespace.boottime", DURATION, _NAMESPACE, "How far this time namespace shifts boottime"),
    _row(
        "library.realtime",
        DURATION,
        _PROCESS,
        "How far the C library's realtime lies outside of what the kernel says before and after it; 0 is honest",
    ),
    _row("library.monotonic", DURATION, _PROCESS, "How far the C library's monotonic lies outside of the kernel's"),
)
