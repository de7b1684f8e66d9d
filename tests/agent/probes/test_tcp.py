"""Probe `tcp`, for real: on the machine as it is, and in network namespaces in which something is wrong."""

from __future__ import annotations

import shutil
import socket

import pytest

from .conftest import Facts, Run
from .inside import CANNOT, inside, loopback_up, number_of

needs_namespace = pytest.mark.skipif(bool(CANNOT), reason=CANNOT)


def test_both_families_connect(probe: Run) -> None:
    """TCP works over 127.0.0.1, and over ::1 where the machine has that."""
    said = probe("tcp", "ipv4", "ipv6", "attempts", "errors")
    assert said["ipv4"] == "ok"
    assert said["errors"] == {}
    with socket.socket(socket.AF_INET6) as end:
        try:
            end.bind(("::1", 0))
        except OSError:
            assert str(said["ipv6"]).startswith(("socket: ", "bind: "))
        else:
            assert said["ipv6"] == "ok"


def test_there_are_as_many_samples_as_attempts(probe: Run) -> None:
    """Each attempt that did not fail left the time of its connect and of its accept."""
    said = probe("tcp", "attempts", "errors", "connect", "accept")
    assert isinstance(said["connect"], list)
    assert isinstance(said["accept"], list)
    assert len(said["connect"]) == len(said["accept"]) == said["attempts"]
    assert all(isinstance(time, int) and time > 0 for time in [*said["connect"], *said["accept"]])


def test_round_trips_are_raw_samples(probe: Run) -> None:
    """A quick run takes fifty round trips on one processor, in ns, and tells its own part of each."""
    said = probe("tcp", "echo.same", "overhead")
    assert isinstance(said["echo.same"], list)
    assert len(said["echo.same"]) == 50
    assert isinstance(said["overhead"], int)
    assert 0 < said["overhead"] < min(said["echo.same"])


@pytest.mark.parametrize("asked", [1, 16, 100])
def test_a_listener_holds_one_more_than_it_asked_for(probe: Run, asked: int) -> None:
    """Linux keeps the backlog and one more, but no more than net.core.somaxconn allows."""
    most = number_of("net.core.somaxconn")
    said = probe("tcp", "backlog.asked", "backlog.held", "backlog.limit", backlog=asked)
    assert said == {"backlog.asked": asked, "backlog.held": min(asked, most) + 1, "backlog.limit": most}


def test_many_connections_are_held(probe: Run) -> None:
    """As many connections are held as were asked for, and none of them is left behind."""
    said = probe("tcp", "connections.asked", "connections.held", "connections.error", connections=40)
    assert said == {"connections.asked": 40, "connections.held": 40, "connections.error": "none"}


def test_shared_ports_and_reuse(probe: Run) -> None:
    """Four listeners share one port, a used port is bound again with SO_REUSEADDR only, a closed one refuses."""
    said = probe("tcp", "reuseport", "rebind.plain", "rebind.reuse", "refused")
    assert isinstance(said["reuseport"], list)
    assert len(said["reuseport"]) == 4
    assert sum(map(int, map(str, said.pop("reuseport")))) == 100
    assert said == {"rebind.plain": "bind: EADDRINUSE", "rebind.reuse": "ok", "refused": "ECONNREFUSED"}


def test_ports_are_used_up_in_a_full_run_only(probe: Run) -> None:
    """How many ports there are is not tried unless a full run is asked for."""
    said = probe("tcp", "ports.used")["ports.used"]
    assert isinstance(said, dict)
    assert said["cause"] == "not-collected"
    assert "--full" in str(said["cure"])


@needs_namespace
def test_nothing_is_left_behind() -> None:
    """After all steps there is no TCP socket in the namespace, not even in TIME-WAIT."""
    left = inside(loopback_up(), "tcp", look="/proc/self/net/tcp")["left"]
    assert str(left).count("\n") == 1, left


@needs_namespace
def test_a_loopback_that_is_down() -> None:
    """Without lo nothing connects, and what needs a connection is unknown with a cure, not false."""
    said = inside((), "tcp", "ipv4", "backlog.held", "refused", "options")
    assert str(said["ipv4"]).startswith("connect: ")
    assert isinstance(said["options"], dict)
    assert set(said["options"].values()) == {"ok"}
    for fact in ("backlog.held", "refused"):
        unknown = said[fact]
        assert isinstance(unknown, dict)
        assert unknown["cause"] == "failed"
        assert unknown["cure"]


@needs_namespace
def test_a_small_somaxconn_is_seen_twice() -> None:
    """With somaxconn 8 nine connections are held of 128, and TCP_INFO says 8."""
    said = inside(loopback_up("sysctl -qw net.core.somaxconn=8"), "tcp", "backlog.held", "backlog.limit")
    assert said == {"backlog.held": 9, "backlog.limit": 8}


@needs_namespace
@pytest.mark.parametrize(("value", "used"), [(0, False), (1, False), (2, False), (3, True)])
def test_fast_open_is_used_and_not_just_set(value: int, used: bool) -> None:
    """Data in a SYN is taken only where net.ipv4.tcp_fastopen lets clients and servers do so."""
    said = inside(loopback_up(f"sysctl -qw net.ipv4.tcp_fastopen={value}"), "tcp", "fastopen")
    assert said == {"fastopen": used}


@needs_namespace
def test_a_short_range_of_ports_ends_connections() -> None:
    """With 100 ports at most 100 connections are held, and then there is no address left."""
    words = loopback_up("sysctl -qw net.ipv4.ip_local_port_range='40000 40099'")
    said = inside(words, "tcp", "connections.held", "connections.error")
    assert said["connections.error"] == "EADDRNOTAVAIL"
    assert 90 <= int(str(said["connections.held"])) <= 100


@needs_namespace
def test_a_full_run_uses_up_all_ports() -> None:
    """A full run connects until no port is left, and tells how many there were."""
    words = loopback_up("sysctl -qw net.ipv4.ip_local_port_range='40000 40499'")
    said = inside(words, "tcp", "ports.used", "ports.error", effort="full")
    assert said["ports.error"] == "EADDRNOTAVAIL"
    assert 450 <= int(str(said["ports.used"])) <= 500


@needs_namespace
@pytest.mark.skipif(not shutil.which("tc"), reason="tc is not installed")
def test_a_queue_on_the_loopback_is_named() -> None:
    """The queueing discipline at the root of lo is what `tc` put there."""
    assert inside(loopback_up("tc qdisc add dev lo root tbf rate 1gbit burst 1mb latency 50ms"), "tcp", "queue") == {
        "queue": "tbf"
    }
    assert inside(loopback_up(), "tcp", "queue") == {"queue": "noqueue"}


def test_too_few_files_end_connections_and_leave_the_backlog_unknown() -> None:
    """With 64 files EMFILE ends the connections, and a backlog of 128 can't be filled: unknown, with a cure."""
    said: Facts = inside(
        ("prlimit", "--nofile=64:64"), "tcp", "connections.held", "connections.error", "backlog.held", namespace=False
    )
    assert said["connections.error"] == "EMFILE"
    assert 0 < int(str(said["connections.held"])) < 32
    unknown = said["backlog.held"]
    assert isinstance(unknown, dict)
    assert (unknown["cause"], bool(unknown["cure"])) == ("failed", True)
