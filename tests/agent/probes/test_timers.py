"""Probe `timers`, for real."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probes import timers
from hostproof.agent.probing.apart import apart
from hostproof.agent.probing.seccomp import refuse
from hostproof.agent.probing.step import Context

from .conftest import Run

KINDS = [name for name, _ in timers.KINDS]
QUICK = Context("quick", frozenset(), {}, "")


def test_every_kind_works_and_none_is_early(probe: Run) -> None:
    """All kinds of timers can be used here, and no sample is below 0; the probe's own share is told apart."""
    found = probe("timers", "errors", "own", *KINDS)
    assert found["errors"] == {}
    assert isinstance(found["own"], int)
    for name in KINDS:
        samples = found[name]
        assert isinstance(samples, list)
        assert len(samples) >= timers.LEAST
        assert all(isinstance(sample, int) and sample >= 0 for sample in samples)


def test_slack_and_tick(probe: Run) -> None:
    """The slack is the one of this process, which the agent inherits; a tick is a thousandth to a hundredth."""
    found = probe("timers", "slack", "tick")
    assert found["slack"] == int(Path("/proc/self/timerslack_ns").read_text())
    assert isinstance(found["tick"], int)
    assert 999_000 <= found["tick"] <= 10_000_000


def test_slack_is_inherited(probe: Run) -> None:
    """A raised slack is seen, and no wait is shorter for it."""
    libc = ctypes.CDLL(None)
    before = libc.prctl(timers.PR_GET_TIMERSLACK, 0, 0, 0, 0)
    libc.prctl(timers.PR_SET_TIMERSLACK, 3_000_000, 0, 0, 0)
    try:
        found = probe("timers", "slack", "sleep.absolute", "sleep.sharp")
    finally:
        libc.prctl(timers.PR_SET_TIMERSLACK, before, 0, 0, 0)
    assert found["slack"] == 3_000_000
    late, sharp = found["sleep.absolute"], found["sleep.sharp"]
    assert isinstance(late, list)
    assert isinstance(sharp, list)
    assert min(late) >= 0
    assert sorted(late)[len(late) // 2] > sorted(sharp)[len(sharp) // 2]


def test_no_expiry_is_lost(probe: Run) -> None:
    """The timer told of about as many expiries as milliseconds went by."""
    found = probe("timers", "periodic.counted", "periodic.lost", "periodic.extra")
    assert (found["periodic.lost"], found["periodic.extra"]) == (0, 0)
    assert isinstance(found["periodic.counted"], int)
    assert found["periodic.counted"] >= 9


def test_load_is_made_on_request_only(probe: Run) -> None:
    """Under load it is measured with the argument or in a full run; else the cure says how."""
    names = [f"loaded.{name}" for name in KINDS]
    left_out = probe("timers", *names)
    for name in names:
        unknown = left_out[name]
        assert isinstance(unknown, dict)
        assert (unknown["cause"], unknown["cure"]) == ("not-collected", "run it with --full")
    found = probe("timers", *names, load=True)
    for name in names:
        samples = found[name]
        assert isinstance(samples, list)
        assert min(samples) >= 0


def test_hogs_are_gone() -> None:
    """After a measurement under load nobody is left who is busy."""

    def inside() -> list[str]:
        timers.loaded(Context("quick", frozenset(), {"load": True}, ""))
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        return children.split()

    assert apart(inside) == []


@pytest.mark.parametrize(
    ("call", "kinds"),
    [
        ("timerfd_create", {"timerfd"}),
        ("timerfd_settime", {"timerfd"}),
        ("clock_nanosleep", {"sleep.relative", "sleep.absolute"}),
    ],
)
@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOSYS])
def test_what_is_refused_is_named(call: str, kinds: set[str], number: int) -> None:
    """A kind of timer that a sandbox refuses has an error by name and no samples; the other kinds have theirs."""

    def inside() -> object:
        refuse((call,), number)
        return {
            "errors": timers.works(QUICK)["errors"],
            "unknown": {
                name: value.cause
                for name, value in timers.series(timers.KINDS, 2).items()
                if isinstance(value, AskError)
            },
        }

    cause = "denied" if number == errno.EPERM else "unsupported"
    assert apart(inside) == {
        "errors": dict.fromkeys(sorted(kinds), errno.errorcode[number]),
        "unknown": dict.fromkeys(sorted(kinds), cause),
    }


def test_without_timerfd_nothing_periodic_is_known() -> None:
    """A refused timerfd makes the periodic facts unknown, not zero."""

    def inside() -> list[str]:
        refuse(("timerfd_create",), errno.EPERM)
        return [value.cause if isinstance(value, AskError) else "known" for value in timers.periodic(QUICK).values()]

    assert apart(inside) == ["denied"] * 3
