"""Samples that remember their order."""

from __future__ import annotations

import pytest

from hostproof.facts import samples
from hostproof.facts.samples import Samples, has_samples, ranked, remembering
from hostproof.facts.snapshot import Value
from hostproof.facts.typetext import parse_type

RUNS = "list<{name: string, took: samples<duration>, more: map<samples<count>>}>"


def test_the_order_is_kept() -> None:
    """Asked twice, a sample gives the same list; its own order stays that of measuring."""
    taken = Samples([3, 1, 2])
    assert taken.ranked() == [1, 2, 3]
    assert taken.ranked() is taken.ranked() is ranked(taken)
    assert taken == [3, 1, 2]


def test_plain_lists_are_sorted_each_time() -> None:
    """A list that is no fact of a snapshot has nowhere to keep its order."""
    plain = [2, 1]
    assert ranked(plain) == [1, 2]
    assert ranked(plain) is not ranked(plain)


@pytest.mark.parametrize(
    ("of", "wanted"),
    [
        ("samples<duration>", True),
        ("samples<duration>?", True),
        ("list<samples<duration>>", True),
        ("map<{a: count, b: samples<bytes>}>", True),
        (RUNS, True),
        ("list<duration>", False),
        ("{a: count}", False),
        ("any", False),
    ],
)
def test_which_types_hold_samples(of: str, wanted: bool) -> None:
    """Samples are found at any depth."""
    assert has_samples(parse_type(of)) is wanted


def test_what_is_inside_is_prepared() -> None:
    """Samples in records, lists and maps remember too; fields that are missing or not declared do no harm."""
    value: list[Value] = [{"name": "a", "took": [2, 1], "other": [3]}, {"more": {"x": [1], "y": []}}, {}]
    prepared = remembering(value, parse_type(RUNS))
    assert prepared == value
    assert isinstance(prepared, list)
    first, second, _ = prepared
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert isinstance(first["took"], Samples)
    assert not isinstance(first["other"], Samples)
    assert isinstance(second["more"], dict)
    assert all(isinstance(inner, Samples) for inner in second["more"].values())


@pytest.mark.parametrize("value", [None, 3, [1, 2], {"a": [1]}])
def test_other_values_are_left_alone(value: Value) -> None:
    """What holds no samples is the very same afterwards."""
    assert remembering(value, parse_type("any")) is value
    assert remembering(None, parse_type("samples<count>?")) is None


def test_nothing_is_sorted_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preparing costs no sorting."""
    monkeypatch.setattr(samples, "_sorted", None)
    assert remembering([3, 1], parse_type("samples<count>")) == [3, 1]
