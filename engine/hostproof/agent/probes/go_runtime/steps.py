"""The steps that run a program of their own: arguments by effort in, facts out."""

import os
import shutil

from ...lines import AskError
from ...probing import gotool
from ...probing.ancestors import list_of
from ...probing.measure import Disturbance, ticks
from ...probing.step import Context
from ..threads.ceiling import memory_room
from . import programs
from .answers import KINDS, answer, errno_named, named
from .programs import PURE, WITH_C, Ran, ran

MIB = 1024 * 1024
LEAST_MEMORY = 16  # MiB
SHARE = 4  # the part of the free memory that may be taken
EACH = 65536  # bytes that a thread may take
NO_C = AskError("no-tool", "CGO_ENABLED is 0 here: there is no C compiler", "install gcc and the C library's headers")
RUNTIME = ("GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK")  # read by every Go program: package runtime


def told(before: str, ended: Ran, found: "dict[str, object]") -> "dict[str, object]":
    """Return facts with their area before their names, and how the program ended."""
    return {before + ".ended": ended.ended, **{"{}.{}".format(before, name): value for name, value in found.items()}}


def crashed(before: str, ended: Ran, facts: "tuple[str, ...]") -> "dict[str, object]":
    """Return the facts of a program that ended without an answer."""
    why = AskError("failed", "the program ended: {}".format(ended.ended), "see the rule runtime.programs")
    return dict(dict.fromkeys(facts, why), **{before + ".ended": ended.ended})


def built(context: Context) -> "dict[str, object]":
    """Build all programs, unless they are there."""
    go = programs.toolchain(context)
    started = ticks()
    failed = programs.build(context, PURE, False)
    if go.cgo:
        failed.update(("{} with cgo".format(name), why) for name, why in programs.build(context, WITH_C, True).items())
    programs.tidy(context)
    return {
        "version": go.version.split()[0].lstrip("go"),
        "command": go.command,
        "cgo.enabled": go.cgo,
        "build.failed": failed,
        "build.time": ticks() - started,
    }


def environment(_: Context) -> "dict[str, object]":
    """Look what the environment tells the runtime; no Go is needed for that."""
    found = {name: os.environ[name] for name in RUNTIME if os.environ.get(name)}
    words = found.get("GODEBUG", "").split(",")
    return {"settings.environment": found, "settings.godebug": [word for word in words if word]}


SETTINGS = ("settings.procs", "settings.cpus", "settings.gogc", "settings.limit")


def settings(context: Context) -> "dict[str, object]":
    """Ask a program that is started like any other here what it is set to."""
    done = ran(context, ["settings"], environment=os.environ)
    return crashed("settings", done, SETTINGS) if done.ended else told("settings", done, answer("settings", done.out))


CLOCK = ("clock.now", "clock.syscall", "clock.backwards", "clock.excursion", "clock.drift")


def clock(context: Context) -> "dict[str, object]":
    """Measure what looking at the clock costs, and how wall clock and monotonic clock go apart."""
    done = ran(context, ["clock", context.pick(20, 50, 200), context.pick(500, 2000, 10000)])
    return crashed("clock", done, CLOCK) if done.ended else told("clock", done, answer("clock", done.out))


TIMERS = ("timers.sleep", "timers.jitter", "timers.earliest", "timers.missed")


def timers(context: Context) -> "dict[str, object]":
    """Measure sleeps and a ticker, and what disturbed them."""
    programs.program(context, "timers")
    with Disturbance() as disturbance:
        done = ran(context, ["timers", context.pick(50, 200, 1000), context.pick(100, 500, 5000)])
    facts = crashed("timers", done, TIMERS) if done.ended else told("timers", done, answer("timers", done.out))
    facts["timers.pressure"] = unsaid("/proc/pressure/cpu", disturbance.pressure)
    facts["timers.steal"] = unsaid("/proc/stat", disturbance.steal)
    return facts


