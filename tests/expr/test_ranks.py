"""The intervals of quantiles keep what they promise: their coverage computed exactly, never drawn by lot."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.expr.functions.ranks import RISK, interval, needed, ranks, roughly
from hostproof.expr.functions.samples import SHARES, quantile

counts = st.integers(1, 80)
shares = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000)
risks = st.sampled_from([Fraction(1, 20), Fraction(1, 40), Fraction(1, 100)])


def chances(count: int, share: Fraction) -> list[Fraction]:
    """Return the binomial chances of 0 to `count` successes, exactly."""
    return [comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(count + 1)]


@given(counts, shares, risks)
def test_each_end_misses_in_half_of_the_risk_at_most(count: int, share: Fraction, risk: Fraction) -> None:
    """Of a continuous distribution: the exact chance that an end is on the wrong side, and that none is tighter."""
    low, high = ranks(count, float(share), float(risk))
    chance = chances(count, share)
    too_high, too_low = sum(chance[:low]), sum(chance[high:])
    assert too_high <= risk / 2 + Fraction(1, 10**12) >= too_low
    assert sum(chance[: low + 1]) > risk / 2 - Fraction(1, 10**12) < sum(chance[high - 1 :])
    assert 0 <= low <= high <= count + 1


@given(st.integers(1, 60), st.fractions(0, 1, max_denominator=50), st.sampled_from(list(SHARES.values())))
def test_values_that_repeat_only_make_it_safer(count: int, zeros: Fraction, share: float) -> None:
    """Of a distribution of two values: every sample there can be, weighed by its chance, covers the quantile."""
    true = 0 if zeros >= Fraction(share) else 1
    covered = Fraction(0)
    for below, chance in enumerate(chances(count, zeros)):
        found = interval([0] * below + [1] * (count - below), share)
        covered += chance * (found.low <= true <= found.high)
    assert covered >= 1 - Fraction(RISK) - Fraction(1, 10**12)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=80), st.sampled_from(list(SHARES.values())))
def test_the_measured_quantile_lies_inside(samples: list[int | float], share: float) -> None:
    """The value that is shown beside an interval is never outside of it."""
    found = interval(samples, share)
    assert found.low <= quantile(samples, share) <= found.high


@pytest.mark.parametrize(
    ("count", "share", "wanted"),
    [
        # Exact: the smallest n with share**n <= 2.5%, and the tables of the binomial.
        (5, 0.5, (0, 6)),
        (6, 0.5, (1, 6)),
        (10, 0.5, (2, 9)),
        (100, 0.5, (40, 61)),
        (71, 0.95, (63, 72)),
        (72, 0.95, (64, 72)),
        (367, 0.99, (359, 368)),
        (368, 0.99, (360, 368)),
        (3_687, 0.999, (3679, 3688)),
        (3_688, 0.999, (3680, 3688)),
        (9, 0.0, (0, 1)),
        (9, 1.0, (9, 10)),
    ],
)
def test_ranks_of_known_cases(count: int, share: float, wanted: tuple[int, int]) -> None:
    """Five samples don't bound a median, six do; a p99 takes 368 for an upper bound."""
    assert ranks(count, share) == wanted


def test_large_samples_do_not_underflow() -> None:
    """A million samples are as exact as ten: the ends lie where the normal approximation says, within one rank."""
    count, share, z = 1_000_000, 0.99, 1.959964
    spread = z * (count * share * (1 - share)) ** 0.5
    low, high = ranks(count, share)
    assert abs(low - (count * share - spread)) < 2 > abs(high - (count * share + spread))


@given(st.sampled_from(list(SHARES.values())), st.integers(1, 400), st.data())
def test_as_many_samples_as_are_told_settle_it(share: float, count: int, data: st.DataObject) -> None:
    """What is open would be settled by twice as many samples as are told, give or take one, and not by half as many."""
    below = data.draw(st.integers(0, count))
    part, wanted = below / count, needed(share, below, count)
    if wanted is None or settled(share, part, count)[1] or abs(part - share) < 0.5 / count or wanted > 100_000:
        return
    wanted = max(wanted, count + 1)
    assert any(settled(share, part, 2 * wanted))
    assert not all(settled(share, part, wanted // 2))


def settled(share: float, part: float, count: int) -> list[bool]:
    """Say whether a threshold with `part` of the samples below it, one less or one more, is outside of the interval."""
    low, high = ranks(count, share)
    below = (round(part * count) + more for more in (-1, 0, 1))
    return [number >= high if part > share else number < low for number in below]


def test_what_no_number_of_samples_settles() -> None:
    """A least value has no lower bound, however many samples there are."""
    assert needed(0.0, 0, 10) is None
    assert needed(1.0, 10, 10) is None


@given(st.floats(1, 1e15))
def test_a_rough_number_is_never_less(number: float) -> None:
    """Rounding to two digits goes up, by a tenth at most."""
    assert number <= roughly(number) <= number * 1.1 + 1
    assert len(str(roughly(number)).rstrip("0")) <= 2
