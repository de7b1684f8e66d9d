"""Probe `threads`, for real."""

from __future__ import annotations

import errno
import os
import platform
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.agent.probes.threads import ceiling, latency, stopper
from hostproof.agent.probing.apart import apart
from hostproof.agent.probing.runner import attempt
from hostproof.agent.probing.seccomp import refuse
from hostproof.agent.probing.step import Context, Step

from .conftest import Run

Learn = Callable[[Context], dict[str, object]]
NOBODY_ELSE = 54321  # a user that has no processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def broken(learn: Learn, how: Callable[[], object], **arguments: object) -> dict[str, object]:
    """Return what a step learns in a child that was broken before: values, or the causes of what is unknown."""

    def within() -> object:
        how()
        said = attempt(Step((), learn), Context("quick", frozenset(), arguments, ""))
        unknown = said.get("unknown")
        causes = {name: error["cause"] for name, error in unknown.items()} if isinstance(unknown, dict) else {}
        values = said.get("values")
        return {**values, **causes} if isinstance(values, dict) else said

    found = apart(within)
    assert isinstance(found, dict)
    return found


def become(user: int) -> None:
    """Be another user, without capabilities."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def test_as_many_as_are_asked_for(probe: Run) -> None:
    """Where nothing stops it, as many threads are made as were asked for."""
    found = probe("threads", "made", "asked", "error", "stopped_by", "start", most=70)
    start = found.pop("start")
    assert isinstance(start, list)
    assert len(start) == 70
    assert found == {"made": 70, "asked": 70, "error": None, "stopped_by": "bound"}


def test_they_are_real() -> None:
    """The threads are there, all at once, for the kernel to count."""
    tasks = Path("/proc/self/task")

    def within() -> object:
        before = len(list(tasks.iterdir()))
        ceiling.Threads().fill(40)
        return len(list(tasks.iterdir())) - before

    assert apart(within) == 40


@as_root
@pytest.mark.parametrize("hard", [20, 30])
def test_the_limit_of_a_user(hard: int) -> None:
    """RLIMIT_NPROC stops another user, and is named, whether it can be raised for a second try or not."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NPROC, (20, hard))
        become(NOBODY_ELSE)

    found = broken(ceiling.made, limit, most=100)
    assert (found["made"], found["error"], found["stopped_by"]) == (19, "EAGAIN", "nproc")
    assert found["stopped_at"] == f"RLIMIT_NPROC 20 of user {NOBODY_ELSE}"


@as_root
def test_root_is_exempt_from_the_limit(probe: Run) -> None:
    """The limit binds everybody but root."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))

    assert probe("threads", "nproc.binds") == {"nproc.binds": False}
    assert broken(ceiling.limit_binds, lambda: become(NOBODY_ELSE)) == {"nproc.binds": True}
    assert broken(ceiling.made, limit, most=20)["made"] == 20


def test_a_limit_on_memory() -> None:
    """Where no stack can be mapped, memory is named, and no limit of threads."""

    def limit() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + (1 << 20)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    found = broken(ceiling.made, limit, most=500)
    assert isinstance(found["made"], int)
    assert found["made"] < 100
    assert found["stopped_by"] == "memory"


def test_a_filter() -> None:
    """Where a filter refuses new threads by another error than the kernel's, that is told."""
    found = broken(ceiling.made, lambda: refuse(("clone3",), errno.EACCES), most=20)
    assert (found["made"], found["error"], found["stopped_by"]) == (0, "EACCES", "refused")
    assert found["start"] == "failed"


