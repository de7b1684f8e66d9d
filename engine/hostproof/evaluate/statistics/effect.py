"""How large a difference is: two sets of numbers in, an effect, a shift and its interval out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from math import exp, expm1, inf, isfinite, log
from statistics import fmean, median, variance

from hostproof.evaluate.statistics.library import rank_tail, t_quantile, t_test
from hostproof.expr.functions.ranks import interval
from hostproof.source.records import record

ANYTHING = (-inf, inf)


def dominance(before: Sequence[float], after: Sequence[float]) -> float:
    """Return Cliff's delta: the share of pairs in which after is larger, less that in which before is.

    N. Cliff, "Dominance statistics: ordinal analyses to answer ordinal questions", Psychological Bulletin 114 (1993).

    >>> dominance([1, 2, 3], [2, 3, 4])
    0.5555555555555556
    """
    ranked = sorted(before)
    sum_ = sum(bisect_left(ranked, value) + bisect_right(ranked, value) - len(ranked) for value in after)
    return sum_ / (len(before) * len(after))


@record
class Scale:
    """How distances are taken: on logarithms where all is positive (then they are ratios), else as they are.

    A distance `d` is the shift `shown(d)`; `unit` is what a distance of 1 is a shift of where there are no logarithms.
    """

    logarithmic: bool
    unit: float = 1.0

    def of(self, value: float) -> float:
        """Return the place of a value."""
        return log(value) if self.logarithmic else value

    def shown(self, distance: float) -> float:
        """Return a distance as a shift: 0.1 is a tenth more; infinite where the median before is 0."""
        if self.logarithmic:
            return expm1(distance) if distance < 700 else inf
        return distance / self.unit if self.unit else (0.0 if distance == 0 else inf if distance > 0 else -inf)

    def shift(self, before: float, after: float) -> float:
        """Return the shift between two values: what `shown` makes of their distance, without its rounding."""
        return after / before - 1 if self.logarithmic else self.shown(after - before)

    def within(self, distance: float, noise: float) -> bool:
        """Say whether a distance is within a band of shifts; the band is as wide in either direction."""
        if self.logarithmic:
            return exp(min(abs(distance), 700)) - 1 <= noise
        return abs(self.shown(distance)) <= noise


def scale_of(before: Sequence[float], after: Sequence[float]) -> Scale:
    """Return the scale on which two sets of medians are compared."""
    if min(*before, *after) > 0:
        return Scale(logarithmic=True)
    return Scale(logarithmic=False, unit=abs(median(before)))


def pairs_interval(before: Sequence[float], after: Sequence[float], risk: float) -> tuple[float, float]:
    """Return the interval of the distance between two sets of places that the rank test does not exclude.

    J. L. Hodges and E. L. Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics 34
    (1963). Exact, and of no distribution in particular. Infinite where there are too few. Raises ProblemError without
    SciPy.
    """
    tail = rank_tail(len(before), len(after), risk)
    if tail < 0:
        return ANYTHING
    distances = sorted(there - here for here in before for there in after)
    return distances[tail], distances[-1 - tail]


def samples_interval(
    before: Sequence[float], after: Sequence[float], of: Callable[[float], float], risk: float
) -> tuple[float, float]:
    """Return the interval of the distance between two medians, from order statistics of each side (`expr.ranks`).

    Both sides' intervals hold at once with the square root of the confidence each, as the sides are independent.
    """
    each = 1 - (1 - risk) ** 0.5
    here, there = interval([*before], 0.5, each), interval([*after], 0.5, each)
    return _apart(there.low, here.high, of), _apart(there.high, here.low, of)


def _apart(there: float, here: float, of: Callable[[float], float]) -> float:
    if not isfinite(there) or not isfinite(here):
        return there - here
    return of(there) - of(here)


def forecast(before: Sequence[float], after: Sequence[float], risk: float) -> tuple[float, float, float]:
    """Return the probability of a distance between two sets of places, and its interval, by Student's t.

    With one run on a side it is the prediction interval of one more run (G. J. Hahn and W. Q. Meeker, Statistical
    Intervals, 1991, section 4.7), which takes runs to be normal on the scale. Raises ProblemError without SciPy.
    """
    freedom = len(before) + len(after) - 2
    squares = sum((len(side) - 1) * variance(side) for side in (before, after) if len(side) > 1)
    error = (squares / freedom * (1 / len(before) + 1 / len(after))) ** 0.5
    distance = fmean(after) - fmean(before)
    reach = t_quantile(1 - risk / 2, freedom) * error
    chance = t_test(distance / error, freedom) if error else (1.0 if distance == 0 else 0.0)
    return chance, distance - reach, distance + reach
