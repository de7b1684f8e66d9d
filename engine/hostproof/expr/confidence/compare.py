"""Comparisons of quantiles under `decide: confident`: true or false where the intervals are, else Unknown.

A comparison of k quantiles takes intervals of risk 5% / k (Bonferroni), so that each comparison by itself is wrong in
5% of all cases at most.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import isfinite

from hostproof.expr import model
from hostproof.expr.arithmetic import Number
from hostproof.expr.comparing import FLIPPED, manner
from hostproof.expr.confidence.estimates import Estimate, Measured, estimate
from hostproof.expr.confidence.quantiles import quantiles
from hostproof.expr.functions.ranks import RISK, needed, roughly
from hostproof.expr.kleene import Result
from hostproof.expr.model import Node
from hostproof.expr.walk import Frame, Walk, fact_of
from hostproof.facts.samples import ranked
from hostproof.facts.units import format_ratio, format_value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

_HOPELESS = "no number of samples would"


def links(walk: Walk, node: model.ConfidentComparison, frame: Frame) -> Iterator[Result]:
    """Yield whether each link of a chain holds for sure; each operand is evaluated once."""
    risk = RISK / max(sum(1 for operand in model.below(node) for _ in quantiles(operand)), 1)
    left, one = node.first, estimate(walk, node.first, frame, risk)
    for sign, right in node.rest:
        other = estimate(walk, right, frame, risk)
        if isinstance(one, Estimate) and isinstance(other, Estimate):
            decided = _decided(sign, one, other)
            yield _Open(left, sign, right).unknown(one, other, frame) if decided is None else decided
        else:
            blamed = left if fact_of(left, frame) else right
            yield walk.compared(blamed, sign, (_value(one), _value(other)), manner(left.type, right.type), frame)
        left, one = right, other


def _value(found: Estimate | Result) -> Result:
    return found.value if isinstance(found, Estimate) else found


def _decided(sign: str, one: Estimate, other: Estimate) -> bool | None:
    """Say whether a sign holds between all values that two estimates may have; None if between some only."""
    if sign in {">", ">="}:
        return _decided(FLIPPED[sign], other, one)
    if sign == "!=":
        equal = _decided("==", one, other)
        return None if equal is None else not equal
    (one_low, one_high), (low, high) = one.bounds, other.bounds
    if sign == "==":
        same = one_low == one_high == low == high
        return True if same else False if one_high < low or high < one_low else None
    if sign == "<":
        return True if one_high < low else False if one_low >= high else None
    return True if one_high <= low else False if one_low > high else None


@record
class _Open:
    """A link that the samples leave open."""

    left: Node
    sign: str
    right: Node

    def unknown(self, one: Estimate, other: Estimate, frame: Frame) -> Unknown:
        """Return the Unknown that says what is known, and how many samples would settle it."""
        left, right, sign = self.left, self.right, self.sign
        if other.counts and not one.counts:
            left, right, sign, one, other = right, left, FLIPPED[sign], other, one
        value, against = _with_interval(one, left), f"{sign} {_with_interval(other, right)}"
        detail = f"{_named(one.measured)}{value} does not settle {against}; {_cure(one, other, sign)}"
        return Unknown(Cause.INCONCLUSIVE, detail, "", one.measured.fact if one.measured else fact_of(left, frame))


def _with_interval(found: Estimate, node: Node) -> str:
    shown = format_value(found.value, node.type)
    return f"{shown} ({found.shown(node.type)})" if found.counts else shown


def _named(found: Measured | None) -> str:
    """Return how a sentence begins that tells a value: which quantile it is, unless it was computed."""
    if found is None:
        return "the value "
    share = f" {format_ratio(found.share)}" if found.function == "quantile" else ""
    return f"{found.function}{share} = "


def _cure(one: Estimate, other: Estimate, sign: str) -> str:
    """Say about how many samples would settle it."""
    found = one.measured
    if found is None or other.counts:
        return _more(one, other)
    equal = sign in {"==", "!="} and one.value == other.value
    count = len(found.samples)
    wanted = needed(found.share, _below(found.samples, sign, one.value, other.value), count, one.risk)
    return _HOPELESS if wanted is None or equal else f"about {roughly(max(wanted, count + 1))} samples would"


def _below(samples: list[Number], sign: str, value: Number, threshold: Number) -> int:
    """Return how many of the samples speak for the quantile to lie below the threshold, as the sign sees it."""
    strictly = sign in {"<", ">="} or (sign in {"==", "!="} and value <= threshold)
    return (bisect_left if strictly else bisect_right)(ranked(samples), threshold)


def _more(one: Estimate, other: Estimate) -> str:
    """Say how many times as many samples would settle it: intervals shrink with the square root of their number."""
    below, above = (one, other) if one.value <= other.value else (other, one)
    gap, reach = above.value - below.value, (below.bounds[1] - below.value) + (above.value - above.bounds[0])
    if gap == 0:
        return _HOPELESS
    if not isfinite(reach):
        return "more samples would"
    return f"about {roughly(max((reach / gap) ** 2, 2))} times as many samples would"
