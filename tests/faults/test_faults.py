"""Every fault of every table, for real: it took, the rules that must notice it do, and no other rule turns red."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from faults.fault import Fault
from faults.guest.boot import Guest, guests, lacking
from faults.needs import unmet
from faults.noticing import Healthy, inject, surprises, took
from faults.running import Judging, judge
from faults.tables import all_faults, in_guest


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what hostproof keeps of packs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def healthy() -> Healthy:
    """Give what is said of this machine as it is."""
    return Healthy(judge)


@pytest.fixture(scope="session")
def guest() -> Iterator[Callable[[str], Guest]]:
    """Give the guests, by more words for their kernels: each is booted for the first test that wants it."""
    reason = lacking()
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    with guests() as by_options:
        yield by_options


@pytest.fixture(scope="session")
def healthy_guest(guest: Callable[[str], Guest]) -> Healthy:
    """Give what is said of the guest as it is."""
    return Healthy(lambda judging: judge(judging, guest("").start, ("python3",)))


def together(fault: Fault) -> Fault:
    """Return what a guest is judged by as it is: the areas of all such faults at once, as each start takes it long."""
    alike = (one for one in all_faults() if in_guest(one) and one.quick == fault.quick)
    areas = sorted({area for one in alike for area in one.areas})
    return replace(fault, areas=tuple(areas), params={}, patience=900.0)


def rows(*, guest: bool) -> list[object]:
    """Return the rows of the tables that are about this machine's kernel; or about another, by how it is booted."""
    found = [fault for fault in all_faults() if in_guest(fault) == guest]
    return [pytest.param(fault, id=fault.id) for fault in sorted(found, key=lambda fault: fault.boot)]


@pytest.mark.parametrize("fault", rows(guest=False))
def test_a_fault_is_noticed(fault: Fault, healthy: Healthy, cache: Path) -> None:
    """The rules that the table names notice the fault, with the cause it names, and no other rule turns red."""
    reason = unmet(fault.needs)
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    before = healthy.of(fault, cache)
    assert surprises(fault, before, inject(fault, cache)) == []


@pytest.mark.guest
@pytest.mark.xdist_group("guest")
@pytest.mark.parametrize("fault", rows(guest=True))
def test_a_fault_in_the_guest_is_noticed(
    fault: Fault, guest: Callable[[str], Guest], healthy_guest: Healthy, cache: Path
) -> None:
    """The same, with the agent in a machine that has another kernel."""
    before = healthy_guest.of(together(fault), cache)
    words = (*guest(fault.boot).start, *fault.prefix)
    took(fault, words)
    after = judge(Judging.of(fault, cache), words, ("python3",))
    assert surprises(fault, before, after) == []
