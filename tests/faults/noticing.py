"""Whether a fault is noticed: what rules say with it is held against its row, and against what they say without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from faults.fault import Fault
from faults.running import Judged, Judging, broken, judge, python_of, run

Verdicts = Mapping[str, Judged]


class Healthy:
    """What is said of a machine as it is, judged once by each set of packs."""

    def __init__(self, judged: Callable[[Judging], Verdicts]) -> None:
        self._judged = judged
        self._known: dict[Judging, Verdicts] = {}

    def of(self, fault: Fault, cache: Path) -> Verdicts:
        """Return what is said without the fault; skips the test if that could not be told from it."""
        judging = Judging.of(fault, cache)
        if judging not in self._known:
            self._known[judging] = self._judged(judging)
        before = self._known[judging]
        for rule in sorted(fault.noticed_by):
            if before[rule].verdict in {"fail", "unknown"}:
                pytest.skip(f"fault not injected: without it, {rule} says {before[rule].verdict} already")
        return before


def inject(fault: Fault, cache: Path) -> Verdicts:
    """Return what rules say inside a fault, which must have taken."""
    with broken(fault) as words:
        took(fault, words)
        return judge(Judging.of(fault, cache), words, python_of(fault))


def surprises(fault: Fault, before: Verdicts, after: Verdicts) -> list[str]:
    """Return what the rules should not have said, or should have and did not."""
    found = [*_unnoticed(fault, after)]
    for rule, said in after.items():
        if rule in fault.noticed_by or rule in fault.may_be_red or (rule in before and before[rule] == said):
            continue
        if said.verdict == "fail" and before[rule].verdict != "fail":
            found.append(f"{rule} turned red: {said.said}")
        if said.verdict == "unknown" and before[rule].verdict != "unknown" and rule not in fault.may_be_unknown:
            found.append(f"{rule} became unknown ({', '.join(said.causes)}): {said.said}")
    return found


def _unnoticed(fault: Fault, after: Verdicts) -> list[str]:
    found = []
    for rule in sorted(fault.noticed_by):
        wanted = "fail" if rule in fault.red else "unknown"
        said = after[rule]
        if said.verdict != wanted:
            found.append(f"{rule} should be {wanted}, is {said.verdict}: {said.said}")
        elif rule in fault.unknown and fault.unknown[rule] not in said.causes:
            found.append(f"{rule} should be unknown ({fault.unknown[rule]}): {said.causes} {said.said}")
        elif rule in fault.unknown and not all(said.cures):
            found.append(f"{rule} is unknown without a cure: {said.said}")
        elif fault.says.get(rule, "") not in said.said:
            found.append(f"{rule} does not say {fault.says[rule]!r}: {said.said}")
    return found


def took(fault: Fault, words: tuple[str, ...]) -> None:
    """Assert that the fault is there for what `words` start."""
    done = run((*words, *fault.took))
    assert done.status == 0, f"the fault did not take: {' '.join(fault.took)}: {done.out} {done.err}"
