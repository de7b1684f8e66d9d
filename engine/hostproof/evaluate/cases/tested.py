"""A pack's cases, all of them judged: what came out, how much of the pack they show, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.evaluate.cases.case import CaseOutcome
from hostproof.evaluate.cases.coverage import Share
from hostproof.evaluate.cases.mutation import MutationScore
from hostproof.source.records import record


@record
class Wanted:
    """The least percentages: of each sort of coverage, and of mutants killed; None where nothing is asked."""

    coverage: float | None = None
    mutants: float | None = None


@record
class PackTested:
    """All outcomes of a pack's cases; `score` is None where no mutants were made: for want of asking, or for failures.

    `rules` holds the titles of the pack's rules by id.
    """

    name: str
    title: str
    rules: tuple[tuple[str, str], ...]
    outcomes: tuple[CaseOutcome, ...]
    shares: tuple[Share, ...]
    score: MutationScore | None = None

    @property
    def failed(self) -> tuple[CaseOutcome, ...]:
        """The cases that came out otherwise than expected."""
        return tuple(outcome for outcome in self.outcomes if outcome.wrong)


def shortfalls(tested: PackTested, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Yield what is below its threshold, and how it is told: `branches`, `87.5% of branches, wanted 100%`."""
    for share in tested.shares:
        if wanted.coverage is not None and share.percent < wanted.coverage:
            yield share.sort, f"{shown(share.percent)} of {share.sort}, wanted {shown(wanted.coverage)}"
    score = tested.score
    if score is not None and wanted.mutants is not None and score.percent < wanted.mutants:
        yield "mutants", f"{shown(score.percent)} of mutants killed, wanted {shown(wanted.mutants)}"


def shown(percent: float) -> str:
    """Return a percentage with one decimal at most, rounded down: only all is 100%."""
    return f"{int(percent * 10) / 10:g}%"


def passes(tested: PackTested, wanted: Wanted) -> bool:
    """Say whether all cases came out as expected, and enough was shown."""
    return not tested.failed and not any(shortfalls(tested, wanted))
