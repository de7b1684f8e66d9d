"""Probe `http`, for real: on the machine as it is, and where something of TCP is missing."""

from __future__ import annotations

import os
import shutil
import socket
import threading

import pytest

from hostproof.agent.probing.endings import attempt, ending, waits
from hostproof.agent.probing.webserver import LARGE, large_body

from .conftest import Run
from .inside import CANNOT, inside, loopback_up

needs_namespace = pytest.mark.skipif(bool(CANNOT), reason=CANNOT)
needs_iptables = pytest.mark.skipif(not shutil.which("iptables-legacy"), reason="iptables-legacy is not installed")


def test_one_connection_carries_all_requests(probe: Run) -> None:
    """Nothing breaks a kept connection on loopback, so every request after the first comes over the same one."""
    said = probe("http", "requests", "reuse", "errors", "large_body", "closed_noticed")
    assert said == {"requests": 50, "reuse": 1.0, "errors": {}, "large_body": True, "closed_noticed": True}


@pytest.mark.parametrize("wanted", [1, 100])
def test_as_many_requests_as_asked_for_are_under_way_at_once(probe: Run, wanted: int) -> None:
    """The parameter says how many; the server answers none before it has that many."""
    said = probe("http", "together", "together_asked", "together_errors", together=wanted)
    assert said == {"together": wanted, "together_asked": wanted, "together_errors": {}}


def test_time_outs_are_raw_samples_and_never_early(probe: Run) -> None:
    """Each wait ended by its time-out, and took no less than that."""
    said = probe("http", "timeout", "read_waits", "read_ends", "connect_waits", "connect_ends", effort="usual")
    assert isinstance(said["read_waits"], list)
    assert isinstance(said["connect_waits"], list)
    assert said["read_ends"] == {"timeout": len(said["read_waits"])}
    assert said["connect_ends"] == {"timeout": len(said["connect_waits"])}
    assert isinstance(said["timeout"], int)
    assert min(map(int, [*said["read_waits"], *said["connect_waits"]])) >= said["timeout"]  # type: ignore[arg-type]


def test_latencies_have_their_overhead_apart(probe: Run) -> None:
    """The samples are raw: none is less than the part that the client itself takes on the way."""
    said = probe("http", "overhead", "same_cpu", "other_cpu")
    assert isinstance(said["same_cpu"], list)
    assert len(said["same_cpu"]) == 50
    assert isinstance(said["overhead"], int)
    assert 0 < said["overhead"] < sorted(map(int, said["same_cpu"]))[25]  # type: ignore[arg-type]
    if len(os.sched_getaffinity(0)) == 1:
        assert said["other_cpu"]["cause"] == "unsupported"  # type: ignore[index, call-overload]


def test_one_processor_is_no_pair() -> None:
    """Where there is one processor only, there is nothing to say of two."""
    said = inside(
        ("taskset", "-c", str(min(os.sched_getaffinity(0)))), "http", "same_cpu", "other_cpu", namespace=False
    )
    assert isinstance(said["same_cpu"], list)
    assert isinstance(said["other_cpu"], dict)
    assert said["other_cpu"]["cause"] == "unsupported"


@needs_namespace
def test_without_a_loopback_nothing_is_known() -> None:
    """That the loopback is down is told by others: here each fact is unknown, with a cure, and none is false."""
    said = inside((), "http")
    assert all(
        isinstance(value, dict) and value["cause"] in {"failed", "inconclusive"} and value["cure"]
        for value in said.values()
    ), said
    assert isinstance(said["reuse"], dict)
    assert "ENETUNREACH" in str(said["reuse"]["detail"])


@needs_namespace
def test_a_full_queue_that_resets_says_nothing_about_time_outs() -> None:
    """With tcp_abort_on_overflow no connection hangs, so the time-out of one can't be tried."""
    said = inside(loopback_up("sysctl -qw net.ipv4.tcp_abort_on_overflow=1"), "http", "connect_ends")
    if isinstance(said["connect_ends"], dict) and "cause" in said["connect_ends"]:
        assert said["connect_ends"]["cause"] == "inconclusive"
        assert "tcp_abort_on_overflow" in str(said["connect_ends"]["cure"])
    else:  # the kernel drops the SYN before it could abort
        assert said["connect_ends"] == {"timeout": 1}


@needs_namespace
@needs_iptables
def test_a_lost_end_of_a_connection_is_not_noticed() -> None:
    """Where FIN and RST are dropped, a request over a closed connection hangs, and that is told."""
    drop = "iptables-legacy -A INPUT -i lo -p tcp --tcp-flags {0} {0} -j DROP"
    said = inside(loopback_up(drop.format("FIN"), drop.format("RST")), "http", "closed_noticed", "reuse")
    assert said == {"closed_noticed": False, "reuse": 1.0}


def test_the_large_body_has_no_two_equal_stretches() -> None:
    """A packet that is left out or comes twice makes another body."""
    body = large_body()
    assert len(body) == LARGE
    assert len({body[start : start + 4] for start in range(0, LARGE, 4)}) == LARGE // 4


def test_endings_have_names() -> None:
    """A time-out, an errno, OpenSSL's reason and any other error each have a name of their own."""
    reasoned = OSError(1, "ssl")
    reasoned.reason = "NO_PROTOCOLS_AVAILABLE"  # type: ignore[attr-defined]
    problems = (TimeoutError(), ConnectionRefusedError(111, "no"), reasoned, ValueError())
    names = ["timeout", "ECONNREFUSED", "NO_PROTOCOLS_AVAILABLE", "ValueError"]
    assert [ending(problem) for problem in problems] == names


def test_attempts_are_counted_by_their_endings() -> None:
    """An attempt that succeeds counts as an answer, another by its error; each is timed."""
    silent = socket.create_server(("127.0.0.1", 0))
    gone = socket.create_server(("127.0.0.1", 0))
    dead = gone.getsockname()
    gone.close()
    took, ends = waits(
        [lambda: socket.create_connection(silent.getsockname()).close(), lambda: socket.create_connection(dead)]
    )
    assert len(took) == 2
    assert ends == {"answer": 1, "ECONNREFUSED": 1}
    errors: dict[str, int] = {}
    assert attempt(threading.Lock().release, errors, (RuntimeError,)) is False
    assert errors == {"RuntimeError": 1}
    silent.close()
