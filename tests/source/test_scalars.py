"""What an unquoted text means: YAML 1.2's core schema, without its traps."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.scalars import LEAST_INT, MOST_INT, resolve

MEANINGS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "0": 0,
    "-0": 0,
    "+5": 5,
    "42": 42,
    "-17": -17,
    "0x1F": 31,
    "0xff": 255,
    "0o755": 493,
    "18446744073709551615": MOST_INT,
    "-9223372036854775808": LEAST_INT,
    "0x00000000000000000000000000000000ff": 255,
    "0.5": 0.5,
    ".5": 0.5,
    "5.": 5.0,
    "-2.5e-3": -0.0025,
    "1e3": 1000.0,
    "9.10": 9.1,
}
TEXTS = (
    *("yes", "no", "on", "off", "y", "n", "tRUE", "nULL", "none", "True "),
    *("2024-02-30", "2024-01-01", "2024-01-01T00:00:00Z", "12:30:45", "190:20:30", "1:30"),
    *("1_000", "0b101", "010", "0644", "-010", "00", "0o8", "0xg", "0X1F", "0O7", "-0x1", "+0o7"),
    *(".inf", "-.Inf", ".nan", ".NaN", "inf", "nan", "1e", "e5", "+", "-", ".", "..", "+-1", "1.2.3", "1.5.", "1e5.5"),
    *("٣", "１２", "5ms", "64KiB", "95%", "v1", "1 2", "1\n"),
)


@pytest.mark.parametrize(("text", "value"), MEANINGS.items())
def test_a_text_with_a_meaning(text: str, value: bool | float | None) -> None:
    """Words and numbers of the core schema have the value and the type it gives them."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_is_only_a_text(text: str) -> None:
    """Dates, YAML 1.1's booleans and numbers, and whatever has two readings stay as they are written."""
    assert resolve(text) is text


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "0x10000000000000000",
        "0o10000000000000000000000",
        "1" * 100_000,
        "-" + "9" * 100_000,
        "0x" + "f" * 100_000,
        "1e309",
        "-1e999999999999",
        "9" * 400 + ".0",
    ],
    ids=lambda text: f"{text[:20]}-{len(text)}",
)
def test_a_number_out_of_range(text: str) -> None:
    """A number that no report could hold is refused, whatever its length."""
    with pytest.raises(OverflowError, match="number must lie between"):
        resolve(text)


@given(st.integers(LEAST_INT, MOST_INT))
def test_whole_numbers_come_back(number: int) -> None:
    """Every whole number in range is read as it is written."""
    assert resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back(number: float) -> None:
    """Every finite number is read as Python writes it."""
    assert resolve(repr(number)) == number


@given(st.text() | st.text("+-.0123456789eExo_~"))
def test_nothing_but_these_types(text: str) -> None:
    """Any text gives a truth value, a finite number, null or itself, unless its number is out of range."""
    with suppress(OverflowError):
        value = resolve(text)
        assert value is None or value is text or (not isinstance(value, str) and math.isfinite(value))
