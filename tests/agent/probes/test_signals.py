"""Probe `signals`, for real."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from hostproof.agent.probes.signals import delivery, handlers, inheritance, queues, targets
from hostproof.agent.probing.apart import apart
from hostproof.agent.probing.runner import attempt
from hostproof.agent.probing.seccomp import refuse
from hostproof.agent.probing.step import Context, Step

from .conftest import Run

Learn = Callable[[Context], dict[str, object]]
INHERITS = """
import json
from hostproof.collect.asks import Probe
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES
ask = ask_of(PROBES["signals"], {}, ["inherited.ignored", "inherited.blocked"])
print(json.dumps(hold_session(parse_target("local"), (ask,), 10**11, effort="quick").answer(0).value["values"]))
"""


def broken(learn: Learn, how: Callable[[], object], effort: str = "quick") -> dict[str, object]:
    """Return what a step learns in a child that was broken before: values, or the causes of what is unknown."""

    def within() -> object:
        how()
        said = attempt(Step((), learn), Context(effort, frozenset(), {}, ""))
        unknown = said.get("unknown")
        causes = {name: error["cause"] for name, error in unknown.items()} if isinstance(unknown, dict) else {}
        values = said.get("values")
        return {**values, **causes} if isinstance(values, dict) else said

    found = apart(within)
    assert isinstance(found, dict)
    return found


def without(*names: str, number: int = errno.EPERM) -> Callable[[], object]:
    """Return what refuses system calls."""
    return lambda: refuse(names, number)


def cause_of(said: dict[str, object]) -> str:
    """Return the cause that all facts of a step share."""
    error = said["error"]
    assert isinstance(error, dict)
    return str(error["cause"])


def test_no_signal_gets_lost(probe: Run) -> None:
    """Each signal that was sent came, and each gave a time that is more than nothing."""
    found = probe("signals", "sent", "lost", "self", "same", "overhead")
    assert (found["sent"], found["lost"]) == (
        100 * (1 + min(2, len(os.sched_getaffinity(0)))),
        {"SIGUSR1": 0, "SIGUSR2": 0},
    )
    for name in ("self", "same"):
        times = found[name]
        assert isinstance(times, list)
        assert len(times) == 100
        assert all(isinstance(time, int) and time > 0 for time in times)


def test_one_processor_is_enough(probe: Run) -> None:
    """Where one processor may be used, what takes two is unsupported, and all else is known."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(before)])
    try:
        found = probe("signals", "same", "across", "lost")
    finally:
        os.sched_setaffinity(0, before)
    assert isinstance(found["same"], list)
    assert isinstance(found["across"], dict)
    assert found["across"]["cause"] == "unsupported"
    assert found["lost"] == {"SIGUSR1": 0, "SIGUSR2": 0}


class Deaf(delivery.Exchange):
    """A partner that takes what it is sent and answers nothing."""

    def echo(self, us: int) -> None:
        """Count, and keep silent."""
        while True:
            signal.sigwait((delivery.FIRST,))
            self.board[0] = (self.board[0] + 1) % 256


class Absent(delivery.Exchange):
    """A partner that gets nothing."""

    def echo(self, us: int) -> None:
        """Wait for something else."""
        signal.sigwait((signal.SIGCONT,))


@pytest.mark.parametrize(("kind", "lost"), [(Deaf, "SIGUSR2"), (Absent, "SIGUSR1")])
def test_a_lost_signal_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, kind: type[delivery.Exchange], lost: str
) -> None:
    """What got lost is told, the one of the way there or of the way back, and no more than three are waited for."""
    monkeypatch.setattr(delivery, "PATIENCE", 0.1)

    def within() -> object:
        exchange = kind(10)
        return [exchange.series(0, min(os.sched_getaffinity(0))), exchange.sent, exchange.lost]

    assert apart(within) == [[], 3, {"SIGUSR1": 0, "SIGUSR2": 0, lost: 3}]


def test_what_signal_7_promises(probe: Run) -> None:
    """Standard signals coalesce, blocked ones wait, real-time ones queue in order, reads restart or are interrupted."""
    promised: dict[str, object] = {
        "coalesced": 1, "mask.works": True, "realtime.queued": 32, "realtime.error": None, "realtime.waited": 32,
        "realtime.read": 32, "realtime.wait_ordered": True, "realtime.read_ordered": True, "pending.kept": True,
        "pending.enforced": True, "signalfd.error": None, "restart.interrupted": True, "restart.resumed": True,
        "pidfd.error": None, "thread.error": None, "thread.directed": True, "urgent.error": None, "urgent.lost": 0,
        "profile.error": None, "altstack.error": None, "altstack.caught": True,
    }  # fmt: skip
    assert probe("signals", *promised) == promised


def test_another_order_is_noticed() -> None:
    """Two values of one signal that come the wrong way round are not in order, nor a high number before a low one."""
    sent = [(35, 0), (34, 0), (34, 1)]
    assert queues.ordered(sent, [(34, 0), (34, 1), (35, 0)]) is True
    assert queues.ordered(sent, [(34, 1), (34, 0), (35, 0)]) is False
    assert queues.ordered(sent, [(35, 0), (34, 0), (34, 1)]) is False
    assert queues.ordered(sent, [(34, 0), (34, 7)]) is False


