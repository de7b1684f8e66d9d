"""Every way a Go toolchain is broken, for real: the rules that must notice do, and no other rule turns red."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.fault import Fault
from faults.needs import unmet
from faults.noticing import Healthy, inject, surprises
from faults.running import Judging, judge
from faults.tables import go_faults
from gofaults.goroot import HOME, KEPT, with_go
from gotools import each_toolchain
from hostproof.source.builtin import data_folder

PATIENCE = 300.0
pytestmark = [
    pytest.mark.xdist_group("go"),  # one at a time: they share a build cache, and each uses all processors
    pytest.mark.timeout(3 * PATIENCE),
]
ASKING = {"go-binary", "go-service"}  # packs that need to be told a file, or a service
PACKS = sorted(path.parent.name for path in data_folder("rules").glob("go-*/pack.yaml"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what hostproof keeps of packs, and an empty home."""
    HOME.mkdir(parents=True, exist_ok=True)
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def healthy() -> Healthy:
    """Give what is said of the whole toolchain."""
    return Healthy(lambda judging: judge(judging, judging.base))


def rows() -> Iterator[object]:
    """Yield the faults; all but one in six of each table are long: together they take a quarter of an hour."""
    seen: Counter[str] = Counter()
    for fault in go_faults():
        area = fault.id.partition(".")[0]
        marks = [pytest.mark.long] if seen[area] % 6 else []
        seen[area] += 1
        yield pytest.param(fault, id=fault.id, marks=marks)


@pytest.mark.parametrize("fault", rows())
def test_a_broken_toolchain_is_noticed(fault: Fault, healthy: Healthy, cache: Path) -> None:
    """The rules that the table names notice the fault, with the cause it names, and no other rule turns red."""
    reason = unmet(fault.needs)
    if reason:
        pytest.skip(f"fault not injected: {reason}")
    before = healthy.of(fault, cache)
    assert surprises(fault, before, inject(fault, cache)) == []


@each_toolchain()
@pytest.mark.parametrize("pack", [name for name in PACKS if name not in ASKING])
def test_a_whole_toolchain_has_no_red_rule(goroot: Path, pack: str, cache: Path) -> None:
    """Whatever its version, no rule fails of a toolchain as it is shipped."""
    said = judge(Judging((pack,), (), quick=True, params=(), cache=cache, patience=PATIENCE), with_go(goroot))
    assert {rule: one.said for rule, one in said.items() if one.verdict == "fail"} == {}


def test_what_is_broken_is_a_copy() -> None:
    """No fault leaves its copy of a toolchain behind."""
    assert not list((KEPT / "broken").glob("*"))
