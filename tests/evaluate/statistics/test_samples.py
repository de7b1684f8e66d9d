"""Comparing samples: the laws, known values, and how often it errs over simulated runs."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hostproof.evaluate.statistics.effect import dominance, forecast, pairs_interval
from hostproof.evaluate.statistics.holm import holm
from hostproof.evaluate.statistics.library import rank_tail, rank_test
from hostproof.evaluate.statistics.noise import noise_band
from hostproof.evaluate.statistics.samples import ALPHA, can_tell, compare_samples

RUNS = st.lists(st.lists(st.integers(1, 10**6).map(float), min_size=1, max_size=6), min_size=1, max_size=6)
# Hollander and Wolfe, Nonparametric Statistical Methods, 1973, page 69: permeability constants; in R's `?wilcox.test`.
TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLY = [1.15, 0.88, 0.90, 0.74, 1.21]


def runs(random: Random, count: int, size: int = 20, *, times: float = 1.0) -> list[list[float]]:
    """Return runs of samples that vary within a run by 10%, and from run to run by 5%."""
    middles = [times * random.lognormvariate(0, 0.05) for _ in range(count)]
    return [[middle * random.lognormvariate(0, 0.1) for _ in range(size)] for middle in middles]


@pytest.mark.parametrize(
    ("before", "after", "p", "effect"),
    [
        (TERM, EARLY, 0.2544, -0.4),  # R: wilcox.test(TERM, EARLY): W = 35, p-value = 0.2544
        ([1, 2, 3], [4, 5, 6], 0.1, 1.0),  # 2 of 20 arrangements
        ([1, 2, 3, 4], [5, 6, 7, 8], 2 / 70, 1.0),
        ([1, 1, 1, 1], [2, 2, 2, 2], 2 / 70, 1.0),  # ties: all arrangements counted
        ([1, 1, 1], [1, 1, 1], 1.0, 0.0),
        ([1], [1, 2], 1.0, 0.5),
        ([0], [*range(1, 40)], 2 / 40, 1.0),
    ],
)
def test_rank_tests_are_those_of_the_books(
    before: Sequence[float], after: Sequence[float], p: float, effect: float
) -> None:
    """Probabilities and effects are what R, or counting by hand, comes to."""
    assert rank_test(before, after) == pytest.approx(p, abs=5e-5)
    assert dominance(before, after) == pytest.approx(effect)


@pytest.mark.parametrize(
    ("one", "two", "critical"),
    [(3, 3, -1), (4, 4, 0), (5, 5, 2), (6, 6, 5), (3, 5, 0), (8, 8, 13), (10, 10, 23), (20, 20, 127)],
)
def test_intervals_end_at_the_critical_values(one: int, two: int, critical: int) -> None:
    """The critical values of U at 5%, two-sided, are those of the usual tables."""
    assert rank_tail(one, two, 0.05) == critical
    assert rank_tail(two, one, 0.05) == critical


def test_a_forecast_is_students_t() -> None:
    """Chance and interval are those of SciPy's t test with equal variances."""
    from scipy.stats import ttest_ind

    theirs = ttest_ind(EARLY, TERM)
    p, low, high = forecast(TERM, EARLY, 0.05)
    assert p == pytest.approx(float(theirs.pvalue))
    assert (low, high) == pytest.approx(tuple(map(float, theirs.confidence_interval(0.95))))
    assert forecast([1, 1, 1], [1], 0.05)[0] == 1.0
    assert forecast([1, 1, 1], [2], 0.05)[0] == 0.0


def test_holm_is_that_of_r() -> None:
    """R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"), in any order."""
    assert holm([0.05, 0.01, 0.02, 0.03, 0.04]) == pytest.approx((0.09, 0.05, 0.08, 0.09, 0.09))
    assert holm([]) == ()


@given(RUNS, RUNS)
@settings(max_examples=40, deadline=None)
def test_swapping_sides_turns_the_sign(before: list[list[float]], after: list[list[float]]) -> None:
    """The other way round it is the inverse ratio, the negative effect, the same probability and the same word."""
    one, two = compare_samples(before, after), compare_samples(after, before)
    assert (one.p, one.effect) == pytest.approx((two.p, -two.effect))
    assert one.differs == two.differs
    assert (1 + one.shift) * (1 + two.shift) == pytest.approx(1)
    if isfinite(one.high) and isfinite(two.high):
        assert (1 + one.low) * (1 + two.high) == pytest.approx(1)


@given(RUNS)
@settings(max_examples=40, deadline=None)
def test_what_is_identical_never_differs(given_runs: list[list[float]]) -> None:
    """The same runs twice are no difference, whatever they are."""
    found = compare_samples(given_runs, given_runs)
    assert (found.shift, found.effect) == (0, 0)
    assert not found.differs
    assert found.low <= 0 <= found.high


@given(RUNS, RUNS, st.sampled_from([2.0**-20, 0.5, 8.0, 2.0**30]))
@settings(max_examples=40, deadline=None)
def test_units_do_not_matter(before: list[list[float]], after: list[list[float]], times: float) -> None:
    """Milliseconds or nanoseconds: shift, interval, probability and effect are the same."""
    one = compare_samples(before, after)
    two = compare_samples(*([[value * times for value in run] for run in side] for side in (before, after)))
    shared = ("shift", "low", "high", "p", "effect", "noise")
    assert [getattr(two, name) for name in shared] == pytest.approx([getattr(one, name) for name in shared])


