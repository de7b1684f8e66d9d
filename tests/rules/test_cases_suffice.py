"""Cases of built-in packs suffice: each rule has some, and they notice at least nine of ten slips in each pack."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from hostproof.evaluate.cases import Case, Share, coverage_of, load_cases, mutants_of, surviving
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.builtin import data_folder

PACKS = sorted(path.parent for path in data_folder("rules").glob("*/pack.yaml"))


@cache
def pack_in(folder: Path) -> tuple[RulePack, tuple[Case, ...]]:
    """Return the pack of a folder with its cases."""
    pack = load_pack(folder, builtin_catalog())
    return pack, load_cases(folder / "cases", pack, builtin_catalog())


def share(folder: Path, sort: str) -> Share:
    """Return how much of one sort the cases of a pack show."""
    return next(share for share in coverage_of(*pack_in(folder)) if share.sort == sort)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_rule_has_a_case(folder: Path) -> None:
    """No rule of a pack is without a case of its own."""
    assert [missed.rule for missed in share(folder, "rules").missed] == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_most_branches_are_shown(folder: Path) -> None:
    """Of the branches of a pack's rules at most one in twenty is not shown by any case."""
    assert share(folder, "branches").percent >= 95


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_slips_are_noticed(folder: Path) -> None:
    """Of all mutants of a pack's rules, at least 90% make a case come out otherwise."""
    pack, cases = pack_in(folder)
    total = sum(len(mutants_of(rule, pack)) for rule in pack.rules)
    left = [mutants_of(rule, pack)[number] for rule in pack.rules for number in surviving(rule, pack, cases)]
    assert total >= 3 * len(pack.rules)
    assert total - len(left) >= 0.9 * total, [f"{one.where}: {one.said}" for one in left]
