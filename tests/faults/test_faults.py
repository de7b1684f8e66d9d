"""Every fault of every table, for real: it took, the rules that must notice it do, and no other rule turns red."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from faults.fault import Fault
from faults.guest.boot import Guest, booted, guest_with, lacking
from faults.needs import unmet
from faults.running import Judged, Judging, broken, judge, python_of, run
from faults.tables import all_faults, in_guest

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


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what hostproof keeps of packs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def healthy() -> Healthy:
    """Give what is said of this machine as it is."""
    return Healthy(judge)


@pytest.fixture(scope="session")
def guest() -> Iterator[Guest]:
    """Give one booted guest to all tests that want one."""
    reason = lacking()
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    with booted() as guest:
        yield guest


@pytest.fixture(scope="session")
def healthy_guest(guest: Guest) -> Healthy:
    """Give what is said of the guest as it is."""
    return Healthy(lambda judging: judge(judging, guest.start, ("python3",)))


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


def rows(*, guest: bool) -> list[object]:
    """Return the rows of the tables that are about this machine's kernel, or those about another."""
    return [pytest.param(fault, id=fault.id) for fault in all_faults() if in_guest(fault) == guest]


@pytest.mark.parametrize("fault", rows(guest=False))
def test_a_fault_is_noticed(fault: Fault, healthy: Healthy, cache: Path) -> None:
    """The rules that the table names notice the fault, with the cause it names, and no other rule turns red."""
    reason = unmet(fault.needs)
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    before = healthy.of(fault, cache)
    with broken(fault) as words:
        took(fault, words)
        after = judge(Judging.of(fault, cache), words, python_of(fault))
    assert surprises(fault, before, after) == []


@pytest.mark.guest
@pytest.mark.xdist_group("guest")
@pytest.mark.parametrize("fault", rows(guest=True))
def test_a_fault_in_the_guest_is_noticed(fault: Fault, guest: Guest, healthy_guest: Healthy, cache: Path) -> None:
    """The same, with the agent in a machine that has another kernel."""
    before = healthy_guest.of(fault, cache)
    with guest_with(fault.boot, guest) as inside:
        words = (*inside.start, *fault.prefix)
        took(fault, words)
        after = judge(Judging.of(fault, cache), words, ("python3",))
    assert surprises(fault, before, after) == []


def took(fault: Fault, words: tuple[str, ...]) -> None:
    """Assert that the fault is there for what `words` start."""
    done = run((*words, *fault.took))
    assert done.status == 0, f"the fault did not take: {' '.join(fault.took)}: {done.out} {done.err}"
