"""The order of versions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.versions import version_key

ORDERED = [
    ["", "rolling", "go", "unknown"],
    ["2.6.32-754.el6.x86_64"],
    ["4.18.0-553.el8_10.x86_64"],
    ["6.1~exp1"],
    ["6.1.0-rc3", "6.1-rc3", "6.1.0-0.rc3"],
    ["6.1.0-0.rc3.fc38"],
    ["6.1.0-rc10"],
    ["6.1", "6.1.0", "v6.1", "6.1.0+", "6.1+rpt-rpi-v8"],
    ["6.1.0-9-amd64"],
    ["6.1.0-18-amd64"],
    ["6.1.0-preempt"],
    ["6.1.1"],
    ["6.6.87.2-microsoft-standard-WSL2"],
    ["6.18.44-fc-v657"],
    ["6.18.44-fc-v1000"],
    ["6.100"],
]
SEMVER = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
]
GO = [
    "go1.9.7",
    "go1.20rc1",
    "go1.20",
    "go1.20.1",
    "go1.21",
    "go1.21rc1",
    "go1.21rc2",
    "go1.21.0",
    "go1.22.3",
    "go1.25",
    "go1.25rc1",
]
TEXTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"(go|v)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}([-.~+]?(rc|a|fc|amd)?[0-9]{0,2}){0,2}", fullmatch=True),
)


@pytest.mark.parametrize("alike", ORDERED, ids=lambda alike: alike[-1])
def test_spellings_of_one_version_are_equal(alike: list[str]) -> None:
    """Prefixes, trailing zeros and build metadata don't count."""
    if alike[0]:
        assert len({version_key(text) for text in alike}) == 1
    else:
        assert max(map(version_key, alike)) < version_key("0")


@pytest.mark.parametrize("chain", [[alike[0] for alike in ORDERED], SEMVER, GO], ids=["kernel", "semver", "go"])
def test_chains_ascend(chain: list[str]) -> None:
    """Kernel releases, the example of semver.org (item 11) and Go's own order ascend."""
    for lower, higher in pairwise(chain):
        assert version_key(lower) < version_key(higher), (lower, higher)


def test_a_go_toolchains_own_suffix_does_not_count() -> None:
    """`go1.21.0-bigcorp` is `go1.21.0`, as go/version has it; so is a development build its version."""
    assert version_key("go1.21.0-bigcorp") == version_key("go1.21.0 X:nodwarf5") == version_key("1.21")


@given(TEXTS, TEXTS, TEXTS)
def test_the_order_is_total_and_transitive(a: str, b: str, c: str) -> None:
    """Any two texts compare, and three of them never form a circle."""
    x, y, z = version_key(a), version_key(b), version_key(c)
    assert (x < y) + (x == y) + (x > y) == 1
    if x <= y and y <= z:
        assert x <= z


@given(
    st.lists(st.integers(0, 99), min_size=1, max_size=4),
    st.sampled_from(["rc", "alpha", "beta", "pre", "dev"]),
    st.integers(0, 20),
)
def test_a_pre_release_is_below_its_release_and_above_the_one_before(numbers: list[int], word: str, n: int) -> None:
    """For every version v: v-rcN < v < v-N."""
    version = ".".join(map(str, numbers))
    assert version_key(f"{version}-{word}{n}") < version_key(version) < version_key(f"{version}-{n}")
    before = version_key(".".join(map(str, [*numbers[:-1], numbers[-1] - 1])))
    if numbers[-1]:
        assert before < version_key(f"{version}-{word}{n}")


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    """No text is refused, however strange."""
    assert isinstance(version_key(text), tuple)
