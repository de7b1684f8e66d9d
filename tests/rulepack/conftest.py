"""What the tests of packs and profiles share: the built-in catalog, packs that are right, goldens of problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.problems import Problem

TESTS = Path(__file__).parents[1]
SUITE = TESTS / "suite" / "rulepack"
GOLDEN = TESTS / "golden" / "rulepack"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Return the built-in facts."""
    return builtin_catalog()


@pytest.fixture(scope="session")
def packs(catalog: Catalog) -> dict[str, RulePack]:
    """Return the packs of the suite that are right, by name."""
    loaded = [load_pack(path, catalog) for path in sorted((SUITE / "packs").glob("good-*.yaml"))]
    return {pack.name: pack for pack in loaded}


@pytest.fixture
def check_problems(update: bool) -> Callable[[Path, Sequence[Problem]], None]:
    """Compare problems with the golden that is named like the text they are of; with --update, write it instead."""

    def check(path: Path, problems: Sequence[Problem]) -> None:
        listing = "".join(map(shown, problems))
        golden = GOLDEN / path.parent.name / f"{path.stem}.txt"
        if update:
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(listing, encoding="utf-8")
        assert listing == golden.read_text(encoding="utf-8")

    return check


def shown(problem: Problem) -> str:
    """Return a problem as a golden has it: code and place, the characters it is about, message and hint."""
    span = problem.span
    assert span is not None
    text = " ".join(span.file.text[span.start : span.end].split())
    about = text if len(text) <= 60 else text[:57] + "..."
    hint = f"\n  {problem.hint}" if problem.hint else ""
    return f"{problem.code} {span.line}:{span.column} [{about}]\n  {problem.message}{hint}\n"
