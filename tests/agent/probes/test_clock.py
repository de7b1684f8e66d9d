"""Probe `clock`, for real."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probes import clock
from hostproof.agent.probing.apart import apart
from hostproof.agent.probing.seccomp import refuse
from hostproof.agent.probing.step import Context

from .conftest import Run


def is_table(value: object) -> dict[str, int]:
    """Return a map of numbers."""
    assert isinstance(value, dict), value
    return value


def test_who_enters_the_kernel(probe: Run) -> None:
    """The time a process has used is known to the kernel alone; the coarse clock is read wherever any is."""
    used = is_table(probe("clock", "vdso.used")["vdso.used"])
    assert set(used) == set(clock.CLOCKS)
    assert used["process_cpu"] is False
    assert used["thread_cpu"] is False
    assert used["monotonic_coarse"] is True or not any(used.values())


def test_a_look_costs_more_than_python(probe: Run) -> None:
    """Raw and net cost differ by Python's own; a clock that enters the kernel costs more than one that does not."""
    found = probe("clock", "cost.raw", "cost.net", "cost.own", "vdso.used")
    raw, net, used = (is_table(found[name]) for name in ("cost.raw", "cost.net", "vdso.used"))
    own = found["cost.own"]
    assert isinstance(own, int)
    assert own > 0
    assert all(abs(raw[name] - own - net[name]) <= 1 or net[name] == 0 for name in raw)
    if used["monotonic"]:
        assert raw["monotonic"] < raw["process_cpu"]


def test_resolution_and_steps(probe: Run) -> None:
    """A coarse clock steps by its resolution, which is the tick; no clock steps by less than its resolution."""
    found = probe("clock", "resolution", "step")
    resolution, step = is_table(found["resolution"]), is_table(found["step"])
    assert set(step) <= set(resolution) == set(clock.CLOCKS)
    assert resolution["monotonic_coarse"] in {1_000_000, 3_333_333, 4_000_000, 10_000_000, 1_000_250, 3_333_334}
    if "monotonic_coarse" in step:  # on a busy machine all looks may have missed a tick
        assert step["monotonic_coarse"] >= resolution["monotonic_coarse"] * 0.9
    assert 0 < step["monotonic"] < resolution["monotonic_coarse"]


def test_no_clock_goes_back(probe: Run) -> None:
    """All processors that are allowed are looked from, many times, and no clock goes back."""
    found = probe("clock", "back.steps", "back.worst", "back.looks", "back.cpus")
    assert (found["back.steps"], found["back.worst"]) == (0, 0)
    assert found["back.cpus"] == len(os.sched_getaffinity(0))
    assert isinstance(found["back.looks"], int)
    assert found["back.looks"] >= 180


