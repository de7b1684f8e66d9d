"""Functions over samples: quantiles and what else describes repeated measurements.

A quantile is the nearest rank (inverse of the empirical distribution, definition 1 of Hyndman and Fan, 1996): always a
value that was measured. The median of an even number is the mean of the middle two. `stddev` divides by n - 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import merge

from hostproof.expr.arithmetic import Number, bounded, divide_whole, whole
from hostproof.expr.functions.row import Constants, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.samples import ranked
from hostproof.facts.unknown import Cause

# The quantiles with a share of their own.
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999, "median": 0.5}


def quantile(samples: list[Number], share: Number) -> Number:
    """Return the smallest sample that at least `share` of all do not exceed; 0 is the smallest, 1 the largest."""
    if not 0 <= share <= 1:
        raise UndecidedError(Cause.ARITHMETIC, "a share is from 0% to 100%")
    in_order = ranked(_some(samples))
    # Shares such as 0.99 have no exact float: 0.99 * 100 must be rank 99, not 100.
    rank = math.ceil(round(share * len(in_order), 9))
    return in_order[max(rank, 1) - 1]


def _at(share: float) -> Callable[[list[Number]], Number]:
    return lambda samples: quantile(samples, share)


def mean(samples: list[Number]) -> Number:
    """Return the arithmetic mean."""
    return bounded(math.fsum(_some(samples)) / len(samples))


def mean_whole(samples: list[Number]) -> Number:
    """Return the arithmetic mean as a whole number."""
    return divide_whole(sum(_some(samples)), len(samples))


def median(samples: list[Number]) -> Number:
    """Return the middle sample, or the mean of the middle two."""
    return mean(_middle(ranked(_some(samples))))


def median_whole(samples: list[Number]) -> Number:
    """Return the middle sample, or the mean of the middle two, as a whole number."""
    return mean_whole(_middle(ranked(_some(samples))))


def _middle(in_order: list[Number]) -> list[Number]:
    half = len(in_order) // 2
    return in_order[half : half + 1] if len(in_order) % 2 else in_order[half - 1 : half + 1]


def _some(samples: list[Number]) -> list[Number]:
    if not samples:
        raise UndecidedError(Cause.INCONCLUSIVE, "there are no samples")
    return samples


def stddev(samples: list[Number]) -> Number:
    """Return the standard deviation of the population the samples come from."""
    if len(samples) < 2:
        raise UndecidedError(Cause.INCONCLUSIVE, "a standard deviation takes two samples at least")
    centre = math.fsum(samples) / len(samples)
    return bounded(math.sqrt(math.fsum((sample - centre) ** 2 for sample in samples) / (len(samples) - 1)))


def stddev_whole(samples: list[Number]) -> Number:
    """Return the standard deviation as a whole number."""
    return whole(stddev(samples))


def mad(samples: list[Number]) -> Number:
    """Return the median of the distances from the median."""
    centre, in_order = median(samples), ranked(samples)
    half = len(in_order) // 2
    # Away from the centre the distances only grow, on both sides: merging them is all the sorting there is to do.
    sides = (centre - sample for sample in reversed(in_order[:half])), (sample - centre for sample in in_order[half:])
    return mean(_middle([*merge(*sides)]))


def mad_whole(samples: list[Number]) -> Number:
    """Return the median of the distances from the median as a whole number."""
    return whole(mad(samples))


def _forms(exact: Callable[[list[Number]], Number], rounded: Callable[[list[Number]], Number]) -> tuple[Form, ...]:
    """Return the forms of a function whose result is of the samples' type, but a float for numbers."""
    fractional = [Form((f"samples<{kind}>",), kind, exact) for kind in ("float", "ratio", "rate")]
    return (*fractional, *(Form((f"samples<{kind}>",), kind, rounded) for kind in ("duration", "bytes")))


def _bad_share(arguments: Constants) -> tuple[int, str] | None:
    share = arguments[1]
    return (1, "a share is from 0% to 100%") if isinstance(share, (int, float)) and not 0 <= share <= 1 else None


def _percentile(name: str, shown: str) -> Function:
    share = SHARES[name]
    return Function(
        name,
        (Form(("samples<Q>",), "Q", _at(share)),),
        f"The smallest sample that {shown} of all samples do not exceed.",
        (f"{name}([1ms, 2ms, 3ms])", "2ms" if share == 0.5 else "3ms"),
    )


ROWS: tuple[Function, ...] = (
    _percentile("p50", "50%"),
    _percentile("p90", "90%"),
    _percentile("p95", "95%"),
    _percentile("p99", "99%"),
    _percentile("p999", "99.9%"),
    Function(
        "quantile",
        (Form(("samples<Q>", "ratio"), "Q", quantile),),
        "The smallest sample that the given share of all samples do not exceed.",
        ("quantile([1ms, 2ms, 3ms, 4ms], 75%)", "3ms"),
        _bad_share,
    ),
    Function("mean", _forms(mean, mean_whole), "The arithmetic mean.", ("mean([1, 2])", "1.5")),
    Function(
        "median",
        _forms(median, median_whole),
        "The middle sample, or the mean of the middle two.",
        ("median([1ms, 2ms, 9ms])", "2ms"),
    ),
    Function(
        "stddev",
        _forms(stddev, stddev_whole),
        "The standard deviation, estimated with n - 1.",
        ("stddev([2, 4, 4, 6])", "1.63299"),
    ),
    Function(
        "mad",
        _forms(mad, mad_whole),
        "The median of the distances from the median.",
        ("mad([1, 2, 3, 4, 100])", "1"),
    ),
)
