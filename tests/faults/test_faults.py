"""Every fault of every table, for real: it took, the rules that must notice it do, and no other rule turns red."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from faults.fault import Fault
from faults.needs import unmet
from faults.running import Judged, broken, judge, run
from faults.tables import all_faults, in_guest


class Healthy:
    """What the packs say of this machine as it is, each pack judged once."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self._known: dict[tuple[tuple[str, ...], bool], Mapping[str, Judged]] = {}

    def of(self, fault: Fault) -> Mapping[str, Judged]:
        """Return what the fault's packs say without it."""
        key = (fault.packs, fault.quick)
        if key not in self._known:
            self._known[key] = judge(None, (), self.cache, fault.packs)
        return self._known[key]


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Healthy:
    """Give what the packs say of this machine as it is."""
    return Healthy(tmp_path_factory.mktemp("cache"))


def surprises(fault: Fault, before: Mapping[str, Judged], after: Mapping[str, Judged]) -> list[str]:
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


def _unnoticed(fault: Fault, after: Mapping[str, Judged]) -> list[str]:
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


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.id) for fault in all_faults() if not in_guest(fault)])
def test_a_fault_is_noticed(fault: Fault, healthy: Healthy) -> None:
    """The rules that the table names notice the fault, with the cause it names, and no other rule turns red."""
    reason = unmet(fault.needs)
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    before = healthy.of(fault)
    already = sorted(rule for rule in fault.noticed_by if before[rule].verdict in {"fail", "unknown"})
    if already:
        pytest.skip(f"fault not injected: without it, {before[already[0]].verdict} already is {already[0]}")
    with broken(fault) as words:
        took = run((*words, *fault.took))
        assert took.status == 0, f"the fault did not take: {' '.join(fault.took)}: {took.out} {took.err}"
        after = judge(fault, words, healthy.cache, fault.packs)
    assert surprises(fault, before, after) == []
