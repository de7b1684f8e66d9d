"""The order of Debian versions is dpkg's own."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.debian import DebianKey, debian_key, debian_parts

# Each line from the lowest to the highest; the order is that of `dpkg --compare-versions`, which was asked for each.
ORDERS = [
    "0~~ 0~~a 0~ 0 0a 0.0",
    "2.36~ 2.36~rc1-1 2.36 2.36-9+deb12u4 2.36-9+deb12u10 2.36-10 1:1.0",
    "1.0~beta1~svc 1.0~beta1 1.0 1.0-0.1 1.0-1 1.0-1+b1 1.0-1.1 1.0.1",
    "1.2.3-Z~ 1.2.3-a1 1.2.3+dfsg-1 1.2.3.1",
    "9 09.1 10 010.1 0:11 1:0",
    "1.0-rc1-1 1.0-rc1-2 1.0-rc2-1",
]
EQUAL = ["1.0 1.00", "1.0 0:1.0", "1.0 1.0-0", "0:1.0-0 1.00-00"]
WRONG = ["", " 1", "a1", "1 2", "1:", ":1", "1_2", "1-", "1--", "x:1", "1:2:3", "1.0-1_2", "1.0\n", "1é", "1" * 257]


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_known_versions(order: str) -> None:
    """Sorting any way round gives dpkg's order."""
    versions = order.split()
    assert sorted(Random(1).sample(versions, len(versions)), key=debian_key) == versions
    for lower, higher in pairwise(versions):
        assert debian_key(lower) < debian_key(higher) > debian_key(lower)
        assert debian_key(lower) <= debian_key(higher) >= debian_key(lower)
        assert debian_key(lower) != debian_key(higher)


@pytest.mark.parametrize("pair", EQUAL)
def test_versions_that_only_look_different(pair: str) -> None:
    """Leading zeros, an epoch of 0 and a revision of 0 make no other version."""
    left, right = map(debian_key, pair.split())
    assert left == right
    assert left <= right <= left
    assert not left < right


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_version(text: str) -> None:
    """A text that deb-version(7) does not allow is refused, quickly."""
    with pytest.raises(ValueError, match="is not the version of a Debian package"):
        debian_parts(text)


def test_a_key_equals_nothing_else() -> None:
    """Null is no version."""
    assert debian_key("1") != None  # noqa: E711 (the comparison itself is what is tested)
    assert isinstance(debian_key("1"), DebianKey)


versions = st.from_regex(r"\A(?:[0-3]:)?[0-9][A-Za-z0-9.+~]{0,6}(?:-[A-Za-z0-9.+~]{1,4})?\Z")


@given(versions, versions, versions)
def test_it_is_an_order(one: str, other: str, third: str) -> None:
    """Any two versions compare, one way, and the order is transitive; `~` behind a version lowers it."""
    left, right, last = map(debian_key, (one, other, third))
    assert (left < right) + (left == right) + (left > right) == 1
    assert not (left < right < last) or left < last
    if "-" in one:
        assert debian_key(one + "~") < left
