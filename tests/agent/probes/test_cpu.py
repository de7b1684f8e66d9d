"""Probe `cpu`, for real: what it says is what the machine and its own situation give."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probes import cpu
from hostproof.agent.probing import ancestors
from hostproof.agent.probing.measure import SECOND

from .conftest import Run


def test_a_busy_loop_gets_a_share(probe: Run) -> None:
    """The share of a processor is more than nothing and not more than all of it."""
    share = probe("cpu", "share")["share"]
    assert isinstance(share, float)
    assert 0 < share <= 1.0


def test_processors_are_counted_and_can_be_moved_to(probe: Run) -> None:
    """The affinity is what the C library says, and each processor of it can really be run on."""
    found = probe("cpu", "online", "allowed", "placed", "placed.error")
    allowed = len(os.sched_getaffinity(0))
    assert found == {"online": os.cpu_count(), "allowed": allowed, "placed": allowed, "placed.error": None}


@pytest.fixture
def one_processor() -> Iterator[None]:
    """Keep this process, and what it starts, to one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("one_processor")
def test_an_affinity_limits_what_a_runtime_ought_to_use(probe: Run) -> None:
    """With one processor allowed, one thread at a time is right, for Go as well."""
    found = probe("cpu", "allowed", "placed", "procs", "go_procs")
    assert found == {"allowed": 1, "placed": 1, "procs": 1, "go_procs": 1}


def test_the_agent_leaves_the_affinity_alone(probe: Run) -> None:
    """Moving about is done in a process of its own."""
    before = os.sched_getaffinity(0)
    probe("cpu", "placed", "share")
    assert os.sched_getaffinity(0) == before


def test_a_gap_is_a_time_without_running() -> None:
    """A loop that is stopped for a while has a gap as long as that."""
    script = (
        "import os, signal, sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from hostproof.agent.probes import cpu\n"
        "print('ready', flush=True); print(max(cpu.spin(400_000_000)), flush=True)"
    )
    engine = str(Path(cpu.__file__).parents[3])
    with subprocess.Popen([sys.executable, "-c", script, engine], stdout=subprocess.PIPE, text=True) as spinning:
        assert spinning.stdout is not None
        assert spinning.stdout.readline() == "ready\n"
        subprocess.run(
            ["sh", "-c", f"sleep 0.1; kill -STOP {spinning.pid}; sleep 0.1; kill -CONT {spinning.pid}"], check=True
        )
        assert int(spinning.stdout.readline()) >= SECOND // 12


QUOTAS = [
    ({"cpu.max": "max 100000\n"}, None),
    ({"cpu.max": "150000 100000\n"}, 1.5),
    ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, None),
    ({"cpu.cfs_quota_us": "30000\n", "cpu.cfs_period_us": "100000\n"}, 0.3),
    ({"cpu.cfs_quota_us": "50000\n", "cpu.cfs_period_us": "25000\n", "cpu.max": "max 100000"}, 2.0),
    ({}, None),
]


@pytest.mark.parametrize(("files", "quota"), QUOTAS)
def test_a_quota_is_a_number_of_processors(files: dict[str, str], quota: float | None) -> None:
    """v2 has one file, v1 two; the root has none."""
    assert ancestors.quota_in(files) == quota


@pytest.mark.parametrize(("text", "limit"), [("max\n", None), ("9223372036854771712\n", None), ("4096\n", 4096)])
def test_a_limit_is_bytes_or_none(text: str, limit: int | None) -> None:
    """v2 says max; v1 says it with the largest number of pages."""
    assert ancestors.limit_in(text) == limit


def test_the_lowest_limit_names_its_group() -> None:
    """The lowest counts, whoever has it."""
    assert ancestors.lowest([("/a/b", None), ("/a", 3), ("/", 9)]) == (3, "/a")
    assert ancestors.lowest([("/", None)]) == (None, None)


def test_counters_that_cannot_be_read_are_unknown() -> None:
    """What grew is told for the most throttled group; an error before or after is the outcome."""
    error = AskError("denied", "refused")
    assert cpu.since({"/": (1, 10), "/a": (2, 10)}, {"/": (1, 10), "/a": (5, 90)}) == {
        "throttled.count": 3,
        "throttled.time": 80,
    }
    assert cpu.since({}, {}) == {"throttled.count": None, "throttled.time": None}
    assert cpu.since({}, error) == cpu.since(error, {}) == {"throttled.count": error, "throttled.time": error}