def test_too_little_memory_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where so many threads could use up the memory, fewer are made, and whether more could be is not known."""
    monkeypatch.setattr(ceiling, "memory_room", lambda: 8 * ceiling.EACH * ceiling.SHARE)
    found = broken(ceiling.made, lambda: None, most=50)
    assert (found["asked"], found["made"]) == (8, "inconclusive")
    assert broken(ceiling.made, lambda: None)["made"] == 8


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"pids.max": "40", "pids.current": "40"}, "pids.max 40 of /a"),
        ({"pids.max": "max", "pids.current": "40", "pids.events": "max 3\n"}, "pids.max of /a or of a group above it"),
        ({"pids.max": "41", "pids.current": "40", "pids.events": "max 2\n"}, None),
        ({}, None),
    ],
)
def test_a_control_group_is_recognised(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], says: str | None
) -> None:
    """A group that is full is named, else one that counts a new refusal; one that does neither is not."""
    monkeypatch.setattr(stopper, "groups", lambda: [("/a", {"pids.events": "max 2\n"})])
    before = stopper.Counters()
    monkeypatch.setattr(stopper, "groups", lambda: [("/a", files)])
    assert stopper.by_group(before) == (("pids-cgroup", says) if says else None)


@pytest.mark.parametrize(
    ("threads", "threads_max", "pid_max", "says"),
    [
        (990, 1000, 32768, ("threads-max", "990 of kernel.threads-max 1000")),
        (700, 192730, 1000, ("pid-max", "700 of kernel.pid_max 1000")),
        (600, 192730, 1000, None),
        (0, 0, 0, None),
    ],
)
def test_the_machine_is_recognised(
    monkeypatch: pytest.MonkeyPatch, threads: int, threads_max: int, pid_max: int, says: tuple[str, str] | None
) -> None:
    """The machine's own ceilings are named when they are as good as reached."""
    limits = {"/proc/sys/kernel/threads-max": threads_max, "/proc/sys/kernel/pid_max": pid_max}
    monkeypatch.setattr(stopper, "threads_of_machine", lambda: threads)
    monkeypatch.setattr(stopper, "tasks_in_view", lambda: threads)
    monkeypatch.setattr(stopper, "number_in", limits.__getitem__)
    assert stopper.by_machine() == says


def test_the_numbers_are_the_kernels() -> None:
    """The machine has as many threads as /proc lists, give or take what comes and goes, and we are among our user's."""
    listed = sum(len(list(tasks.iterdir())) for tasks in Path("/proc").glob("[0-9]*/task") if tasks.exists())
    assert abs(stopper.threads_of_machine() - listed) < 100
    assert 1 <= stopper.tasks_in_view(os.getuid()) <= stopper.tasks_in_view() + 100
    assert abs(stopper.tasks_in_view() - listed) < 100


def test_no_reason_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no limit in view is reached, what stopped it is not known."""
    monkeypatch.setattr(stopper, "groups", list)
    monkeypatch.setattr(stopper, "tasks_in_view", lambda user=None: 0)
    found = stopper.reason(errno.EAGAIN, stopper.Counters(), lambda: errno.EAGAIN, 32768)
    assert [getattr(value, "cause", None) for value in found.values()] == ["inconclusive", "inconclusive"]


def test_the_stack_of_a_thread(probe: Run) -> None:
    """A thread gets the limit on the stack that the agent was started with, where the C library is glibc."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, hard))
    try:
        found = probe("threads", "stack")
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    assert found == {"stack": 1 << 20 if "glibc" in platform.libc_ver() else 131072}


def test_sleepers_are_woken(probe: Run) -> None:
    """Each round gives a time, and no wake-up gets lost."""
    found = probe("threads", "wake.same", "wake.lost", "switch.same", "program.start", "program.error")
    assert (found["wake.lost"], found["program.error"]) == (0, None)
    for name, count in (("wake.same", 100), ("switch.same", 100), ("program.start", 10)):
        times = found[name]
        assert isinstance(times, list)
        assert len(times) == count
        assert all(isinstance(time, int) and time > 0 for time in times)


class Forgetful(latency.Futex):
    """Changes the word and wakes nobody."""

    def wake(self, which: int) -> None:
        """Ring a bell that makes no sound."""
        self.words[which] = 1


def test_a_lost_wake_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sleeper that finds out by itself that it should have been woken is counted."""

    def within() -> object:
        futex = Forgetful()
        futex.patience[0], futex.patience[1] = 0, 20_000_000
        latency.wake_series(futex, min(os.sched_getaffinity(0)), 3)
        return sum(futex.lost)

    found = apart(within)
    assert isinstance(found, int)
    assert found >= 3


def test_one_processor_is_enough(probe: Run) -> None:
    """Where one processor may be used, what takes two is unsupported, and all else is known."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(before)])
    try:
        found = probe("threads", "switch.across", "wake.across", "wake.lost")
    finally:
        os.sched_setaffinity(0, before)
    assert found["wake.lost"] == 0
    for name in ("switch.across", "wake.across"):
        told = found[name]
        assert isinstance(told, dict)
        assert told["cause"] == "unsupported"


def test_no_program_can_be_started() -> None:
    """Where a filter refuses new processes, the error is told."""
    found = broken(latency.start_program, lambda: refuse(("clone3",), errno.EPERM))
    assert found == {"program.error": "EPERM", "program.start": "failed"}


def test_no_program_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no program to start, that is why nothing is known."""
    monkeypatch.setattr(latency, "find_program", lambda name, folders: None)
    error = broken(latency.start_program, lambda: None)["error"]
    assert isinstance(error, dict)
    assert error["cause"] == "no-tool"
