"""The tables of faults themselves: no two alike, none without a witness, no rule that is not there."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter

import pytest

from faults.fault import Fault
from faults.inject.cgroup1 import MARK, cgroup1
from faults.needs import CGROUPS, missing
from faults.running import broken, run
from faults.tables import all_faults, go_faults, in_guest
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.unknown import Cause
from hostproof.rulepack.find import find_pack
from hostproof.rulepack.load import load_pack

FAULTS = (*all_faults(), *go_faults())


@pytest.fixture(scope="module")
def rules() -> dict[str, set[str]]:
    """Give the ids of the rules of every pack that a fault names."""
    catalog = builtin_catalog()
    packs = {pack for fault in FAULTS for pack in fault.packs}
    return {pack: {rule.id for rule in load_pack(find_pack(pack), catalog).rules} for pack in packs}


def test_ids_are_unique() -> None:
    """No two faults have one id, and no two of the same packs one title."""
    assert [name for name, times in Counter(fault.id for fault in FAULTS).items() if times > 1] == []
    assert [name for name, times in Counter((fault.packs, fault.title) for fault in FAULTS).items() if times > 1] == []


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.id) for fault in FAULTS])
def test_a_row_names_what_there_is(fault: Fault, rules: dict[str, set[str]]) -> None:
    """A fault names rules of its packs and known causes, and has a way in and a proof that it took."""
    known = {rule for pack in fault.packs for rule in rules[pack]}
    assert (fault.noticed_by | fault.may_be_unknown | fault.may_be_red) - known == set()
    assert set(fault.unknown.values()) <= {str(cause) for cause in Cause}
    assert set(fault.says) <= fault.noticed_by
    assert not set(fault.red) & set(fault.unknown)
    assert fault.took
    assert fault.prefix or fault.setup or fault.boot
    assert not fault.boot or in_guest(fault)
    assert fault.how


def test_a_command_that_hangs_is_ended() -> None:
    """A fault that makes hostproof hang ends as a failed test, and nothing of it is left."""
    with pytest.raises(AssertionError, match="did not end within"):
        run(("sh", "-c", "sleep 1000 & sleep 1000"), patience=0.3)


def test_a_failing_test_leaves_no_group() -> None:
    """What is raised inside a fault undoes it, and ends what runs there."""
    if missing("cgroup1:pids"):
        pytest.skip(missing("cgroup1:pids"))
    fault = Fault("x.x", "x", "x", ("true",), setup=cgroup1({"pids": {"pids.max": "40"}}))
    before = set(CGROUPS.glob(f"*/**/{MARK}*"))
    sleepers: list[subprocess.Popen[bytes]] = []

    def fail_inside() -> None:
        with broken(fault) as words:
            sleeper = subprocess.Popen((*words, "sh", "-c", "echo in; exec sleep 1000"), stdout=subprocess.PIPE)
            sleepers.append(sleeper)
            assert sleeper.stdout is not None
            assert sleeper.stdout.readline() == b"in\n"
            assert run((*words, "grep", "-q", MARK, "/proc/self/cgroup")).status == 0
            assert set(CGROUPS.glob(f"*/**/{MARK}*")) - before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert set(CGROUPS.glob(f"*/**/{MARK}*")) <= before
    assert [sleeper.wait(10) for sleeper in sleepers] == [-signal.SIGKILL]
