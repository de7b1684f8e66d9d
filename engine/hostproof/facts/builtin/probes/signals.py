"""Rows of the probe `signals`: what kill(2), sigqueue(3), signalfd(2), sigaltstack(2)... really do here.

Sources: signal(7), sigaction(2), sigaltstack(2), signalfd(2), sigqueue(3), getrlimit(2), tgkill(2),
pidfd_send_signal(2), timer_create(2), and Go's runtime/os_linux.go, runtime/signal_unix.go, os/signal.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, RATIO, STRING, Type, list_of, map_of, samples_of

PROBE = ProbeSpec(
    "signals",
    "Signals",
    "signals sent one at a time and in bursts, to itself, a child and a thread; a real stack overflow in a child",
    "sends about 1,500 signals (300 when quick, 6,000 in a full run) to itself and its children, queues at most 64, "
    "overflows a child's stack twice without leaving a core; 0.5 s, in a full run 3 s; nothing left",
)

_KERNEL, _PROCESS = Owner.HOST_KERNEL, Owner.PROCESS
_NULL = "null if it worked, `silent` if nothing came of it"


def _row(name: str, kind: Type, meaning: str, owner: Owner = _KERNEL) -> FactSpec:
    return FactSpec(f"probe.signals.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("sent", COUNT, "SIGUSR1 and SIGUSR2 that were sent one at a time: to itself, to a child and back"),
    _row("lost", map_of(COUNT), "Those of them that had not come after 2 s, by name"),
    _row(
        "self",
        samples_of(DURATION),
        "Time of one signal to itself: kill(2) and sigtimedwait(2) together; raw, see overhead",
    ),
    _row(
        "same",
        samples_of(DURATION),
        "Half the round trip of a signal to a child and back, both on one processor; raw, see overhead",
    ),
    _row(
        "across",
        samples_of(DURATION),
        "Half the round trip of a signal to a child and back, on two processors; raw, see overhead",
    ),
    _row("overhead", DURATION, "Median time of measuring an empty call: the floor of the samples beside it", _PROCESS),
    _row("coalesced", COUNT, "How often a standard signal came that was sent 10 times while blocked: 1 (signal(7))"),
    _row("mask.works", BOOL, "Whether a blocked signal is pending, and is handled once when it is unblocked"),
    _row("realtime.queued", COUNT, "Real-time signals, of 32, that sigqueue(3) accepted", _PROCESS),
    _row(
        "realtime.error",
        STRING.optional(),
        "Error that ended the queueing of these 32; null if there was none",
        _PROCESS,
    ),
    _row("realtime.waited", COUNT, "Those of the accepted that sigtimedwait(2) gave back"),
    _row("realtime.read", COUNT, "Real-time signals that signalfd(2) gave back when as many were queued again"),
    _row(
        "realtime.wait_ordered",
        BOOL,
        "Whether sigtimedwait(2) gave the lowest number first, and each number's values in the order they were sent",
    ),
    _row("realtime.read_ordered", BOOL, "Whether signalfd(2) gave them in that order"),
    _row("pending.queued", COUNT, "Signals, of 64, that could be queued before sigqueue(3) gave EAGAIN", _PROCESS),
    _row("pending.kept", BOOL, "Whether as many of them came as were accepted"),
    _row("pending.enforced", BOOL, "Whether an RLIMIT_SIGPENDING of 8 set for the purpose ended queueing with EAGAIN"),
    _row("signalfd.error", STRING.optional(), f"Error of reading a signal through signalfd(2): {_NULL}", _PROCESS),
    _row(
        "altstack.minimum",
        BYTES,
        "Stack the kernel needs to deliver a signal on this processor (AT_MINSIGSTKSZ, getauxval(3))",
    ),
    _row(
        "altstack.error",
        STRING.optional(),
        "Error of setting an alternate stack (sigaltstack(2)); null if it worked",
        _PROCESS,
    ),
    _row(
        "altstack.caught",
        BOOL,
        "Whether a real stack overflow was handled on an alternate stack of 32 KiB, the size that Go gives each thread",
        _PROCESS,
    ),
    _row(
        "altstack.at_minimum",
        BOOL,
        "Whether a stack overflow was handled on an alternate stack of AT_MINSIGSTKSZ bytes (MINSIGSTKSZ if more)",
        _PROCESS,
    ),
    _row("restart.interrupted", BOOL, "Whether a handler without SA_RESTART made a waiting read(2) give EINTR"),
    _row("restart.resumed", BOOL, "Whether a waiting read(2) went on after a handler with SA_RESTART"),
    _row(
        "pidfd.error",
        STRING.optional(),
        f"Error of signalling a child by pidfd_send_signal(2) and seeing its end by poll(2): {_NULL}",
        _PROCESS,
    ),
    _row(
        "thread.error",
        STRING.optional(),
        "Error of sending a signal to one thread (tgkill(2)); null if it worked",
        _PROCESS,
    ),
    _row("thread.directed", BOOL, "Whether that signal came to that thread and to no other"),
    _row(
        "urgent.error",
        STRING.optional(),
        "Error of sending SIGURG to a thread of another process (tgkill(2)); null if it worked",
        _PROCESS,
    ),
    _row("urgent.lost", COUNT, "SIGURG, of 20 to 1,000, that did not interrupt a busy loop within 2 s"),
    _row(
        "urgent.latency",
        samples_of(DURATION),
        "Time from sending SIGURG to a busy loop until its handler ran, the interpreter's part included; raw",
    ),
    _row(
        "profile.error",
        STRING.optional(),
        f"Error of a timer of a thread's processor time that sends it SIGPROF (timer_create(2)): {_NULL}",
        _PROCESS,
    ),
    _row(
        "profile.rate",
        RATIO,
        "SIGPROF that came of setitimer(2) in 0.5 s of processor time, of those that 100 a second make; full run only",
    ),
    _row(
        "inherited.ignored",
        list_of(STRING),
        "Signals that were ignored when hostproof was started, as by nohup, without those that Python ignores itself",
        _PROCESS,
    ),
    _row("inherited.blocked", list_of(STRING), "Signals that were blocked when hostproof was started", _PROCESS),
)
