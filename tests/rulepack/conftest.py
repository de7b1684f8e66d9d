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
from hostproof.source.render import render_problems

SUITE = Path(__file__).parents[1] / "suite" / "rulepack"


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
def check_problems(golden: Callable[[str], Callable[[str], None]]) -> Callable[[Path, Sequence[Problem]], None]:
    """Compare problems, as a terminal shows them, with the golden that is named like the text they are of."""

    def check(path: Path, problems: Sequence[Problem]) -> None:
        shown = render_problems(problems) if problems else ""
        golden(f"rulepack/{path.parent.name}/{path.stem}.txt")(shown.replace(f"{path.parent}/", ""))

    return check
