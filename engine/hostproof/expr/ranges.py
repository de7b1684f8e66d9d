"""Ranges of one value: what comparisons with fixed values leave open, how two of them combine, and what lies inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hostproof.expr.comparing import version_order
from hostproof.facts.snapshot import Value

# A value as it is ordered: itself, or the key of a version.
Key: TypeAlias = object
Bound: TypeAlias = "tuple[Key, bool] | None"  # where it ends, and whether that belongs to it; None: it does not end


@dataclass(frozen=True, slots=True)
class Range:
    """The values between two bounds, or `only` a few, but `without` some. Null lies in none that has a bound."""

    low: Bound = None
    high: Bound = None
    only: tuple[Key, ...] | None = None
    without: tuple[Key, ...] = ()

    def contains(self, key: Key) -> bool:
        """Say whether a value lies inside."""
        return (
            (self.only is None or key in self.only)
            and key not in self.without
            and _is_above(key, self.low)
            and _is_below(key, self.high)
        )

    def meet(self, other: Range) -> Range:
        """Return the values that lie in both."""
        only = self.only if other.only is None else other.only
        if self.only is not None and other.only is not None:
            only = tuple(key for key in self.only if key in other.only)
        return Range(
            _tighter(self.low, other.low, low=True),
            _tighter(self.high, other.high, low=False),
            only,
            self.without + other.without,
        )

    def is_empty(self) -> bool:
        """Say whether no value can lie inside; that none lies between two neighbours is not seen."""
        if self.only is not None:
            return not any(self.contains(key) for key in self.only)
        if self.low is None or self.high is None:
            return False
        key, inside = self.low
        if key == self.high[0]:
            return not (inside and self.high[1]) or key in self.without
        return not _is_below(key, (self.high[0], True))

    def within(self, other: Range) -> bool:
        """Say whether every value inside lies in the other too."""
        if self.only is not None:
            return all(other.contains(key) for key in self.only if self.contains(key))
        return (
            other.only is None
            and (other.low is None or _tighter(self.low, other.low, low=True) == self.low)
            and (other.high is None or _tighter(self.high, other.high, low=False) == self.high)
            and not any(self.contains(key) for key in other.without)
        )


def range_of(sign: str, value: Value, *, version: bool) -> Range | None:
    """Return the values for which `value sign` holds; None where there is no such range: lists, an order of null."""
    if isinstance(value, (list, dict)) or (value is None and sign not in {"==", "!="}):
        return None
    key: Key = version_order(value) if version else value
    match sign:
        case "==":
            return Range(only=(key,))
        case "!=":
            return Range(without=(key,))
        case ">" | ">=":
            return Range(low=(key, sign == ">="))
    return Range(high=(key, sign == "<="))


def _is_above(key: Key, low: Bound) -> bool:
    return low is None or (key is not None and (key > low[0] or (low[1] and key == low[0])))  # type: ignore[operator]


def _is_below(key: Key, high: Bound) -> bool:
    return high is None or (key is not None and (key < high[0] or (high[1] and key == high[0])))  # type: ignore[operator]


def _tighter(one: Bound, other: Bound, *, low: bool) -> Bound:
    """Return the bound that leaves less."""
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        return one if not one[1] else other
    is_tighter = one[0] > other[0] if low else one[0] < other[0]  # type: ignore[operator]
    return one if is_tighter else other
