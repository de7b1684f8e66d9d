"""What is asked of SciPy, which is the extra `stats`: plain numbers in, plain numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import comb

from hostproof.source.problems import Problem, ProblemError

MOST_ARRANGEMENTS = 20_000  # that are counted one by one where values repeat: 8 and 8 runs have 12,870


def require_library() -> None:
    """Refuse to go on without SciPy. Raises ProblemError with HP-E517."""
    if find_spec("scipy") is None:
        message = "comparing samples takes SciPy, which is not installed"
        raise ProblemError((Problem("HP-E517", message, hint="pip install 'hostproof[stats]'"),))


def rank_test(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided probability of the Mann-Whitney U test, from 0 to 1.

    H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than the
    other", Annals of Mathematical Statistics 18 (1947). Exact while one side has eight values at most and none repeats;
    where values repeat all arrangements are counted if they are few; else normal, with corrections for ties and
    continuity, as R's `wilcox.test` has it. Raises ProblemError without SciPy.
    """
    require_library()
    from scipy.stats import PermutationMethod, mannwhitneyu

    every = [*before, *after]
    if len(set(every)) == 1:
        return 1.0
    if min(len(before), len(after)) == 1:
        return _of_one(every, min(before, after, key=len)[0])
    arrangements = comb(len(every), len(before))
    if len(set(every)) < len(every) and arrangements <= MOST_ARRANGEMENTS:
        method = PermutationMethod(n_resamples=MOST_ARRANGEMENTS, batch=MOST_ARRANGEMENTS)
        return float(mannwhitneyu(before, after, method=method).pvalue)
    return float(mannwhitneyu(before, after, method="auto").pvalue)


def _of_one(every: Sequence[float], one: float) -> float:
    """Return the probability that one of these, taken at random, lies as far out as this one."""
    tail = min(sum(value <= one for value in every), sum(value >= one for value in every))
    return min(2 * tail / len(every), 1.0)


@lru_cache(maxsize=256)
def rank_tail(before: int, after: int, risk: float) -> int:
    """Return how many of the smallest differences of pairs an interval of that risk leaves out, at each end.

    So many that U is below it with at most half of the risk (E. L. Lehmann, Nonparametrics, 1975, section 2.6); 0: even
    the smallest and the largest difference bound it; -1: nothing does. Raises ProblemError without SciPy.
    """
    require_library()
    from scipy.stats import norm

    if min(before, after) > 50:
        spread = (before * after * (before + after + 1) / 12) ** 0.5
        return int(before * after / 2 + float(norm.ppf(risk / 2)) * spread - 0.5)
    left, chances = risk / 2 * comb(before + after, before), _arrangements(before, after)
    count = -1
    while left >= chances[count + 1]:
        left -= chances[count + 1]
        count += 1
    return count


def _arrangements(before: int, after: int) -> list[int]:
    """Return in how many arrangements U is 0, 1, 2...: the coefficients of the Gaussian binomial (Mann and Whitney)."""
    counts = [1] + [0] * (before * after)
    for k in range(1, before + 1):
        for u in range(before * after, after + k - 1, -1):
            counts[u] -= counts[u - after - k]
        for u in range(k, before * after + 1):
            counts[u] += counts[u - k]
    return counts


def t_quantile(share: float, freedom: int) -> float:
    """Return the quantile of Student's t. Raises ProblemError without SciPy."""
    require_library()
    from scipy.stats import t

    return float(t.ppf(share, freedom))


def t_test(distance: float, freedom: int) -> float:
    """Return the two-sided probability that Student's t is as far from 0. Raises ProblemError without SciPy."""
    require_library()
    from scipy.stats import t

    return float(2 * t.sf(abs(distance), freedom))
