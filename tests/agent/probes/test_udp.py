"""Probe `udp`, for real: on the machine as it is, and in network namespaces in which something is wrong."""

from __future__ import annotations

import shutil

import pytest

from .conftest import Run
from .inside import CANNOT, inside, loopback_up, number_of

needs_namespace = pytest.mark.skipif(bool(CANNOT), reason=CANNOT)
needs_nft = pytest.mark.skipif(not shutil.which("nft"), reason="nft is not installed")


def firewall(*rules: str) -> tuple[str, ...]:
    """Return the words for a namespace whose packets pass some rules of nft before they arrive."""
    commands = ["nft add table inet t", "nft add chain inet t c '{ type filter hook input priority 0; }'"]
    return loopback_up(*commands, *(f"nft add rule inet t c {rule}" for rule in rules))


def test_datagrams_arrive(probe: Run) -> None:
    """Over 127.0.0.1 a datagram comes back, none of a hundred is lost, and the largest arrives whole."""
    said = probe("udp", "ipv4", "sent", "lost", "errors", "largest")
    assert said == {"ipv4": "ok", "sent": 100, "lost": 0, "errors": {}, "largest": 65507}


def test_nobody_there(probe: Run) -> None:
    """A sender to a port where nobody receives is told so."""
    assert probe("udp", "refused.ipv4") == {"refused.ipv4": "ECONNREFUSED"}


def test_round_trips_are_raw_samples(probe: Run) -> None:
    """A quick run takes fifty round trips on one processor, in ns."""
    said = probe("udp", "echo.same")["echo.same"]
    assert isinstance(said, list)
    assert len(said) == 50
    assert all(isinstance(time, int) and time > 0 for time in said)


def test_a_buffer_is_cut_to_the_most_allowed(probe: Run) -> None:
    """The kernel grants what is asked for up to net.core.rmem_max, and the buffer then holds something, not more."""
    most = number_of("net.core.rmem_max")
    for asked in (65536, 4 * most):
        said = probe("udp", "buffer.asked", "buffer.granted", "buffer.held", receive_buffer=asked)
        assert (said["buffer.asked"], said["buffer.granted"]) == (asked, min(asked, most))
        assert 0 < int(str(said["buffer.held"])) <= 2 * min(asked, most)


@needs_namespace
def test_a_loopback_that_is_down() -> None:
    """Without lo no datagram arrives, and what needs one is unknown with a cure."""
    said = inside((), "udp", "ipv4", "lost", "largest")
    assert said["ipv4"] != "ok"
    for fact in ("lost", "largest"):
        unknown = said[fact]
        assert isinstance(unknown, dict)
        assert (unknown["cause"], bool(unknown["cure"])) == ("failed", True)


@needs_namespace
@needs_nft
def test_a_firewall_that_drops_refusals() -> None:
    """Where ICMP is dropped a sender is never told that nobody receives; datagrams still arrive."""
    words = firewall("meta l4proto '{ icmp, ipv6-icmp }' drop")
    assert inside(words, "udp", "ipv4", "refused.ipv4") == {"ipv4": "ok", "refused.ipv4": "ETIMEDOUT"}


@needs_namespace
@needs_nft
def test_every_fifth_datagram_is_lost() -> None:
    """Loss is counted, and is not taken for a network that doesn't work."""
    said = inside(firewall("udp dport 1-65535 numgen inc mod 5 0 drop"), "udp", "ipv4", "sent", "lost")
    assert said["ipv4"] == "ok"
    assert 0 < int(str(said["lost"])) < int(str(said["sent"]))


@needs_namespace
def test_nothing_is_left_behind() -> None:
    """After all steps there is no UDP socket in the namespace."""
    left = inside(loopback_up(), "udp", look="/proc/self/net/udp")["left"]
    assert str(left).count("\n") == 1, left
