"""Probe `memory`, for real: what it says is what the kernel does, also under limits; nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostproof.agent.probing import ancestors

from .conftest import Run

MIB, GIB = 1 << 20, 1 << 30


def test_every_fact_is_learnt_but_for_a_full_run(probe: Run) -> None:
    """On an ordinary machine only the number of mappings is not known, as it takes a full run."""
    found = probe("memory")
    unknown = {name for name, value in found.items() if isinstance(value, dict) and "cause" in value}
    assert unknown <= {"maps.held", "maps.limit", "huge.granted"}
    error = found["maps.held"]
    assert isinstance(error, dict)
    assert (error["cause"], error["cure"]) == ("not-collected", "run it with --full")


def test_what_every_linux_does(probe: Run) -> None:
    """Reserving, protecting, giving back, sharing and sealing work."""
    names = ("heap", "arena", "protect", "dontneed", "memfd", "shm")
    assert probe("memory", *names) == dict.fromkeys(names, "ok")


def test_usable_memory_is_that_of_the_machine_or_less(probe: Run) -> None:
    """Without a limit it is the machine's."""
    found = probe("memory", "usable", "limit.lowest")
    lowest = found["limit.lowest"]
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert found["usable"] == (machine if lowest is None else min(machine, int(str(lowest))))


def test_a_limit_on_addresses_is_met_by_the_heap(probe: Run) -> None:
    """Go could not start in 400 MiB of addresses, and no mapping is larger."""
    names = ("heap", "reserve", "largest.private", "largest.noreserve")
    found = probe("memory", *names, below=("prlimit", f"--as={400 * MIB}:"))
    assert found["heap"] == "ENOMEM"
    assert isinstance(found["reserve"], dict)
    assert set(found["reserve"].values()) == {"ENOMEM"}
    for name in ("largest.private", "largest.noreserve"):
        size = found[name]
        assert isinstance(size, int)
        assert 0 < size < 400 * MIB


def test_largest_mappings_follow_overcommit(probe: Run) -> None:
    """Mode 0 grants no more private memory than there is with swap, and more that is reserved only."""
    found = probe("memory", "largest.private", "largest.noreserve", "reserve")
    mode = Path("/proc/sys/vm/overcommit_memory").read_text("utf-8").strip()
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    private, noreserve = int(str(found["largest.private"])), int(str(found["largest.noreserve"]))
    if mode == "0":
        assert private <= machine + swap() <= noreserve
    assert private <= noreserve


def swap() -> int:
    """Return the machine's swap in bytes."""
    rows = (row.split() for row in Path("/proc/meminfo").read_text("utf-8").split("\n"))
    return next(int(row[1]) * 1024 for row in rows if row and row[0] == "SwapTotal:")


def test_times_are_raw(probe: Run) -> None:
    """There are as many as were asked for, and none is corrected to nothing."""
    found = probe("memory", "map.time", "protect.time", "advise.time", "fault.time", "fault.warm")
    for name in ("map.time", "protect.time", "advise.time"):
        times = found[name]
        assert isinstance(times, list)
        assert len(times) == 100
        assert min(int(str(time)) for time in times) > 0
    cold, warm = found["fault.time"], found["fault.warm"]
    assert isinstance(cold, list)
    assert isinstance(warm, list)
    assert len(cold) == len(warm) == 8


def test_the_limit_on_locked_memory_holds_for_others_than_root(probe: Run) -> None:
    """What is held is told beside the limit; root may lock more than that."""
    below = ("prlimit", "--memlock=65536:")
    found = probe("memory", "lock.limit", "lock.held", "lock.error", below=below)
    assert found["lock.limit"] == 65536
    held, error = found["lock.held"], found["lock.error"]
    if os.geteuid():
        assert (held, error) == (65536, "ENOMEM")
    else:
        assert (held, error) in [(8 * MIB, None), (65536, "ENOMEM")]  # root may lack CAP_IPC_LOCK


def test_mappings_end_at_the_limit_of_the_kernel(probe: Run) -> None:
    """In a full run they are counted, to within those that the kernel counts and /proc shows otherwise."""
    found = probe("memory", "maps.held", "maps.limit", effort="full")
    limit = int(Path("/proc/sys/vm/max_map_count").read_text("utf-8"))
    assert found["maps.limit"] == limit
    if limit <= 1 << 20:
        held = found["maps.held"]
        assert isinstance(held, int)
        assert abs(held - limit) <= 3


def test_shared_memory_is_removed(probe: Run) -> None:
    """No object stays in /dev/shm."""
    probe("memory", "shm", "memfd")
    assert not list(Path("/dev/shm").glob("hostproof-*"))


def test_v1_limits_end_where_no_hierarchy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group without use_hierarchy is not below its parent's limit; files of v2 have no such thing."""
    rows = [
        ("/a/b", {"memory.limit_in_bytes": "9223372036854771712", "memory.use_hierarchy": "0"}),
        ("/a", {"memory.limit_in_bytes": "4096", "memory.use_hierarchy": "0"}),
    ]
    monkeypatch.setattr(ancestors, "levels", lambda *_: rows)
    assert ancestors.memory_limits() == [("/a/b", None)]
    monkeypatch.setattr(ancestors, "levels", lambda *_: [("/a/b", {"memory.max": "max"}), ("/a", {"memory.max": "1"})])
    assert ancestors.memory_limits() == [("/a/b", None), ("/a", 1)]
