"""Samples: measurements of both sides in, and of earlier baselines, what a statistical test says of them out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from hostproof.evaluate.difference.elements import Known
from hostproof.evaluate.difference.model import SampleTest
from hostproof.facts.types import Type
from hostproof.source.problems import Problem


class SampleTests:
    """The tests of one difference; `problems` says what they could not do."""

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def of(self, of: Type, before: Known, after: Known, repeats: Sequence[Known]) -> SampleTest | None:
        """Return what a test says of two sets of samples; None where one is none."""
        del of
        runs = [run for run in (numbers(one) for one in (before, *repeats)) if run]
        now = numbers(after)
        if not runs or not now or not numbers(before):
            return None
        return _plain(runs, now)


def numbers(value: Known) -> list[float]:
    """Return samples as numbers; empty if they are unknown, or aren't numbers all."""
    if not isinstance(value, list):
        return []
    found = [float(item) for item in value if isinstance(item, (int, float)) and not isinstance(item, bool)]
    return found if len(found) == len(value) else []


def _plain(runs: Sequence[Sequence[float]], now: Sequence[float]) -> SampleTest:
    then = [item for run in runs for item in run]
    old, new = median(then), median(now)
    shift = (new - old) / abs(old) if old else 0.0
    return SampleTest(len(then), len(now), old, new, shift, shift, shift, 1.0, 0.0, None, None)
