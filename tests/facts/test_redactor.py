"""Secrets that only a pack knows the look of are taken out too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.redact import Redactor, pattern_fault

OURS = Redactor((r"licence=(?P<licence>\S+)", r"pin (\d+)"))


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("licence=ABC-1 x", "licence=[redacted: licence] x"),
        ("pin 1234, pin 5", "pin [redacted: secret], pin [redacted: secret]"),
        ("password=x pin 1", "password=[redacted: secret] pin [redacted: secret]"),
        ("licence: none", "licence: none"),
    ],
)
def test_patterns_of_packs_count_besides_the_usual_ones(text: str, redacted: str) -> None:
    """The named group is replaced and says what it was; else the first."""
    assert OURS(text) == redacted


@given(st.text(st.sampled_from("licence=pin 12[redacted: ]\n"), max_size=80))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    """What was replaced is no secret any more."""
    assert OURS(OURS(text)) == OURS(text)


def test_off_changes_nothing() -> None:
    """Whoever insists has what was found."""
    assert Redactor((r"(x)",), off=True)("x password=y") == "x password=y"


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        (r"licence=(?P<licence>\S+)", ""),
        (r"licence=(\S+)", ""),
        (r"licence=\S+", "no group"),
        (r"(", "not a regular expression"),
        (r"(?<=x)(y)", "not a regular expression"),
        (r"(x*)", "empty text"),
        (r"(?P<a>x)(?P<b>y)", "several named groups"),
    ],
)
def test_a_pattern_is_looked_at_before_it_is_used(pattern: str, fault: str) -> None:
    """What is wrong is said; nothing where nothing is."""
    found, _ = pattern_fault(pattern)
    assert fault in found
    assert bool(found) == bool(fault)