def unsaid(path: str, value: "float | None") -> object:
    """Return a value, or why it is not known."""
    cure = "mount /proc; the kernel may be built without it"
    return AskError("absent", "{} does not say it".format(path), cure) if value is None else value


SIGNALS = ("signals.sent", "signals.lost", "signals.latency", "signals.burst", "signals.stray", "signals.arrived")


def signals(context: Context) -> "dict[str, object]":
    """Send signals to the program itself."""
    done = ran(context, ["signals", context.pick(100, 500, 5000)])
    return crashed("signals", done, SIGNALS) if done.ended else told("signals", done, answer("signals", done.out))


CONNECTED = ("tcp", "unix", "packet", "abstract")
SOCKETS = (
    *("{}.{}".format(kind, fact) for kind in KINDS for fact in ("errors", "rtt")),
    *(kind + ".connect" for kind in CONNECTED),
    "tcp.closed",
)


def sockets(context: Context) -> "dict[str, object]":
    """Connect by every kind of socket, and send messages."""
    folder = os.path.join(context.scratch(), "s")
    os.makedirs(folder, exist_ok=True)
    done = ran(context, ["sockets", context.pick(50, 200, 1000), context.pick(200, 1000, 5000), folder])
    if done.ended:
        return crashed("sockets", done, SOCKETS)
    found = answer("sockets", done.out)
    facts = {"sockets.ended": None, "tcp.closed": errno_named(found["closed"])}  # type: dict[str, object]
    for kind in KINDS:
        said = found[kind]
        if isinstance(said, dict):
            facts.update({kind + ".errors": named(said["errors"]), kind + ".rtt": said["rtt"]})
            if kind in CONNECTED:
                facts[kind + ".connect"] = said["connect"]
    return facts


WEB = (
    "web.errors", "web.requests", "web.reuse", "web.handshake", "web.latency", "web.http2", "web.http2.errors",
    "web.silent", "web.waited",
)  # fmt: skip


def web(context: Context) -> "dict[str, object]":
    """Speak HTTP over TLS."""
    done = ran(context, ["web", context.pick(4, 8, 32), context.pick(40, 100, 500)])
    if done.ended:
        return crashed("web", done, WEB)
    found = answer("web", done.out)
    requests, reused = found.pop("requests"), found.pop("reused")
    counts = isinstance(requests, int) and isinstance(reused, int) and requests
    none = AskError("failed", "no request was answered", "see web.errors")
    return {
        "web.ended": None,
        "web.errors": named(found["errors"]),
        "web.requests": requests,
        "web.reuse": reused / requests if counts else none,  # type: ignore[operator]
        "web.handshake": found["handshake"] or none,
        "web.latency": found["latency"] or none,
        "web.http2": found["h2protocol"],
        "web.http2.errors": named(found["h2errors"]),
        "web.silent": errno_named(found["silent"]),
        "web.waited": found["waited"],
    }


def names(context: Context) -> "dict[str, object]":
    """Look up a name by Go's own resolver."""
    return looked_up(context, "names.pure", False)


def names_by_c(context: Context) -> "dict[str, object]":
    """Look up the same name by the C library's resolver."""
    if not programs.toolchain(context).cgo:
        raise NO_C
    return looked_up(context, "names.c", True)


def looked_up(context: Context, before: str, cgo: bool) -> "dict[str, object]":
    """Look up a name by the resolver that a program is built with."""
    environment = gotool.hermetic(context, GODEBUG="netdns=cgo" if cgo else "netdns=go")
    words = ["names", context.pick(5, 20, 200), context.arguments.get("name") or "localhost"]
    done = ran(context, words, cgo, environment)
    if done.ended:
        return crashed(before, done, (before + ".addresses", before + ".error", before + ".took"))
    found = answer("names", done.out)
    if found.pop("cgo") is not cgo:
        raise AskError("failed", "the program was not built with the resolver asked for", "report this as a bug")
    found["addresses"] = sorted(set(map(str, list_of(found["addresses"]))))
    found["took"] = found["took"] or AskError("failed", str(found["error"]), "see the rule names.localhost")
    return told(before, done, found)


