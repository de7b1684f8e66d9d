"""Rows of the probe `timers`: how late timers wake a program, whether one is early, whether an expiry is lost.

Sources: clock_nanosleep(2), timerfd_create(2), epoll_wait(2), PR_SET_TIMERSLACK(2const),
Documentation/timers/hrtimers.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import BOOL, COUNT, DURATION, RATIO, STRING, Type, map_of, samples_of

PROBE = ProbeSpec(
    "timers",
    "Timers",
    "waits many times for 1 ms by each kind of timer, on one processor, and says how much later than that it went on;"
    " again with a timer slack of 1 ns; lets a periodic timer expire unseen and has it tell how often it did",
    "sleeps about 0.4 s (0.1 s when quick); with `load`, two processes keep one processor busy for 0.5 s, at most 4 s",
    params=(
        ProbeParam(
            "load", BOOL, default=False, description="Measure under load as well, which a full run does by itself"
        ),
    ),
)

_HOST, _PROCESS = Owner.HOST_KERNEL, Owner.PROCESS
_SAMPLES = samples_of(DURATION)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"probe.timers.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row(
        "errors",
        map_of(STRING),
        _PROCESS,
        "Errors of the kinds of timers that the kernel refused (sleep.relative, sleep.absolute, timerfd, epoll)",
    ),
    _row(
        "slack", DURATION, _PROCESS, "Timer slack: what the kernel may add to each wait of this process; 50us at boot"
    ),
    _row("tick", DURATION, _HOST, "Length of a tick (1/HZ), as the resolution of the coarse clock tells it"),
    _row("sleep.relative", _SAMPLES, _HOST, "How late clock_nanosleep for 1 ms went on; `own` is part of each"),
    _row("sleep.absolute", _SAMPLES, _HOST, "How late clock_nanosleep until a point in time went on"),
    _row("sleep.sharp", _SAMPLES, _HOST, "The same as `sleep.absolute`, with a timer slack of 1 ns"),
    _row("timerfd", _SAMPLES, _HOST, "How late a timerfd set to a point in time could be read; it knows no slack"),
    _row("epoll", _SAMPLES, _HOST, "How late epoll_wait with a timeout of 1 ms went on"),
    _row("own", DURATION, _PROCESS, "Median time of an empty measured call: the probe's own overhead in each sample"),
    _row("steal", RATIO, _HOST, "Share of all processors' time the hypervisor took meanwhile"),
    _row("pressure", RATIO, _HOST, "Share of that time in which some task waited for a processor (PSI)"),
    _row(
        "periodic.counted",
        COUNT,
        _HOST,
        "How often a timerfd of 1 ms (or a tick, without high resolution) said that it had expired",
    ),
    _row("periodic.lost", COUNT, _HOST, "How many expiries it did not tell of"),
    _row("periodic.extra", COUNT, _HOST, "How many expiries it told of that there can't have been"),
    _row("loaded.sleep.relative", _SAMPLES, _HOST, "`sleep.relative` beside two busy processes on the same processor"),
    _row("loaded.sleep.absolute", _SAMPLES, _HOST, "`sleep.absolute` beside two busy processes on the same processor"),
    _row("loaded.timerfd", _SAMPLES, _HOST, "`timerfd` beside two busy processes on the same processor"),
    _row("loaded.epoll", _SAMPLES, _HOST, "`epoll` beside two busy processes on the same processor"),
)
