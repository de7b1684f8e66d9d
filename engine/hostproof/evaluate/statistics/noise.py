"""Noise: repeated baselines in, the band out within which one more of them is expected."""

from __future__ import annotations

from collections.abc import Sequence
from math import expm1, log, sqrt
from statistics import median, stdev

from hostproof.evaluate.statistics.library import t_quantile

CONFIDENCE = 0.95


def noise_band(runs: Sequence[Sequence[float]]) -> float | None:
    """Return by what share the median of one more run may differ from these, as a band of `SampleTest.shift`.

    0.05 stands for 1.05 times as much, or that many times less. It is the 95% prediction interval of one more run, with
    medians taken to be log-normal (G. J. Hahn and W. Q. Meeker, Statistical Intervals, 1991, section 4.7), and at least
    as wide as what the runs themselves differ by. Where medians are 0 or negative, differences are taken instead, by
    the size of their median. None with fewer than two runs, and where there is nothing to take a share of. Raises
    ProblemError without SciPy.
    """
    medians = [float(median(run)) for run in runs if run]
    if len(medians) < 2:
        return None
    if len(set(medians)) == 1:
        return 0.0
    if min(medians) > 0:
        return expm1(min(_reach([log(value) for value in medians]), 700.0))
    unit = abs(median(medians))
    return _reach(medians) / unit if unit else None


def _reach(places: Sequence[float]) -> float:
    count = len(places)
    predicted = t_quantile((1 + CONFIDENCE) / 2, count - 1) * stdev(places) * sqrt(1 + 1 / count)
    return max(predicted, max(places) - min(places))