@given(RUNS, RUNS, st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_runs_and_samples_does_not_matter(
    before: list[list[float]], after: list[list[float]], random: Random
) -> None:
    """The same runs in another order are the same comparison."""
    assume(len({value for run in before + after for value in run}) > 1)
    mixed = [random.sample(run, len(run)) for run in random.sample(before, len(before))]
    one, two = compare_samples(before, after), compare_samples(mixed, after)
    assert (one.p, one.shift, one.effect) == pytest.approx((two.p, two.shift, two.effect))
    assert one.differs == two.differs


@pytest.mark.parametrize(("count", "others"), [(4, 4), (6, 6), (8, 1)])
def test_chance_is_taken_for_a_difference_no_more_often_than_said(count: int, others: int) -> None:
    """Of 300 comparisons of runs that are alike, 5% differ, give or take three standard errors."""
    random = Random(20240607 + count * 100 + others)
    found = [compare_samples(runs(random, count, 9), runs(random, others, 9)).differs for _ in range(300)]
    assert None not in found
    assert sum(map(bool, found)) <= 300 * ALPHA + 3 * (300 * ALPHA * (1 - ALPHA)) ** 0.5


@pytest.mark.parametrize(("count", "others", "power"), [(4, 4, 0.7), (6, 6, 0.95), (8, 1, 0.6)])
def test_a_known_shift_is_found(count: int, others: int, power: float) -> None:
    """A quarter more, in runs that vary by 5%, is found nearly always, and is inside the interval."""
    random = Random(7)
    found = [compare_samples(runs(random, count, 9), runs(random, others, 9, times=1.25)) for _ in range(100)]
    assert sum(bool(one.differs) for one in found) / len(found) >= power
    assert sum(one.low <= 0.25 <= one.high for one in found) / len(found) >= 0.9


def test_samples_of_one_run_are_no_runs() -> None:
    """A thousand samples of one run each prove nothing of the machines, as a run may differ as a whole; three don't."""
    random = Random(3)
    one, two = runs(random, 1, 1000), runs(random, 1, 1000, times=1.5)
    assert compare_samples(one, two).differs is None
    assert compare_samples(one, two).p < 1e-100
    assert compare_samples(runs(random, 3, 500), runs(random, 3, 500, times=2)).differs is None
    assert compare_samples(one, one).differs is False
    assert compare_samples([[1.0, 2.0]], [[5.0, 6.0]]).differs is None


def test_noise_known_from_elsewhere_settles_single_runs() -> None:
    """A shift beyond the band is a difference, one within is none, in either direction."""
    random = Random(3)
    one, two = runs(random, 1, 200), runs(random, 1, 200, times=1.5)
    assert compare_samples(one, two, noise=0.2).differs is True
    assert compare_samples(two, one, noise=0.2).differs is True
    assert compare_samples(one, two, noise=1.0).differs is False
    assert compare_samples(two, one, noise=1.0).differs is False


def test_the_band_of_noise_is_that_of_one_more_run() -> None:
    """Of 600 baselines' bands, about 95% hold the next run; two runs know less than ten do."""
    random = Random(11)
    for count in (3, 10):
        held = 0
        for _ in range(300):
            *base, new = (random.lognormvariate(0, 0.05) for _ in range(count + 1))
            band = noise_band([[value] for value in base])
            assert band is not None
            middle = sorted(base)[count // 2]
            held += max(new / middle, middle / new) - 1 <= band
        assert held >= 300 * 0.92
    assert noise_band([[1.0]]) is None
    assert noise_band([[5.0], [5.0, 5.0]]) == 0
    assert noise_band([[0.0], [0.0], [-1.0], [1.0]]) is None


def test_bounds_are_honest_where_there_are_none() -> None:
    """Three runs each bound nothing; where the median before is 0 the shift is infinite."""
    found = compare_samples([[1.0]] * 3, [[2.0]] * 3)
    assert (found.low, found.high, found.differs) == (-1, inf, None)
    assert compare_samples([[0.0]] * 4, [[1.0]] * 4).shift == inf
    assert compare_samples([[1.0]] * 4, [[0.0]] * 4).shift == -1
    assert compare_samples([[-2.0]] * 4, [[-1.0]] * 4).shift == 0.5
    with pytest.raises(ValueError, match="both sides"):
        compare_samples([[]], [[1.0]])


def test_how_many_runs_can_tell() -> None:
    """Four and four, three and five, five and one; never three and three."""
    assert all(can_tell(*sizes) for sizes in ((4, 4), (3, 5), (5, 1), (2, 5), (2, 8)))
    assert not any(can_tell(*sizes) for sizes in ((3, 3), (1, 1), (4, 1), (2, 2), (3, 4)))


def test_intervals_of_pairs_hold() -> None:
    """By hand: of 16 differences, four runs each leave out none; the smallest and the largest are the ends."""
    assert pairs_interval([1, 2, 3, 4], [11, 12, 13, 14], 0.05) == (7, 13)
