"""Metrics of a Go service: what expvar or runtime/metrics publish as JSON in, facts out.

expvar's /debug/vars has `memstats` (runtime.MemStats) and whatever the service publishes itself. Values of
runtime/metrics are found by their names, such as "/gc/gogc:percent", wherever in the document they stand.
"""

import json

from ...lines import AskError

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECOND = 1000000000
MOST_SAMPLES = 10000
DEEPEST = 4
RING = 256  # len(runtime.MemStats.PauseNs)
NO_LIMIT = 1 << 63  # from here on, less one: math.MaxInt64 of a memory limit, ^0 of GOGC=off
GOROUTINES = ("goroutines", "numgoroutine", "num_goroutine", "numgoroutines")
PUBLISH = "publish {} of runtime/metrics: docs/go.md has the handler"


class Reading:
    """One reading of a service's metrics, taken at `at` (nanoseconds of a steady clock). Raises AskError."""

    def __init__(self, data: bytes, at: int) -> None:
        try:
            found = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise AskError("parse-error", "the metrics are no JSON", "name what serves expvar or your own") from None
        self.at = at
        self.top = found if isinstance(found, dict) else {}
        self.metrics = dict(metrics_in(found, DEEPEST))
        memory = self.top.get("memstats")
        self.memory = memory if isinstance(memory, dict) else {}
        if not self.metrics and not self.memory:
            what = "the JSON has neither memstats, as expvar's, nor names of runtime/metrics"
            raise AskError("parse-error", what, "name what serves expvar (/debug/vars) or runtime/metrics")

    def number(self, name: str, field: str = "") -> "float | None":
        """Return a metric, or else a field of memstats; None where neither is there as a number."""
        for found in (self.metrics.get(name), self.memory.get(field)):
            if isinstance(found, (int, float)) and not isinstance(found, bool):
                return found
        return None

    def goroutines(self) -> "float | None":
        """Return how many goroutines there are; expvar doesn't say by itself, but many services do."""
        found = self.number("/sched/goroutines:goroutines")
        named = (value for name, value in self.top.items() if name.lower() in GOROUTINES)
        return found if found is not None else next((value for value in named if type(value) is int), None)

    def pauses(self) -> "list[int] | None":
        """Return pauses in nanoseconds: the ring of memstats holds them exactly, the histogram up to a bucket."""
        ring, count = self.memory.get("PauseNs"), self.memory.get("NumGC")
        if isinstance(ring, list) and isinstance(count, int) and len(ring) == RING:
            return [int(ring[at % RING]) for at in range(max(0, count - RING), count)]
        found = self.histogram("/sched/pauses/total/gc:seconds")
        return found if found is not None else self.histogram("/gc/pauses:seconds")

    def histogram(self, name: str) -> "list[int] | None":
        """Return the samples that a histogram of seconds stands for, in nanoseconds; None where it isn't there."""
        found = self.metrics.get(name)
        fields = {str(key).lower(): value for key, value in found.items()} if isinstance(found, dict) else {}
        counts, edges = fields.get("counts"), fields.get("buckets")
        if not isinstance(counts, list) or not isinstance(edges, list) or len(edges) != len(counts) + 1:
            return None
        return spread([max(0, int(count)) for count in counts], [edge_of(edge) for edge in edges])

    def share(self) -> "float | None":
        """Return the share of processor time that went into collecting."""
        spent, total = self.number("/cpu/classes/gc/total:cpu-seconds"), self.number("/cpu/classes/total:cpu-seconds")
        if spent is not None and total:
            return spent / total
        return self.number("", "GCCPUFraction")


def metrics_in(found: object, deepest: int) -> "Iterator[tuple[str, object]]":
    """Yield all that is named like a metric of the runtime, /path:unit."""
    if isinstance(found, dict) and deepest:
        for name, value in found.items():
            if name.startswith("/") and ":" in name:
                yield name, value
            else:
                for pair in metrics_in(value, deepest - 1):
                    yield pair


def edge_of(edge: object) -> "float | None":
    """Return the edge of a bucket; None for one that is infinite, for which JSON has no number."""
    return float(edge) if isinstance(edge, (int, float)) else None


def spread(counts: "Sequence[int]", edges: "Sequence[float | None]") -> "list[int]":
    """Return each bucket's upper edge, or else its lower one, as often as it counts.

    Where that would be too many, all buckets are thinned out alike, and none vanishes.

    >>> spread([2, 0, 1], [None, 0.5, 1, None])
    [500000000, 500000000, 1000000000]
    """
    total = sum(counts)
    step = max(1.0, total / MOST_SAMPLES)
    found: "list[int]" = []
    for count, low, high in zip(counts, edges, edges[1:]):
        edge = high if high is not None else low
        if count and edge is not None:
            found += [round(edge * SECOND)] * max(1, int(count / step))
    return found


def facts_of(readings: "Sequence[Reading]") -> "dict[str, object]":
    """Return the facts of one reading or of two."""
    last = readings[-1]
    found: "dict[str, object]" = {
        "metrics.goroutines": counted(readings),
        "metrics.pauses": either(last.pauses(), "memstats, or /sched/pauses/total/gc:seconds"),
        "metrics.waits": either(last.histogram("/sched/latencies:seconds"), "/sched/latencies:seconds"),
        "metrics.gc_cpu": either(last.share(), "/cpu/classes/gc/total:cpu-seconds and /cpu/classes/total:cpu-seconds"),
        "metrics.heap": whole(last.number("/memory/classes/heap/objects:bytes", "HeapAlloc"), "/gc/heap/live:bytes"),
        "metrics.goal": whole(last.number("/gc/heap/goal:bytes", "NextGC"), "/gc/heap/goal:bytes"),
        "metrics.gogc": limit(last.number("/gc/gogc:percent"), "/gc/gogc:percent"),
        "metrics.limit": limit(last.number("/gc/gomemlimit:bytes"), "/gc/gomemlimit:bytes"),
        "metrics.procs": whole(last.number("/sched/gomaxprocs:threads"), "/sched/gomaxprocs:threads"),
        "metrics.allocation": allocation(readings),
    }
    return found


def either(value: object, name: str) -> object:
    """Return a value, or why there is none."""
    return lacking(name) if value is None else value


def lacking(name: str) -> AskError:
    """Return why a metric could not be learnt."""
    return AskError("absent", "the service does not publish it", PUBLISH.format(name))


def whole(value: "float | None", name: str) -> object:
    """Return a whole number, or why there is none."""
    return lacking(name) if value is None else int(value)


def limit(value: "float | None", name: str) -> object:
    """Return a limit, None where it is off, or why it could not be learnt."""
    if value is not None and value >= NO_LIMIT - 1:
        return None
    return whole(value, name)


def counted(readings: "Sequence[Reading]") -> object:
    """Return the goroutines of each reading."""
    found = [int(number) for number in (one.goroutines() for one in readings) if number is not None]
    return found if len(found) == len(readings) else lacking("/sched/goroutines:goroutines")


def allocation(readings: "Sequence[Reading]") -> object:
    """Return bytes allocated per second between two readings."""
    first, last = readings[0], readings[-1]
    before, after = (one.number("/gc/heap/allocs:bytes", "TotalAlloc") for one in (first, last))
    if before is None or after is None:
        return lacking("/gc/heap/allocs:bytes")
    if last.at <= first.at or after < before:
        cure = "name the address that serves it: it is then read twice"
        return AskError("inconclusive", "a rate needs two readings of one process", cure)
    return (after - before) * SECOND / (last.at - first.at)
