"""Canonical JSON without orjson: whatever Python's own reader and writer are trusted with, orjson would do the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.codec.text import TextError, dumps, loads

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def without_orjson() -> Iterator[None]:
    """Make the codec believe that nobody has imported orjson yet; it imports it where it needs it."""
    found = sys.modules.pop("orjson")
    yield
    sys.modules["orjson"] = found


def outcome(text: bytes) -> object:
    """Return what is read, with its types, or that it is refused."""
    sys.modules.pop("orjson", None)
    try:
        return repr(loads(text))
    except TextError:
        return TextError


def by_orjson(text: bytes) -> object:
    """Return what orjson reads."""
    try:
        return repr(orjson.loads(text))
    except orjson.JSONDecodeError:
        return TextError


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=5))
def test_writing_is_as_orjson_writes(document: dict[str, object]) -> None:
    """The same bytes, whichever writes."""
    sys.modules.pop("orjson", None)
    assert dumps(document) == orjson.dumps(document)


@given(VALUES)
def test_reading_is_as_orjson_reads(value: object) -> None:
    """The same values of the same types, whichever reads."""
    text = orjson.dumps(value)
    assert outcome(text) == by_orjson(text)


@pytest.mark.parametrize(
    "text",
    ["1e5", "[1E400]", "[1.0e+2]", "NaN", "[Infinity]", "-Infinity", "[18446744073709551616]", "[-9223372036854775809]",
     "[18446744073709551615]", "[123456789012345678901234567890]", '"\\ud800"', '["\\udc00x"]', "[" * 2000 + "]" * 2000,
     '{"a":1,"a":2}', " [1]", "[1,]", "01", "[.5]", '"\t"', '"\\x"', "", "tru", "[1] 2", "\ufeff[]", "[-0]", "[-0.0]"],
)  # fmt: skip
def test_what_two_readers_may_take_otherwise(text: str) -> None:
    """Exponents, large numbers, surrogates, depth and leniency: the codec reads what orjson reads, no more, no less."""
    assert outcome(text.encode()) == by_orjson(text.encode())


@given(st.binary(max_size=40))
def test_any_bytes(text: bytes) -> None:
    """Random bytes come to the same."""
    assert outcome(text) == by_orjson(text)


def test_a_small_snapshot_needs_no_orjson() -> None:
    """What start-up is measured by: a plain document is written and read without importing it."""
    program = (
        "import json, sys\nfrom hostproof.facts.codec.text import dumps, loads\n"
        "loads(dumps({'a': [1, 0.5, 'e5 1e5', 9223372036854771712]}))\nprint(json.dumps('orjson' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert json.loads(done.stdout) is False
