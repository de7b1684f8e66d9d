"""A Comparison: what numbers, samples and texts did between two sets of runs, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hostproof.evaluate.difference.model import SampleTest
from hostproof.facts.snapshot import Host
from hostproof.facts.types import Type
from hostproof.source.records import record


class Sureness(StrEnum):
    """How sure a difference is; in the order in which they are shown."""

    ALWAYS = "always"  # each side has one value in all its runs, two at least, and it is another one
    DIFFERS = "differs"  # beyond chance also among as many facts as are compared, and beyond the least effect
    PERHAPS = "perhaps"  # by itself beyond chance; of as many facts some look like it by chance
    TOO_FEW = "too few runs"
    NOTHING = "none found"


@record
class Measure:
    """What one run says of one fact: its numbers (one, or samples), or else a `text`; `type` is that of a number."""

    type: Type
    numbers: tuple[float, ...] = ()
    sampled: bool = False
    text: str = ""


@record
class Run:
    """One snapshot, as far as it is compared."""

    name: str
    digest: str
    host: Host
    measures: Mapping[str, Measure]


@record
class Row:
    """One fact, or one field of it, that was met on both sides.

    `test` is there for numbers, and `p` its probability adjusted for the number of facts compared, None where nothing
    may be claimed. `before` and `after` are the values of texts, and how many runs have each, the most frequent first.
    """

    name: str
    type: Type
    sampled: bool
    sureness: Sureness
    test: SampleTest | None = None
    p: float | None = None
    before: tuple[tuple[str, int], ...] = ()
    after: tuple[tuple[str, int], ...] = ()


@record
class Comparison:
    """All rows, the surest and largest differences first.

    `same` counts the facts that were the same in all runs of both sides and have no row; `hosts` are the parts of
    the fingerprint that differ within or between sides, with what they are on each; `lost` names facts that one side
    alone knows, with that side. `tests` facts were tested together; `wanted` is how many runs each side needs for them,
    0 where there are enough.
    """

    before: tuple[Run, ...]
    after: tuple[Run, ...]
    rows: tuple[Row, ...]
    same: int
    hosts: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    tests: int = 0
    wanted: int = 0