def test_a_small_limit_on_queued_signals() -> None:
    """Under RLIMIT_SIGPENDING of 4 no more than 4 are accepted; what was accepted comes, in order."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_SIGPENDING, (4, 4))

    found = broken(queues.pending, limit)
    assert isinstance(found["pending.queued"], int)
    assert found["pending.queued"] <= 4
    assert (found["pending.kept"], found["pending.enforced"]) == (True, True)
    found = broken(queues.realtime, limit)
    assert found["realtime.error"] == "EAGAIN"
    assert found["realtime.waited"] == found["realtime.queued"]


def test_no_queueing() -> None:
    """Where a filter refuses sigqueue, its error is told, and nothing is said of order and limits."""
    found = broken(queues.realtime, without("rt_sigqueueinfo"))
    assert (found["realtime.error"], found["realtime.queued"]) == ("EPERM", 0)
    assert (found["realtime.wait_ordered"], found["realtime.read_ordered"]) == ("inconclusive", "inconclusive")
    assert cause_of(broken(queues.pending, without("rt_sigqueueinfo"))) == "denied"
    assert cause_of(broken(queues.pending, without("rt_sigqueueinfo", number=errno.ENOSYS))) == "unsupported"


def test_no_descriptor() -> None:
    """Where a filter refuses signalfd, its error is told, and real-time signals are still waited for."""
    assert broken(queues.signal_descriptor, without("signalfd4")) == {"signalfd.error": "EPERM"}
    found = broken(queues.realtime, without("signalfd4"))
    assert (found["realtime.wait_ordered"], found["realtime.read_ordered"]) == (True, "denied")


def test_no_signals_to_threads() -> None:
    """Where a filter refuses tgkill, that is told; where it came is then not known."""
    found = broken(targets.thread_signal, without("tgkill"))
    assert found == {"thread.error": "EPERM", "thread.directed": "failed"}
    found = broken(targets.urgent, without("tgkill"))
    assert found == {"urgent.error": "EPERM", "urgent.lost": "failed", "urgent.latency": "failed"}


def test_a_signal_that_does_not_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy loop that SIGURG does not interrupt is counted, here because it is blocked."""
    monkeypatch.setattr(targets, "PATIENCE", 0.1)
    found = broken(targets.urgent, lambda: signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGURG,)))
    assert (found["urgent.lost"], found["urgent.latency"]) == (3, "failed")


@pytest.mark.parametrize("name", ["pidfd_open", "pidfd_send_signal"])
def test_no_process_descriptors(name: str) -> None:
    """Where a filter refuses one of the two calls, its error is told, and the child is ended."""
    assert broken(targets.process_descriptor, without(name, number=errno.ENOSYS)) == {"pidfd.error": "ENOSYS"}


def test_no_timers() -> None:
    """Where a filter refuses timers of a thread's time, or none can be queued, the error is told."""
    assert broken(handlers.profile_timer, without("timer_create")) == {"profile.error": "EPERM"}
    none = lambda: resource.setrlimit(resource.RLIMIT_SIGPENDING, (0, 0))  # noqa: E731
    assert broken(handlers.profile_timer, none) == {"profile.error": "EAGAIN"}


def test_the_rate_takes_a_full_run() -> None:
    """The rate of profiling signals is measured in a full run only, and is then about what was asked for."""
    assert cause_of(broken(handlers.profile_rate, lambda: None)) == "not-collected"
    rate = broken(handlers.profile_rate, lambda: None, "full")["profile.rate"]
    assert isinstance(rate, float)
    assert 0.5 < rate < 1.3  # the kernel counts in ticks


def test_an_overflow_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an alternate stack the child is killed, with a refused one it is told, with one it is caught."""
    minimum = broken(handlers.alternate_stack, lambda: None)["altstack.minimum"]
    assert isinstance(minimum, int)
    assert minimum >= 1024
    monkeypatch.setattr(handlers, "SA_ONSTACK", 0)
    found = broken(handlers.alternate_stack, lambda: None)
    assert (found["altstack.caught"], found["altstack.error"]) == (False, None)
    monkeypatch.undo()
    monkeypatch.setattr(handlers, "GO_STACK", 1024)  # less than MINSIGSTKSZ: the kernel refuses it
    assert broken(handlers.alternate_stack, lambda: None)["altstack.error"] == "ENOMEM"


@pytest.mark.parametrize("soft", [262144, resource.RLIM_INFINITY])
def test_a_large_or_small_stack_limit(soft: int) -> None:
    """The overflow comes whatever the limit on the stack is."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if soft == resource.RLIM_INFINITY != hard:
        pytest.skip("the stack may not be unlimited here")
    found = broken(handlers.alternate_stack, lambda: resource.setrlimit(resource.RLIMIT_STACK, (soft, hard)))
    assert found["altstack.caught"] is True


def test_what_is_inherited() -> None:
    """Signals that were ignored or blocked when the engine was started are named, without those that Python ignores."""

    def inherit() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR2, signal.SIGRTMIN + 2))

    done = subprocess.run([sys.executable, "-c", INHERITS], stdout=subprocess.PIPE, check=True, preexec_fn=inherit)
    found = json.loads(done.stdout)
    assert {"SIGHUP", "SIGTERM"} <= set(found["inherited.ignored"])
    assert not {"SIGPIPE", "SIGXFSZ"} & set(found["inherited.ignored"])
    assert found["inherited.blocked"] == ["SIGUSR2", "SIGRTMIN+2"]


def test_masks_are_spelled() -> None:
    """A mask of proc_pid_status(5) becomes names, the C library's own signals left out."""
    assert inheritance.names("0000000000004001", set()) == ["SIGHUP", "SIGTERM"]
    assert inheritance.names("0000000180001000", {signal.SIGPIPE}) == []
    assert inheritance.names("8000000200000000", set()) == ["SIGRTMIN", "SIGRTMIN+30"]
