"""Rows of the probe `go_runtime`: what programs of Go, built by the target's toolchain, can do there.

Sources: the packages runtime, runtime/metrics, runtime/debug, time, os/signal, net, net/http and cgo of Go;
signal(7), clock_gettime(2), proc_pid_statm(5), getrlimit(2), Documentation/scheduler/sched-bwc.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import (
    BOOL,
    BYTES,
    COUNT,
    DURATION,
    FLOAT,
    RATIO,
    STRING,
    VERSION,
    Type,
    list_of,
    map_of,
    samples_of,
)

PROBE = ProbeSpec(
    "go_runtime",
    "What Go programs can do",
    "programs of hostproof's own are built by the toolchain, without a network, and run: each tries one part of the"
    " runtime or of the standard library, and prints what came of it",
    "builds eleven small programs with Go, the first time (half a minute to two with a cold build cache); keeps them"
    " and the build cache in ~/.cache/hostproof; runs them: 3 s when quick, 8 s else; they take up to 128 MiB of"
    " memory (512 in a full run; a quarter of what is free at most), 300 threads (2,000), loopback connections and two"
    " busy processors for a second; nothing else left; no network",
    params=(
        ProbeParam("go", STRING, "", "Path of the go command; the first on PATH if empty"),
        ProbeParam("name", STRING, "localhost", "Host name to look up by both resolvers"),
        ProbeParam("threads", COUNT, 0, "Threads to make; 0 is 100, 300 or 2,000, as the run is", least=0, most=20000),
    ),
    timeout=1500 * SECOND,
    prefix="go.runtime",
    ships="go-runtime/probes",
)

_KERNEL, _PROCESS, _CGROUP, _FILES = Owner.HOST_KERNEL, Owner.PROCESS, Owner.CGROUP, Owner.FILES
_TIMES = samples_of(DURATION)
_ERRORS = map_of(COUNT)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, owner, meaning, PROBE.collector)


def _ended(area: str) -> FactSpec:
    meaning = "How that program ended, if not well: what the runtime said; null if it ended well"
    return _row(f"{area}.ended", STRING.optional(), _PROCESS, meaning)


_BUILD = (
    _row("command", STRING, _PROCESS, "Path of the go command that builds the programs"),
    _row("version", VERSION, _FILES, "Its version, as 1.27.3"),
    _row("cgo.enabled", BOOL, _PROCESS, "Whether it builds with cgo by default: there is a C compiler"),
    _row("build.failed", map_of(STRING), _PROCESS, "Programs that could not be built, each with why"),
    _row("build.time", DURATION, _PROCESS, "Time to build all of them; next to nothing where they were kept"),
)
_SETTINGS = (
    _row("settings.environment", map_of(STRING), _PROCESS, "Variables of Go's runtime that are set: GOGC and such"),
    _row("settings.godebug", list_of(STRING), _PROCESS, "Settings in GODEBUG, in order, as netdns=cgo"),
    _row("settings.procs", COUNT, _PROCESS, "GOMAXPROCS of a program that is started here and sets nothing"),
    _row("settings.cpus", COUNT, _PROCESS, "Processors that Go counts (runtime.NumCPU): by affinity"),
    _row("settings.gogc", COUNT.optional(), _PROCESS, "GOGC in percent as such a program has it; null is off"),
    _row("settings.limit", BYTES.optional(), _PROCESS, "Memory limit as such a program has it; null without any"),
    _ended("settings"),
    _row("room.quota", FLOAT.optional(), _CGROUP, "Lowest quota of processors of its group and above; null is none"),
    _row("room.group", STRING.optional(), _CGROUP, "Group that has that quota; null without any"),
    _row("room.procs", COUNT, _CGROUP, "GOMAXPROCS that fits: the quota rounded up, 2 at least, by affinity at most"),
    _row("room.memory", BYTES.optional(), _CGROUP, "Lowest memory limit of its group and above; null is none"),
    _row("room.threads", COUNT.optional(), _CGROUP, "More threads that may be made, by the narrowest limit; null: any"),
    _row("room.threads.by", STRING.optional(), _CGROUP, "That limit, with its value and whose it is"),
)
_TIME = (
    _row("clock.now", _TIMES, _KERNEL, "Cost of time.Now, which looks at two clocks: means of 1,000 calls"),
    _row("clock.syscall", _TIMES, _KERNEL, "Cost of one clock_gettime made by a system call: means of 1,000 calls"),
    _row("clock.backwards", COUNT, _KERNEL, "How often a goroutine saw an earlier time than another had seen before"),
    _row("clock.excursion", DURATION, _KERNEL, "How far the wall clock went from the monotonic one, of its start"),
    _row("clock.drift", FLOAT, _KERNEL, "Wall clock against monotonic clock, from first to last look, in ppm"),
    _ended("clock"),
    _row("timers.sleep", _TIMES, _KERNEL, "How late sleeps of 1 ms ended (time.Sleep); raw"),
    _row("timers.jitter", _TIMES, _KERNEL, "How far the times between ticks of 1 ms were from 1 ms; raw"),
    _row("timers.earliest", DURATION, _KERNEL, "The earliest tick, after its time; negative is too early"),
    _row("timers.missed", COUNT, _PROCESS, "Ticks that were dropped because the program was late"),
    _row("timers.pressure", RATIO, _KERNEL, "Share of that time in which some task waited for a processor (PSI)"),
    _row("timers.steal", RATIO, _KERNEL, "Share of all processors' time the hypervisor took meanwhile"),
    _ended("timers"),
)
_SIGNALS = (
    _row("signals.sent", COUNT, _PROCESS, "SIGUSR1 and SIGUSR2 it sent itself, each after the one before had come"),
    _row("signals.lost", COUNT, _KERNEL, "Those that did not come within a second; after three of a kind it gives up"),
    _row("signals.latency", _TIMES, _KERNEL, "Time from sending until a goroutine had it from its channel; raw"),
    _row("signals.burst", COUNT, _KERNEL, "Signals that came of many sent at once, the fewer of both kinds: 1 or more"),
    _row("signals.stray", COUNT, _PROCESS, "Signals that came to a channel after signal.Stop"),
    _row("signals.arrived", COUNT, _PROCESS, "Signals that came to another channel meanwhile: 2 were sent"),
    _ended("signals"),
)
_SOCKETS = (
    _row("tcp.errors", _ERRORS, _KERNEL, "Errors of TCP to 127.0.0.1, counted by call and errno"),
    _row("tcp.connect", _TIMES, _KERNEL, "Time of net.Dial to 127.0.0.1; raw"),
    _row("tcp.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by TCP; raw"),
    _row("tcp.closed", STRING, _KERNEL, "What came of connecting to a port nobody listens at: connect ECONNREFUSED"),
    _row("udp.errors", _ERRORS, _KERNEL, "Errors of UDP to 127.0.0.1, counted by call and errno"),
    _row("udp.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by UDP; raw"),
    _row("unix.errors", _ERRORS, _KERNEL, "Errors of Unix stream sockets with a path, counted by call and errno"),
    _row("unix.connect", _TIMES, _KERNEL, "Time of net.Dial to a Unix socket; raw"),
    _row("unix.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by a Unix stream socket; raw"),
    _row("packet.errors", _ERRORS, _KERNEL, "Errors of Unix packet sockets (SOCK_SEQPACKET)"),
    _row("packet.connect", _TIMES, _KERNEL, "Time of net.Dial to a Unix packet socket; raw"),
    _row("packet.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by a Unix packet socket; raw"),
    _row("datagram.errors", _ERRORS, _KERNEL, "Errors of Unix datagram sockets"),
    _row("datagram.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by Unix datagrams; raw"),
    _row("abstract.errors", _ERRORS, _KERNEL, "Errors of Unix stream sockets with an abstract name"),
    _row("abstract.connect", _TIMES, _KERNEL, "Time of net.Dial to an abstract Unix socket; raw"),
    _row("abstract.rtt", _TIMES, _KERNEL, "Time of 64 bytes there and back by an abstract Unix socket; raw"),
    _ended("sockets"),
)
_WEB = (
    _row("web.errors", _ERRORS, _KERNEL, "Errors of HTTP over TLS with a server of its own, many requests at once"),
    _row("web.requests", COUNT, _PROCESS, "Requests that were answered rightly"),
    _row("web.reuse", RATIO, _PROCESS, "Share of them that found a connection which was there already"),
    _row("web.handshake", _TIMES, _PROCESS, "Time of the TLS handshakes; raw"),
    _row("web.latency", _TIMES, _PROCESS, "Time of the requests, connecting included; raw"),
    _row("web.http2", STRING, _PROCESS, "Protocol spoken where both sides offer HTTP/2; empty if none was"),
    _row("web.http2.errors", _ERRORS, _PROCESS, "Errors of that"),
    _row("web.silent", STRING, _PROCESS, "What came of a server that says nothing: get timeout"),
    _row("web.waited", DURATION, _PROCESS, "Time until then, of a limit of 200 ms (TLSHandshakeTimeout)"),
    _ended("web"),
)
_NAMES = tuple(
    row
    for area, by in (("names.pure", "Go's own resolver"), ("names.c", "the C library's resolver, through cgo"))
    for row in (
        _row(f"{area}.addresses", list_of(STRING), _FILES, f"Addresses of the name by {by}, sorted"),
        _row(f"{area}.error", STRING.optional(), _FILES, f"Error of {by}; null without any"),
        _row(f"{area}.took", _TIMES, _FILES, f"Time of net.LookupHost by {by}; raw"),
        _ended(area),
    )
)
_MEMORY = (
    _row("gc.growth", map_of(FLOAT), _PROCESS, "By GOGC (50, 100, 200): the heap at the next collection over the live"),
    _row("gc.trigger", samples_of(RATIO), _PROCESS, "Heap as a share of its goal, at the last look before a GC's end"),
    _row("gc.pauses", _TIMES, _PROCESS, "Times all goroutines stood still for the GC: upper ends of a histogram"),
    _row("gc.limit", BYTES, _PROCESS, "Memory limit that was set, with GOGC off, before garbage was made"),
    _row("gc.limit.made", BYTES, _PROCESS, "Garbage that was made then"),
    _row("gc.limit.highest", BYTES, _PROCESS, "Most memory the runtime had meanwhile, as the limit counts it"),
    _row("gc.limit.cycles", COUNT, _PROCESS, "Collections the limit has started"),
    _ended("gc"),
    _row("memory.before", BYTES, _KERNEL, "Resident memory of a program at its start"),
    _row("memory.peak", BYTES, _KERNEL, "Resident memory after it took much and wrote to each page"),
    _row("memory.after", BYTES, _KERNEL, "Resident memory after it let go and called debug.FreeOSMemory"),
    _ended("memory"),
    _row("memory.calls", _ERRORS, _KERNEL, "Calls of mmap, munmap and madvise by that, by strace (only with --full)"),
    _row("threads.asked", COUNT, _PROCESS, "Goroutines that were to have a thread each (runtime.LockOSThread)"),
    _row("threads.made", COUNT, _CGROUP, "Threads that program had then, the runtime's own included"),
    _row("threads.took", DURATION, _KERNEL, "Time until all of them ran"),
    _row("threads.procs", COUNT, _PROCESS, "Goroutines it kept busy before: GOMAXPROCS, 1,024 at most"),
    _ended("threads"),
    _row("cgo.call", _TIMES, _PROCESS, "Cost of a call from Go to C and back: means of 1,000 calls"),
    _row("cgo.wrong", COUNT, _PROCESS, "Pieces of C's memory that could not be had, or held other bytes than Go wrote"),
    _row("cgo.threads", COUNT, _PROCESS, "Threads that C made, one after the other, to call Go"),
    _row("cgo.callbacks", COUNT, _PROCESS, "Those of them that had the right answer from Go"),
    _ended("cgo"),
)

ROWS: tuple[FactSpec, ...] = (*_BUILD, *_SETTINGS, *_TIME, *_SIGNALS, *_SOCKETS, *_WEB, *_NAMES, *_MEMORY)
