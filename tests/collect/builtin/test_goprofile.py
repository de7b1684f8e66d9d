"""Profiles of pprof: what is read of them, and what hostile ones come to."""

from __future__ import annotations

import base64
import gzip

import pytest

from hostproof.collect.builtin.goprofile import MOST_BYTES, profile_of
from hostproof.facts.unknown import Unknown


def field(number: int, value: int | bytes) -> bytes:
    """Return a field as protocol buffers have it, a number below 2**28 or bytes."""
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def varint(number: int) -> bytes:
    """Return a number in groups of seven bits."""
    rest = number >> 7
    return bytes([number & 127 | 128]) + varint(rest) if rest else bytes([number])


def sent(data: bytes) -> str:
    """Return bytes as the agent sends them."""
    return base64.b64encode(data).decode()


def goroutines(values: bytes = b"\x03", location: int = 1, name: int = 3) -> bytes:
    """Return a profile of three goroutines in main.wait, below a function of the runtime."""
    texts = ("", "goroutine", "count", "main.wait", "runtime.gopark")
    return b"".join(
        (
            field(1, field(1, 1) + field(2, 2)),
            field(2, field(1, bytes([2, location])) + field(2, values)),
            *(field(4, field(1, at) + field(4, field(1, at))) for at in (1, 2)),
            field(5, field(1, 1) + field(2, name)),
            field(5, field(1, 2) + field(2, 4)),
            *(field(6, text.encode()) for text in texts),
            field(99, b"of a newer format"),
        )
    )


@pytest.mark.parametrize("data", [goroutines(), gzip.compress(goroutines())], ids=["plain", "gzip"])
def test_a_profile_is_read(data: bytes) -> None:
    """Goroutines are counted by the innermost function that is not the runtime's; unknown fields are passed over."""
    site = {"function": "main.wait", "count": 3, "share": 1.0}
    assert profile_of("goroutines", sent(data)) == {"total": 3, "sites": [site]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"goroutine profile: total 7\n",
        goroutines()[:40],
        gzip.compress(goroutines())[:-12],
        gzip.compress(bytes(MOST_BYTES + 1)),
        goroutines(values=b""),
        goroutines(values=b"\x01\x02"),
        goroutines(name=77),
        b"\x1f\x8b" + bytes(30),
    ],
    ids=["empty", "debug=1", "cut", "cut gzip", "bomb", "no value", "two values", "no such text", "no gzip"],
)
def test_what_is_no_profile_is_unknown(data: bytes) -> None:
    """Whatever it is, the reason is told, with a cure."""
    found = profile_of("goroutines", sent(data))
    assert isinstance(found, Unknown)
    assert (str(found.cause), bool(found.cure)) == ("parse-error", True)


def test_a_profile_of_another_kind_is_told() -> None:
    """A profile of goroutines is none of the heap."""
    found = profile_of("heap", sent(goroutines()))
    assert isinstance(found, Unknown)
    assert "a profile of goroutine, not of inuse_space" in found.detail