GC = ("gc.growth", "gc.trigger", "gc.pauses", "gc.limit", "gc.limit.highest", "gc.limit.made", "gc.limit.cycles")


def collector(context: Context) -> "dict[str, object]":
    """Let the garbage collector work."""
    done = ran(context, ["collector", 16, context.pick(12, 30, 200)])
    if done.ended:
        return crashed("gc", done, GC)
    found = answer("collector", done.out)
    found["limit.highest"], found["limit.cycles"] = found.pop("highest"), found.pop("limited")
    found["limit.made"] = found.pop("made")
    few = AskError("inconclusive", "no collection started by itself", "try when the machine is less busy")
    found["trigger"], found["pauses"] = found["trigger"] or few, found["pauses"] or few
    return told("gc", done, found)


def memory(context: Context) -> "dict[str, object]":
    """Take memory and give it back."""
    done = ran(context, ["memory", memory_asked(context)])
    if done.ended:
        return crashed("memory", done, ("memory.before", "memory.peak", "memory.after"))
    found = answer("memory", done.out)
    if min(int(str(value)) for value in found.values()) < 0:
        raise AskError("absent", "/proc/self/statm can't be read", "mount /proc")
    return told("memory", done, found)


def memory_asked(context: Context) -> int:
    """Return how many MiB to take. Raises AskError where too little is free."""
    room = memory_room()
    asked = context.pick(64, 128, 512)
    asked = asked if room is None else min(asked, room // SHARE // MIB)
    if asked < LEAST_MEMORY:
        raise AskError("inconclusive", "too little memory is free to try it", "free memory, or raise the memory limit")
    return asked


def memory_calls(context: Context) -> "dict[str, object]":
    """Count the calls by which a program takes memory and gives it back."""
    context.needs_full("what mmap, munmap and madvise do together")
    strace = shutil.which("strace")
    if strace is None:
        raise AskError("no-tool", "there is no strace on PATH", "install strace")
    table = os.path.join(context.scratch(), "calls")
    words = [strace, "-f", "-c", "-o", table, "-e", "trace=mmap,munmap,madvise", programs.program(context, "memory")]
    done = gotool.run([*words, str(memory_asked(context))], gotool.hermetic(context), context.scratch(), 40.0)
    if done.status:
        raise done.error("see whether this user may trace processes: kernel.yama.ptrace_scope, seccomp")
    with open(table, encoding="ascii") as file:
        rows = [line.split() for line in file]
    counts = {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"}
    return {"memory.calls": {name: counts.get(name, 0) for name in ("mmap", "munmap", "madvise")}}


def threads(context: Context) -> "dict[str, object]":
    """Make threads, in the environment that a program has here."""
    wanted = context.arguments.get("threads")
    room = memory_room()
    asked = wanted if isinstance(wanted, int) and wanted else context.pick(100, 300, 2000)
    asked = asked if room is None else max(1, min(asked, room // SHARE // EACH))
    done = ran(context, ["threads", asked], environment=os.environ)
    facts = {"threads.asked": asked}  # type: dict[str, object]
    if done.ended:
        facts.update(crashed("threads", done, ("threads.made", "threads.took", "threads.procs")))
        return facts
    facts.update(told("threads", done, answer("threads", done.out)))
    if facts["threads.made"] == -1:
        facts["threads.made"] = AskError("absent", "/proc/self/status can't be read", "mount /proc")
    return facts


def calls(context: Context) -> "dict[str, object]":
    """Call C and be called by it."""
    if not programs.toolchain(context).cgo:
        raise NO_C
    done = ran(context, ["calls", context.pick(20, 100), context.pick(500, 5000), context.pick(5, 20, 200)], True)
    facts = ("cgo.call", "cgo.wrong", "cgo.threads", "cgo.callbacks")
    return crashed("cgo", done, facts) if done.ended else told("cgo", done, answer("calls", done.out))
