"""Whether values are of their types, and whether a snapshot can hold them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.fits import DEEPEST, fits, not_storable
from hostproof.facts.typetext import parse_type


def nested(depth: int) -> object:
    """Return lists inside lists."""
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("bool", [True, False], [1, "true", None]),
        ("int", [-1, 0, 2**63 - 1, -(2**63)], [True, 1.0, "1", 2**63, -(2**63) - 1]),
        ("count", [0, 5, 2**63 - 1], [-1, True, 1.5, 2**63]),
        ("float", [1, 1.5, 1e300], [True, "1.5", 2**63]),
        ("ratio", [0.95, 1], [None, "95%"]),
        ("rate", [1e7], ["10MB/s"]),
        ("duration", [5_000_000], [0.5, "5ms"]),
        ("bytes", [4096], [4096.0]),
        ("time", [0], ["2026-01-01"]),
        ("version", ["6.1"], [6.1]),
        ("string", [""], [None, 1]),
        ("null", [None], [0]),
        ("any", [None, 1, {"a": [1]}, nested(DEEPEST)], [nested(DEEPEST + 1), {"a": [2**63]}]),
        ("count?", [None, 1], [-1, "none"]),
        ("list<count>", [[], [1, 2]], [[1, -2], {}, "12"]),
        ("samples<duration>", [[1, 2]], [[1.5], 1]),
        ("map<bytes>", [{}, {"a": 1}], [{"a": "1"}, []]),
        ("{a: count, b: string}", [{}, {"a": 1}, {"a": 1, "b": "x", "c": None}], [{"a": -1}, [], {"b": None}]),
        ("list<{a: list<int>?}>", [[{"a": None}, {"a": [1]}]], [[{"a": [None]}]]),
        ("list<any>", [[nested(DEEPEST)]], [[nested(DEEPEST + 1)]]),
    ],
)
def test_each_type_takes_its_own_values(type_: str, good: list[object], bad: list[object]) -> None:
    """Values of the type fit, others don't."""
    wanted = parse_type(type_)
    assert [value for value in good if not fits(value, wanted)] == []
    assert [value for value in bad if fits(value, wanted)] == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": [1, "x", None, True, 1.5]}, ""),
        (-(2**63), ""),
        (2**63, "a number beyond 64 bits"),
        ([float("nan")], "the number nan"),
        ({"a": float("-inf")}, "the number -inf"),
        ("\ud800", "a text that is not Unicode"),
        ({"\udfff": 1}, "a text that is not Unicode"),
        ({1: 2}, "a key that is not text"),
        ((1, 2), "a tuple"),
        (nested(DEEPEST), ""),
        (nested(DEEPEST + 1), "values nested deeper than 64"),
    ],
)
def test_what_a_snapshot_cannot_hold(value: object, why: str) -> None:
    """The reason names what is in the way."""
    assert not_storable(value) == why


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_what_is_storable_survives_json(value: object) -> None:
    """Whatever is called storable comes back from JSON as it was."""
    if not not_storable(value):
        assert json.loads(json.dumps(value)) == value
