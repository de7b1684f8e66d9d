"""Two sets of samples compared: runs before and runs after in, whether they differ, by how much and how surely out.

Samples of one run share what else differs from run to run (the processor it was put on, memory, the neighbours), so
with several runs the medians of runs are what is compared, never all samples in one pot: S. H. Hurlbert,
"Pseudoreplication and the design of ecological field experiments", Ecological Monographs 54 (1984); T. Kalibera and
R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013. What can be said depends on how many runs there are:

- as many that ranks can tell (4 and 4, 3 and 5): the Mann-Whitney test of the medians of runs, which is exact;
- 5 or more runs on one side and 1 or 2 on the other (a baseline and a run): whether they are beyond what the many
  forecast, which takes medians to be log-normal;
- one run on a side, and the band of noise known from elsewhere: whether the samples differ, and beyond the band;
- anything less: that nothing was found if the samples of two single runs agree, else nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import comb
from statistics import median

from hostproof.evaluate.difference.model import SampleTest
from hostproof.evaluate.statistics.effect import (
    ANYTHING,
    Scale,
    dominance,
    forecast,
    pairs_interval,
    samples_interval,
    scale_of,
)
from hostproof.evaluate.statistics.library import rank_test
from hostproof.evaluate.statistics.noise import noise_band
from hostproof.source.records import record

ALPHA = 0.05  # probability at which chance is ruled out; intervals have 95%
# |delta| below 0.147 is negligible, below 0.33 small, below 0.474 medium: J. Romano, J. D. Kromrey, J. Coraggio and
# J. Skowronek, "Appropriate statistics for ordinal level data", Florida Association of Institutional Research, 2006.
LEAST_EFFECT = 0.147
LEAST_REPEATS = 5  # runs on one side that may forecast one or two on the other; ours


@record
class _Finding:
    """A test's probability, the interval of the distance, and what it may say: None if too little for either word."""

    p: float
    bounds: tuple[float, float]
    differs: bool | None


def compare_samples(
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    *,
    noise: float | None = None,
    alpha: float = ALPHA,
    least_effect: float = LEAST_EFFECT,
) -> SampleTest:
    """Compare the samples of some runs with those of others; numbers in any unit, runs without samples don't count.

    `noise` is the band that a shift must be beyond, from `noise_band` of repeated baselines; where it is None and one
    side repeats and the other does not, it is taken from that side. Medians are those of the medians of runs. The shift
    is infinite where the median before is 0, and an end of its interval where nothing bounds it. Swapping sides gives
    the inverse ratio, the negative effect and the same p. Raises ValueError for a side without samples, ProblemError
    without SciPy.
    """
    runs, others = [run for run in before if run], [run for run in after if run]
    if not runs or not others:
        raise ValueError("there are samples on both sides of a comparison")
    every, all_others = [*chain(*runs)], [*chain(*others)]
    one, two = [float(median(run)) for run in runs], [float(median(run)) for run in others]
    scale = scale_of(one, two)
    found = _finding(runs, others, scale, noise, alpha)
    middles = median(one), median(two)
    distance = scale.of(middles[1]) - scale.of(middles[0])
    effect, band = dominance(every, all_others), _band(one, two, noise)
    beyond = abs(effect) >= least_effect and (band is None or not scale.within(distance, band))
    return SampleTest(
        *(len(every), len(all_others), *middles, scale.shift(*middles)),
        scale.shown(min(found.bounds[0], distance)),
        scale.shown(max(found.bounds[1], distance)),
        *(found.p, effect, band, found.differs and beyond),
    )


def can_tell(before: int, after: int, alpha: float = ALPHA) -> bool:
    """Say whether so many runs on each side can differ beyond chance at all, whatever they measure."""
    return _ranks_tell(before, after, alpha) or _forecasts(before, after)


def least_chance(before: int, after: int) -> float:
    """Return the least two-sided probability that a rank test of so many runs can come to.

    >>> least_chance(3, 3), least_chance(4, 4)
    (0.1, 0.02857142857142857)
    """
    return min(2 / comb(before + after, before), 1.0)


def _ranks_tell(before: int, after: int, alpha: float) -> bool:
    return min(before, after) > 1 and least_chance(before, after) <= alpha


def _forecasts(before: int, after: int) -> bool:
    return min(before, after) <= 2 and max(before, after) >= LEAST_REPEATS


def _band(one: Sequence[float], two: Sequence[float], noise: float | None) -> float | None:
    """Return the band that was given, or that the side shows which repeats beside one that doesn't."""
    if noise is not None or min(len(one), len(two)) > 1:
        return noise
    return noise_band([[value] for value in max(one, two, key=len)])


def _finding(
    runs: Sequence[Sequence[float]], others: Sequence[Sequence[float]], scale: Scale, noise: float | None, alpha: float
) -> _Finding:
    sizes = len(runs), len(others)
    one, two = [float(median(run)) for run in runs], [float(median(run)) for run in others]
    places, other_places = [*map(scale.of, one)], [*map(scale.of, two)]
    if not _ranks_tell(*sizes, alpha) and _forecasts(*sizes):
        p, low, high = forecast(places, other_places, alpha)
        return _Finding(p, (low, high), p <= alpha)
    if min(sizes) > 1:
        p = rank_test(one, two)
        return _Finding(
            p, pairs_interval(places, other_places, alpha), p <= alpha if _ranks_tell(*sizes, alpha) else None
        )
    return _of_single_runs([*chain(*runs)], [*chain(*others)], scale, noise, alpha)


def _of_single_runs(
    before: Sequence[float], after: Sequence[float], scale: Scale, noise: float | None, alpha: float
) -> _Finding:
    """Compare samples as such: that they differ says nothing of the machines unless the band of noise is known."""
    p = rank_test(before, after)
    whole = min(*before, *after) > 0 or not scale.logarithmic
    bounds = samples_interval(before, after, scale.of, alpha) if whole else ANYTHING
    if least_chance(len(before), len(after)) > alpha:
        return _Finding(p, bounds, None)
    return _Finding(p, bounds, False if p > alpha else None if noise is None else True)
