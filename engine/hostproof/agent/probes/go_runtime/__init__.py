"""Probe `go_runtime`: Go programs of our own, built by the target's toolchain, show what the runtime can do there.

Sources: the packages runtime, time, os/signal, net, net/http and runtime/metrics of Go; signal(7), clock_gettime(2).
"""

from ...probing.step import Step
from . import room, steps

MOST = 300.0  # seconds: where nothing is built yet, a step builds what it needs
STEPS = (
    Step(("version", "command", "cgo.enabled", "build.failed", "build.time"), steps.built, 2 * MOST),
    Step(("room.quota", "room.group", "room.procs", "room.memory"), room.room),
    Step(("room.threads", "room.threads.by"), room.room_for_threads),
    Step(("settings.environment", "settings.godebug"), steps.environment),
    Step((*steps.SETTINGS, "settings.ended"), steps.settings, MOST),
    Step((*steps.CLOCK, "clock.ended"), steps.clock, MOST),
    Step((*steps.TIMERS, "timers.pressure", "timers.steal", "timers.ended"), steps.timers, MOST),
    Step((*steps.SIGNALS, "signals.ended"), steps.signals, MOST),
    Step((*steps.SOCKETS, "sockets.ended"), steps.sockets, MOST),
    Step((*steps.WEB, "web.ended"), steps.web, MOST),
    Step(tuple("names.pure." + name for name in ("addresses", "error", "took", "ended")), steps.names, MOST),
    Step(tuple("names.c." + name for name in ("addresses", "error", "took", "ended")), steps.names_by_c, MOST),
    Step((*steps.GC, "gc.ended"), steps.collector, MOST),
    Step(("memory.before", "memory.peak", "memory.after", "memory.ended"), steps.memory, MOST),
    Step(("memory.calls",), steps.memory_calls, MOST),
    Step(
        ("threads.asked", "threads.made", "threads.took", "threads.procs", "threads.ended"),
        steps.threads,
        MOST,
    ),
    Step(("cgo.call", "cgo.wrong", "cgo.threads", "cgo.callbacks", "cgo.ended"), steps.calls, MOST),
)
