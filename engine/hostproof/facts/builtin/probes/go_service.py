"""Rows of the probe `go_service`: what a running Go service tells of itself.

Sources: pkg.go.dev/runtime (GODEBUG=gctrace, schedtrace; MemStats), pkg.go.dev/runtime/metrics, pkg.go.dev/expvar,
pkg.go.dev/net/http/pprof, github.com/google/pprof/blob/main/proto/profile.proto.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import (
    BYTES,
    COUNT,
    DURATION,
    RATE,
    RATIO,
    STRING,
    Type,
    list_of,
    record,
    samples_of,
)

PROBE = ProbeSpec(
    "go_service",
    "A Go service under test",
    "reads the log it is named for lines of GODEBUG=gctrace=1 and schedtrace; asks the address it is named, on the"
    " loopback only, for expvar or runtime/metrics, twice with 1 s in between (0.2 s when quick, 5 s in a full run),"
    " and for profiles of goroutines, heap and processor time; files may stand for each of these",
    "asks that address up to six times, and has the service write a profile of its processor time for 1 s (10 s in a"
    " full run, not when quick); nothing left",
    params=(
        ProbeParam("log", STRING, "", "Whole path of a log with gctrace or schedtrace lines; the last 32 MiB count"),
        ProbeParam("address", STRING, "", "Where the service's debug endpoint listens: 127.0.0.1:6060"),
        ProbeParam("metrics", STRING, "", "File or address of expvar's or runtime/metrics' JSON; else /debug/vars"),
        ProbeParam("goroutines", STRING, "", "File or address of the profile; else /debug/pprof/goroutine"),
        ProbeParam("heap", STRING, "", "File or address of the profile; else /debug/pprof/heap"),
        ProbeParam("cpu", STRING, "", "File or address of the profile; else /debug/pprof/profile?seconds=1"),
        ProbeParam("patience", DURATION, 2 * SECOND, "How long an endpoint may take to answer", 1, 10 * SECOND),
    ),
    timeout=150 * SECOND,
    prefix="go.service",
)

_SAMPLES = samples_of(DURATION)
_GOROUTINES = record(total=COUNT, sites=list_of(record(function=STRING, count=COUNT, share=RATIO)))
_HEAP = record(
    inuse=BYTES, objects=COUNT, allocated=BYTES, sites=list_of(record(function=STRING, inuse=BYTES, share=RATIO))
)
_CPU = record(
    took=DURATION, busy=DURATION, gc=RATIO, sites=list_of(record(function=STRING, busy=DURATION, share=RATIO))
)


def _row(name: str, kind: Type, meaning: str, owner: Owner = Owner.NAMESPACE) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, owner, meaning, PROBE.collector)


def _logged(name: str, kind: Type, meaning: str) -> FactSpec:
    return _row(f"log.{name}", kind, meaning, Owner.FILES)


ROWS: tuple[FactSpec, ...] = (
    _row("sources", list_of(STRING), "Which of address, log, metrics, goroutines, heap and cpu were named"),
    _logged("lines", COUNT, "Lines of the log, or of its last 32 MiB"),
    _logged("unread", COUNT, "Lines that begin like gctrace or schedtrace, and go on in no form of Go 1.19 to 1.27"),
    _logged("collections", COUNT, "Lines of gctrace of the last process in the log"),
    _logged("moments", COUNT, "Lines of schedtrace of the last process in the log"),
    _logged("pauses", _SAMPLES, "How long the world was stopped, before and after each marking"),
    _logged("gc_cpu", RATIO, "Share of processor time spent collecting since the process began"),
    _logged("live", samples_of(BYTES), "Heap that each collection found to be live, in whole MiB"),
    _logged("goal", samples_of(BYTES), "Heap at which each collection was to have ended, in whole MiB"),
    _logged("procs", COUNT, "GOMAXPROCS at the last collection"),
    _logged("allocation", RATE, "Heap allocated from the first collection to the last"),
    _logged("growth", RATIO, "Median of how far the goal lay above what was live: GOGC, unless a memory limit holds"),
    _logged("queued", samples_of(COUNT), "Goroutines that waited for a processor, in all queues, at each schedtrace"),
    _logged("idle", samples_of(COUNT), "Processors (Ps) with nothing to do, at each schedtrace"),
    _logged("threads", samples_of(COUNT), "Threads of the process, at each schedtrace"),
    _logged("queue_empty", RATIO, "Share of schedtraces at which no goroutine waited; of five at least"),
    _row("answers", STRING, 'What the metrics\' address answers: "ok", "timeout", an errno, "status 404", "not HTTP"'),
    _row("metrics.goroutines", samples_of(COUNT), "Goroutines, at each reading"),
    _row("metrics.pauses", _SAMPLES, "Stop-the-world pauses: the last 256 of memstats, or the upper edges of buckets"),
    _row("metrics.waits", _SAMPLES, "Time goroutines were runnable before they ran: upper edges of buckets"),
    _row("metrics.gc_cpu", RATIO, "Share of processor time spent collecting since the process began"),
    _row("metrics.heap", BYTES, "Heap in use, dead objects included that are not swept yet"),
    _row("metrics.goal", BYTES, "Heap at which the next collection is to have ended"),
    _row("metrics.gogc", COUNT.optional(), "GOGC in percent as it is in force; null where it is off"),
    _row("metrics.limit", BYTES.optional(), "Memory limit (GOMEMLIMIT) as it is in force; null where there is none"),
    _row("metrics.procs", COUNT, "GOMAXPROCS as it is in force"),
    _row("metrics.allocation", RATE, "Heap allocated between two readings"),
    _row("goroutines", _GOROUTINES, "Profile of goroutines: how many, and the functions that most of them are in"),
    _row("heap", _HEAP, "Profile of the heap: sizes in use and ever allocated, and who holds most, scaled up"),
    _row("cpu", _CPU, "Profile of processor time: how long it took, time spent, of it collecting, and where most went"),
)
