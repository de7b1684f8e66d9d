"""Quantities in, readable values out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.types import (
    ANY,
    BYTES,
    COUNT,
    DURATION,
    FLOAT,
    INT,
    RATE,
    RATIO,
    STRING,
    TIME,
    VERSION,
    Type,
    list_of,
    map_of,
    record,
)
from hostproof.facts.units import MOST_SHOWN, format_value, parse_quantity


@pytest.mark.parametrize(
    ("text", "value", "type_"),
    [
        ("5ms", 5_000_000, DURATION),
        ("250us", 250_000, DURATION),
        ("80ns", 80, DURATION),
        ("1.5s", 1_500_000_000, DURATION),
        ("2min", 120_000_000_000, DURATION),
        ("3h", 10_800_000_000_000, DURATION),
        ("1d", 86_400_000_000_000, DURATION),
        ("-5ms", -5_000_000, DURATION),
        ("64KiB", 65_536, BYTES),
        ("10MB", 10_000_000, BYTES),
        ("0.5KiB", 512, BYTES),
        ("95%", 0.95, RATIO),
        ("0.1%", 0.001, RATIO),
        ("10MB/s", 1e7, RATE),
        ("12", 12, INT),
        ("-3", -3, INT),
        ("0o755", 0o755, INT),
        ("0x1f", 31, INT),
        ("1.25", 1.25, FLOAT),
        ("1e3", 1000.0, FLOAT),
    ],
)
def test_quantities(text: str, value: float, type_: Type) -> None:
    """A quantity reads as its erased value and its type, exactly."""
    assert parse_quantity(text) == (value, type_)
    assert type(parse_quantity(text)[0]) is type(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is not a number with a unit"),
        ("ms", "'ms' is not a number with a unit"),
        ("5 ms", "'5 ms' is not a number with a unit"),
        (".5s", "'.5s' is not a number with a unit"),
        ("5m", "'m' is not a unit"),
        ("5KB", "'KB' is not a unit"),
        ("0.1ns", "0.1ns is not a whole number of nanoseconds"),
        ("1.5B", "1.5B is not a whole number of bytes"),
        ("9223372036854775808", "9223372036854775808 does not fit into 64 bits"),
        ("9000000TiB", "9000000TiB does not fit into 64 bits"),
        ("1e999", "1e999 is too large"),
        ("٣ms", "'٣ms' is not a number with a unit"),
    ],
)
def test_what_is_no_quantity(text: str, said: str) -> None:
    """Unknown units, fractions of the smallest unit and huge numbers are refused with the reason."""
    with pytest.raises(ValueError, match=r"\A") as refused:
        parse_quantity(text)
    assert str(refused.value) == said


def test_a_very_long_number_is_refused_at_once() -> None:
    """A number of a hundred thousand digits is not even converted."""
    with pytest.raises(ValueError, match="not a number"):
        parse_quantity("9" * 100_000)


@pytest.mark.parametrize(
    ("value", "type_", "shown"),
    [
        (1_500_000_000, DURATION, "1.5s"),
        (5_000_000, DURATION, "5ms"),
        (1_234_567, DURATION, "1.234567ms"),
        (0, DURATION, "0s"),
        (90_000_000_000, DURATION, "90s"),
        (3_600_000_000_000, DURATION, "1h"),
        (-120_000_000_000, DURATION, "-2min"),
        (4096, BYTES, "4KiB"),
        (65_536, BYTES, "64KiB"),
        (10_000_000, BYTES, "10MB"),
        (16 * 10**9, BYTES, "16GB"),
        (1_610_612_736, BYTES, "1.5GiB"),
        (1500, BYTES, "1500B"),
        (0, BYTES, "0B"),
        (-4096, BYTES, "-4KiB"),
        (0.95, RATIO, "95%"),
        (0.07, RATIO, "7%"),
        (1 / 3, RATIO, "33.3333%"),
        (0, RATIO, "0%"),
        (1e7, RATE, "10MB/s"),
        (4096, COUNT, "4096"),
        (0.5, FLOAT, "0.5"),
        (1e300, FLOAT, "1e+300"),
        (1_795_444_710_000_000_000, TIME, "2026-11-23T14:38:30Z"),
        (1_795_444_710_500_000_000, TIME, "2026-11-23T14:38:30.5Z"),
        (10**30, TIME, f"{10**30}ns after 1970"),
        ("6.1.0", VERSION, "6.1.0"),
        ("", VERSION, '""'),
        ("eth0", STRING, '"eth0"'),
        ('a"b\\c\n\x1b[31m\u202e', STRING, '"a\\"b\\\\c\\n\\x1b[31m\\u202e"'),
        (None, COUNT.optional(), "none"),
        (True, ANY, "true"),
        ([1, 2], list_of(COUNT), "[1, 2]"),
        (list(range(10)), list_of(COUNT), "[0, 1, 2, 3, 4, 5, 6, 7, … 2 more]"),
        ([{"name": "eth0", "mtu": 1500}], list_of(record(name=STRING, mtu=BYTES)), '[{name: "eth0", mtu: 1500B}]'),
        ({"a": 4096}, map_of(BYTES), "{a: 4KiB}"),
        ([[[[[1]]]]], ANY, "[[[[[…]]]]]"),
        ("text", DURATION, '"text"'),
        (1.5, DURATION, "1.5"),
    ],
)
def test_values_as_people_write_them(value: object, type_: Type, shown: str) -> None:
    """Each type has its spelling; nested and untyped values are cut and made harmless."""
    assert format_value(value, type_) == shown  # type: ignore[arg-type]


def test_long_values_are_cut() -> None:
    """No value takes more than its share of a report."""
    shown = format_value(["x" * 1000] * 1000, list_of(STRING))
    assert len(shown) == MOST_SHOWN
    assert shown.endswith("…")


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([DURATION, BYTES, INT]))
def test_whole_values_read_back_exactly(value: int, type_: Type) -> None:
    """What `format_value` writes for integers, durations and sizes `parse_quantity` reads as the same value."""
    assert parse_quantity(format_value(value, type_)) == (value, type_)


@given(st.floats(0, 1e6).filter(lambda number: number == 0 or number > 1e-6), st.sampled_from([RATIO, RATE]))
def test_measured_values_read_back_closely(value: float, type_: Type) -> None:
    """Ratios and rates keep six digits."""
    read, kind = parse_quantity(format_value(value, type_))
    assert kind == type_
    assert read == pytest.approx(value, rel=1e-5)


@given(st.integers(0, 10_000), st.sampled_from([RATIO]))
def test_hundredths_of_a_percent_are_exact(hundredths: int, type_: Type) -> None:
    """A ratio a person would write survives the round trip to the last bit."""
    value = hundredths / 10_000
    assert parse_quantity(format_value(value, type_)) == (value, type_)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_every_value_has_a_bounded_printable_form(value: object) -> None:
    """Nothing a snapshot holds can break a line or a terminal."""
    shown = format_value(value, ANY)  # type: ignore[arg-type]
    assert shown.isprintable()
    assert len(shown) <= MOST_SHOWN
