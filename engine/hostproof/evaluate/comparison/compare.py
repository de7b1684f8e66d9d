"""Comparing: runs before and after in, a Comparison out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf, log

from hostproof.evaluate.comparison.model import Comparison, Measure, Row, Run, Sureness
from hostproof.evaluate.difference.model import SampleTest
from hostproof.evaluate.statistics.holm import holm
from hostproof.evaluate.statistics.samples import ALPHA, can_tell, compare_samples, least_chance
from hostproof.source.records import replace

FINGERPRINT = ("kernel", "arch", "cpu", "virtualisation", "cgroup", "distribution", "go", "machine_id")
MOST_WANTED = 100
_ORDER = tuple(Sureness)


def compare_runs(before: Sequence[Run], after: Sequence[Run]) -> Comparison:
    """Compare two sets of runs, one at least on each side. Raises ProblemError without SciPy."""
    names = {name for run in (*before, *after) for name in run.measures}
    rows, lost, same = list[Row](), list[tuple[str, str]](), 0
    for name in sorted(names):
        here, there = _of(before, name), _of(after, name)
        if not here or not there:
            lost.append((name, "before" if here else "after"))
        elif len({_plain(one) for one in (*here, *there)}) == 1:
            same += 1
        else:
            rows.append(_row(name, here, there))
    rows, tests = _adjusted(rows)
    ordered = tuple(sorted(rows, key=lambda row: (_ORDER.index(row.sureness), -_size(row), row.name)))
    wanted = _wanted(len(before), len(after), tests)
    return Comparison(tuple(before), tuple(after), ordered, same, _hosts(before, after), tuple(lost), tests, wanted)


def _of(runs: Sequence[Run], name: str) -> list[Measure]:
    return [run.measures[name] for run in runs if name in run.measures]


def _plain(measure: Measure) -> tuple[tuple[float, ...], str]:
    return measure.numbers, measure.text


def _row(name: str, before: list[Measure], after: list[Measure]) -> Row:
    """Return one row, with the probability of its test as it is; samples of too few runs claim nothing."""
    first = before[0]
    always = min(len(before), len(after)) > 1 and all(len(set(map(_plain, side))) == 1 for side in (before, after))
    if not all(one.numbers for one in (*before, *after)):
        word = Sureness.ALWAYS if always else Sureness.TOO_FEW if _short(before, after) else Sureness.NOTHING
        return Row(name, first.type, False, word, before=_texts(before), after=_texts(after))
    test = compare_samples([one.numbers for one in before], [one.numbers for one in after])
    word = Sureness.ALWAYS if always and not first.sampled else _word(test, test.p)
    p = None if test.differs is None or not can_tell(len(before), len(after)) else test.p
    return Row(name, first.type, first.sampled, word, test, p)


def _short(before: list[Measure], after: list[Measure]) -> bool:
    return not can_tell(len(before), len(after))


def _texts(measures: Iterable[Measure]) -> tuple[tuple[str, int], ...]:
    counts = Counter(one.text or "a number" for one in measures)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _word(test: SampleTest, p: float) -> Sureness:
    if test.differs is None:
        return Sureness.TOO_FEW
    if not test.differs:
        return Sureness.NOTHING
    return Sureness.DIFFERS if p <= ALPHA else Sureness.PERHAPS


def _adjusted(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """Return the rows with probabilities adjusted for how many were tested, and that number."""
    tested = [row for row in rows if row.p is not None]
    adjusted = dict(zip((row.name for row in tested), holm([row.p or 0.0 for row in tested]), strict=True))
    return [_settled(row, adjusted[row.name]) if row.name in adjusted else row for row in rows], len(tested)


def _settled(row: Row, p: float) -> Row:
    assert row.test is not None
    return replace(row, p=p, sureness=row.sureness if row.sureness is Sureness.ALWAYS else _word(row.test, p))


def _size(row: Row) -> float:
    """Return how large a difference is, for sorting: the effect first, then the ratio."""
    if row.test is None:
        return 0.0
    ratio = 1 + row.test.shift
    return abs(row.test.effect) + (1 - 1 / (1 + abs(log(ratio))) if 0 < ratio < inf else 1.0)


def _wanted(before: int, after: int, tests: int) -> int:
    """Return how many runs each side needs so that one of so many facts can be sure; 0 if these are enough."""
    if can_tell(before, after) and (min(before, after) <= 2 or least_chance(before, after) * max(tests, 1) <= ALPHA):
        return 0
    return next((runs for runs in range(4, MOST_WANTED) if least_chance(runs, runs) * max(tests, 1) <= ALPHA), 0)


def _hosts(before: Sequence[Run], after: Sequence[Run]) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Return the parts of the fingerprint that are not the same in all runs."""
    found = []
    for part in FINGERPRINT:
        here, there = (tuple(sorted({str(getattr(run.host, part)) for run in side})) for side in (before, after))
        if here != there or len(here) > 1:
            found.append((part, here, there))
    return tuple(found)