def test_one_processor_is_enough(probe: Run) -> None:
    """A process that may use one processor only is judged on that one."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(before)])
    try:
        found = probe("clock", "back.steps", "back.cpus")
    finally:
        os.sched_setaffinity(0, before)
    assert found == {"back.steps": 0, "back.cpus": 1}


def test_a_clock_that_goes_back_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor whose clock is behind shows as steps back: here it is, by a tenth of a second, on one of two."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        pytest.skip("there is one processor only")
    true = clock.read

    def skewed(number: int) -> int:
        return true(number) - (100_000_000 if os.sched_getaffinity(0) == {allowed[1]} else 0)

    monkeypatch.setattr(clock, "read", skewed)
    assert apart(lambda: min(clock.hop(allowed[:2], 20)) < 0)
    # Whichever of the two is the process that began; on a busy machine they may not meet at once.
    assert any(apart(lambda: noticed(allowed[0], allowed[1])) for _ in range(50))
    assert any(apart(lambda: noticed(allowed[1], allowed[0])) for _ in range(50))


def noticed(one: int, other: int) -> bool:
    """Tell whether either of two processors noticed a step back."""
    return any(backward for _, backward, _ in clock.face(one, other, 20_000_000))


def test_drift_states_its_error(probe: Run) -> None:
    """The drifts of all clocks come with the error they may have, and nobody sets the clock while tests run."""
    found = probe("clock", "drift.monotonic", "drift.realtime", "drift.error", "jump.realtime", "jump.error")
    assert isinstance(found["drift.error"], float)
    assert found["drift.error"] > 0
    jump, error = found["jump.realtime"], found["jump.error"]
    assert isinstance(jump, int)
    assert isinstance(error, int)
    assert abs(jump) <= error
    told = found["drift.monotonic"]
    if found["drift.error"] > clock.MOST_ERROR:
        assert isinstance(told, dict)
        assert told["cause"] == "inconclusive"
    else:
        assert isinstance(told, float)


def test_a_jump_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set by a millisecond between two looks has jumped by that much, give or take the error."""
    true, far = clock.read, [0]
    monkeypatch.setattr(clock, "read", lambda number: true(number) + (far[0] if number == clock.REALTIME else 0))
    monkeypatch.setattr(clock, "pause", lambda _: far.__setitem__(0, -1_000_000))
    found = clock.drift(Context("quick", frozenset(), {}, ""))
    jump, error = found["jump.realtime"], found["jump.error"]
    assert isinstance(jump, int)
    assert isinstance(error, int)
    assert abs(jump + 1_000_000) <= error


def test_an_old_python_is_less_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python tells the time by floats only (3.6), no jump and no drift is made of their rounding."""
    monkeypatch.setattr(clock, "read", clock.rough_ns)
    for _ in range(5):
        found = clock.drift(Context("quick", frozenset(), {}, ""))
        jump, error, drift = (found[name] for name in ("jump.realtime", "jump.error", "drift.error"))
        assert isinstance(jump, int)
        assert isinstance(error, int)
        assert isinstance(drift, float)
        assert abs(jump) <= error
        assert drift > 0
    costs = clock.cost(Context("quick", frozenset(), {}, ""))["cost.raw"]
    assert isinstance(costs, dict)
    assert set(costs) == set(clock.CLOCKS)


def test_the_truth_here(probe: Run) -> None:
    """Without a namespace of their own and without tricks, clocks are not shifted."""
    offsets = Path("/proc/self/timens_offsets")
    if offsets.exists() and any(int(line.split()[1]) for line in offsets.read_text().splitlines()):
        pytest.skip("the tests run in a time namespace")
    names = ("namespace.monotonic", "namespace.boottime", "library.realtime", "library.monotonic")
    assert probe("clock", *names) == dict.fromkeys(names, 0)


def refused(*names: str) -> Callable[[Callable[[], object]], object]:
    """Return what runs a function in a child to which the kernel refuses system calls by EPERM."""

    def run(function: Callable[[], object]) -> object:
        def inside() -> object:
            refuse(names, 1)
            return function()

        return apart(inside)

    return run


def test_a_refused_system_call_is_no_lie() -> None:
    """Where clock_gettime(2) is refused, the library can't be compared: denied, with a cure."""
    with pytest.raises(AskError) as problem:
        refused("clock_gettime")(lambda: clock.by_kernel(clock.REALTIME))
    assert problem.value.cause == "denied"
    assert "allow clock_gettime" in problem.value.cure


def test_an_older_filter_does_not_confuse_the_vdso_look() -> None:
    """A sandbox's own refusal of clock_gettime(2) changes nothing about who enters the kernel."""
    assert refused("clock_gettime")(clock.without_kernel) == clock.without_kernel()


def test_a_child_that_dies_is_told() -> None:
    """A child that is killed, or leaves with nothing said, is an error that says so."""
    with pytest.raises(AskError, match="signal 9"):
        apart(lambda: os.kill(os.getpid(), 9))
    with pytest.raises(AskError, match="status 3"):
        apart(lambda: os._exit(3))
    assert apart(lambda: {"python": sys.version_info[0]}) == {"python": 3}
