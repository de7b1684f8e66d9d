"""Samples: measurements of both sides in, and of earlier baselines, what a statistical test says of them out."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.evaluate.difference.elements import Known
from hostproof.evaluate.difference.model import SampleTest
from hostproof.source.problems import Problem, ProblemError


class SampleTests:
    """The tests of one difference; `problems` says why none could be made."""

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: tuple[Problem, ...] = ()

    def of(self, before: Known, after: Known, repeats: Sequence[Known]) -> SampleTest | None:
        """Return what a test says of two sets of samples; None where one has none, or there is no library for it."""
        here, there = numbers(before), numbers(after)
        if not here or not there or self.problems:
            return None
        # It takes SciPy, and who has no samples that differ need not have that.
        from hostproof.evaluate.statistics.samples import compare_samples

        try:
            return compare_samples([here, *(run for run in map(numbers, repeats) if run)], [there])
        except ProblemError as error:
            self.problems = error.problems
        except ArithmeticError:
            pass  # numbers near the ends of what a float can be: nobody measures those
        return None


def numbers(value: Known) -> list[float]:
    """Return samples as numbers; empty if they are unknown, or aren't numbers all."""
    if not isinstance(value, list):
        return []
    found = [float(item) for item in value if isinstance(item, (int, float)) and not isinstance(item, bool)]
    return found if len(found) == len(value) else []
