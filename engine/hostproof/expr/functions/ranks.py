"""Which samples bound a quantile: how many there are, the share and the risk in, the ranks of two of them out.

Of n samples the number that do not exceed the quantile at the share p is binomial, whatever the samples are distributed
like; so the l-th smallest lies above it with probability P(B < l) at most and the u-th smallest below it with P(B >= u)
at most, B being binomial(n, p) (H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., Wiley 2003, chapter 7).
The ranks are the closest ones at which each of the two is at most half of the risk. Where values repeat, or jump,
the interval is only safer. It asks one thing of the samples: to be independent of each other.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, takewhile
from math import ceil, floor, inf, isfinite, log, log10

from hostproof.expr.arithmetic import Number
from hostproof.facts.samples import ranked
from hostproof.source.records import record

RISK = 0.05  # of an interval that misses the quantile: 95% intervals
_NEGLIGIBLE = 1e-30  # of the most probable count


@record
class Interval:
    """The quantile is at least `low` and at most `high`, but for the risk; infinite where nothing bounds it."""

    low: Number
    high: Number


def interval(samples: list[Number], share: float, risk: float = RISK) -> Interval:
    """Return the interval of the quantile at `share`: two of the samples, or none where they are too few.

    >>> interval([*range(1, 101)], 0.5), interval([*range(1, 101)], 0.99)
    (Interval(low=40, high=61), Interval(low=97, high=inf))
    """
    low, high = ranks(len(samples), share, risk)
    in_order = ranked(samples)
    return Interval(in_order[low - 1] if low else -inf, in_order[high - 1] if high <= len(samples) else inf)


@lru_cache(maxsize=1024)
def ranks(count: int, share: float, risk: float = RISK) -> tuple[int, int]:
    """Return the ranks from 1 of the samples that bound a quantile: 0, and `count` + 1, stand for no bound.

    >>> ranks(1000, 0.99), ranks(50, 0.99), ranks(367, 0.99)[1], ranks(368, 0.99)[1]
    ((983, 997), (48, 51), 368, 368)
    """
    first, chances = _binomial(count, share)
    below = sum(1 for _ in takewhile(lambda sum_: sum_ <= risk / 2, accumulate(chances)))
    above = sum(1 for _ in takewhile(lambda sum_: sum_ <= risk / 2, accumulate(reversed(chances))))
    return first + below, first + len(chances) - above


def _binomial(count: int, share: float) -> tuple[int, list[float]]:
    """Return the chances of `first`, `first` + 1... successes of `count`, as far as they aren't negligible.

    They are computed from the most probable number outwards, each from its neighbour, so that nothing underflows.
    """
    if share in {0, 1}:
        return (count if share else 0), [1.0]
    odds = share / (1 - share)
    mode = min(int((count + 1) * share), count)
    up, down, chance = [1.0], list[float](), 1.0
    for k in range(mode, count):
        chance *= (count - k) / (k + 1) * odds
        if chance < _NEGLIGIBLE:
            break
        up.append(chance)
    chance = 1.0
    for k in range(mode, 0, -1):
        chance *= k / (count - k + 1) / odds
        if chance < _NEGLIGIBLE:
            break
        down.append(chance)
    whole = sum(reversed(up)) + sum(reversed(down))
    return mode - len(down), [chance / whole for chance in (*reversed(down), *up)]


def needed(share: float, below: int, count: int, risk: float = RISK) -> int | None:
    """Return about how many samples settle whether a quantile lies below a threshold; None if no number would.

    `below` of the `count` samples at hand lie there. If that part stays what it is, n samples put n * part there, and
    the interval ends at rank n * share + z * sqrt(n * share * (1 - share)), by the normal approximation of the
    binomial; both meet at n = z**2 * share * (1 - share) / (part - share)**2. As many settle it in about half of all
    cases. The samples can't tell part and share apart by less than half a sample, so their distance counts as that much
    at least. Where all samples lie on one side, the least n that bounds the quantile there is exact: share**n <=
    risk / 2.

    >>> needed(0.99, 50, 50), needed(0.99, 995, 1000), needed(0.5, 60, 100), needed(0.5, 50, 100), needed(0.0, 0, 9)
    (368, 1522, 97, 38415, None)
    """
    if below in {0, count}:
        chance = share if below else 1 - share
        found = inf if chance == 1 else log(risk / 2) / log(chance) if chance else 1.0
    else:
        z, apart = _deviations(risk / 2), max(abs(below / count - share), 0.5 / count)
        found = z * z * share * (1 - share) / apart**2
    return ceil(found) if isfinite(found) else None


def _deviations(tail: float) -> float:
    """Return how many standard deviations above the mean a normal variable lies with the chance `tail`."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(1 - tail)


def roughly(number: float) -> int:
    """Return a number rounded up to two digits.

    >>> roughly(2634), roughly(368), roughly(7), roughly(1.2)
    (2700, 370, 7, 2)
    """
    unit = int(10 ** max(floor(log10(number)) - 1, 0)) if number >= 1 else 1
    return ceil(number / unit) * unit
