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
from hostproof.expr.confidence.estimates import Estimate, estimate, measured, peeled
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
    """Yield whether each link of a chain holds for sure."""
    left = node.first
    for sign, right in node.rest:
        yield surely(walk, (left, sign, right), frame)
        left = right


def surely(walk: Walk, link: tuple[Node, str, Node], frame: Frame) -> Result:
    """Return whether `left sign right` holds for sure; Unknown(inconclusive) where the samples leave it open."""
    return _Link(walk, *link, frame).holds()


@record
class _Link:
    walk: Walk
    left: Node
    sign: str
    right: Node
    frame: Frame

    def holds(self) -> Result:
        risk = RISK / max(sum(1 for side in (self.left, self.right) for _ in quantiles(side)), 1)
        one = estimate(self.walk, self.left, self.frame, risk)
        other = estimate(self.walk, self.right, self.frame, risk)
        if isinstance(one, Estimate) and isinstance(other, Estimate):
            decided = _decided(self.sign, one, other)
            return self.open(one, other) if decided is None else decided
        pair = tuple(side.value if isinstance(side, Estimate) else side for side in (one, other))
        blamed = self.left if fact_of(self.left, self.frame) else self.right
        how = manner(self.left.type, self.right.type)
        return self.walk.compared(blamed, self.sign, (pair[0], pair[1]), how, self.frame)

    def open(self, one: Estimate, other: Estimate) -> Unknown:
        """Return the Unknown of a link that the samples leave open."""
        left, right, sign = self.left, self.right, self.sign
        if other.counts and not one.counts:
            left, right, sign, one, other = right, left, FLIPPED[sign], other, one
        subject, frame = peeled(self.walk, left, self.frame)
        value = self.named(subject, frame) + _with_interval(one, left)
        against = f"{sign} {_with_interval(other, right)}"
        detail = f"{value} does not settle {against}; {self.cure(one, other, left, sign)}"
        return Unknown(Cause.INCONCLUSIVE, detail, "", fact_of(subject, frame))

    def named(self, node: Node, frame: Frame) -> str:
        """Return how a sentence begins that tells a node's value: which quantile it is, unless it was computed."""
        found = measured(self.walk, node, frame)
        if found is None or not isinstance(node, model.Call):
            return "the value "
        return f"{node.function} {format_ratio(found[1])} = " if node.function == "quantile" else f"{node.function} = "

    def cure(self, one: Estimate, other: Estimate, left: Node, sign: str) -> str:
        """Say about how many samples would settle it."""
        found = measured(self.walk, *peeled(self.walk, left, self.frame))
        if found is None or other.counts:
            return _more(one, other)
        samples, share = found
        equal = sign in {"==", "!="} and one.value == other.value
        wanted = needed(share, _below(samples, sign, one.value, other.value), len(samples), one.risk)
        if wanted is None or equal:
            return _HOPELESS
        return f"about {roughly(max(wanted, len(samples) + 1))} samples would"


def _with_interval(found: Estimate, node: Node) -> str:
    shown = format_value(found.value, node.type)
    return f"{shown} ({found.shown(node.type)})" if found.counts else shown


def _decided(sign: str, one: Estimate, other: Estimate) -> bool | None:
    """Say whether a sign holds between all values that two estimates may have; None if between some only."""
    if sign in {">", ">="}:
        return _decided(FLIPPED[sign], other, one)
    if sign == "!=":
        equal = _decided("==", one, other)
        return None if equal is None else not equal
    if sign == "==":
        same = one.low == one.high == other.low == other.high
        return True if same else False if one.high < other.low or other.high < one.low else None
    if sign == "<":
        return True if one.high < other.low else False if one.low >= other.high else None
    return True if one.high <= other.low else False if one.low > other.high else None


def _below(samples: list[Number], sign: str, value: Number, threshold: Number) -> int:
    """Return how many of the samples speak for the quantile to lie below the threshold, as the sign sees it."""
    strictly = sign in {"<", ">="} or (sign in {"==", "!="} and value <= threshold)
    return (bisect_left if strictly else bisect_right)(ranked(samples), threshold)


def _more(one: Estimate, other: Estimate) -> str:
    """Say how many times as many samples would settle it: intervals shrink with the square root of their number."""
    below, above = (one, other) if one.value <= other.value else (other, one)
    gap, reach = above.value - below.value, (below.high - below.value) + (above.value - above.low)
    if gap == 0:
        return _HOPELESS
    if not isfinite(reach):
        return "more samples would"
    return f"about {roughly(max((reach / gap) ** 2, 2))} times as many samples would"
