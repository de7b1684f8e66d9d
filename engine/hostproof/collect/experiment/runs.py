"""The runs of an experiment: how many rounds in, in which order the sides come out."""

from __future__ import annotations

from collections.abc import Iterable

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.requests import FactRequest


def order_of(rounds: int, seed: int) -> str:
    """Return the order of the runs, `A` as it is now and `B` as it is to be tried: pairs, in each of which both come.

    In half of the pairs (or one more) A comes first; which, is drawn from the seed. ABAB would give B all that drifts;
    ABBA cancels a drift but lines up with whatever has a period of four runs. Random within pairs, and balanced, does
    both: blocks of two, G. E. P. Box, J. S. Hunter and W. G. Hunter, Statistics for Experimenters, 2nd ed., chapter 3.

    >>> order_of(4, 1), order_of(4, 2)
    ('BAABBAAB', 'ABABBABA')
    """
    from random import Random

    pairs = ["AB", "BA"] * (rounds // 2)
    random = Random(seed)  # noqa: S311 - nobody is to be kept from guessing
    if rounds % 2:
        pairs.append(random.choice(("AB", "BA")))
    random.shuffle(pairs)
    return "".join(pairs)


def requests_of(probes: Iterable[str], names: Iterable[str]) -> tuple[FactRequest, ...]:
    """Return the requests for all facts of some probes, and for some kernel parameters."""
    collectors = {f"probe.{probe}" for probe in probes}
    facts = [row.name for row in builtin_catalog() if row.collector in collectors and not row.family]
    return tuple(map(FactRequest, [*facts, *(f"sysctl.{name}" for name in names if "/" not in name)]))
