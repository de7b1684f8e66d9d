"""The data that hostproof comes with is found in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.source.builtin import data_folder


def test_the_checkout_has_both_kinds() -> None:
    """In a checkout, rules and schemas stand beside the engine."""
    root = Path(__file__).parents[2]
    assert data_folder("rules") == root / "rules"
    assert data_folder("schema") == root / "schema"


def test_an_installed_package_brings_its_own(tmp_path: Path) -> None:
    """Data inside the package comes before whatever stands beside it."""
    package = tmp_path / "engine" / "hostproof"
    for folder in (package / "_data" / "rules", tmp_path / "rules", tmp_path / "schema"):
        folder.mkdir(parents=True)
    assert data_folder("rules", package) == package / "_data" / "rules"
    assert data_folder("schema", package) == tmp_path / "schema"


def test_a_damaged_installation_says_so(tmp_path: Path) -> None:
    """Without the data the message names both places it could have been."""
    package = tmp_path / "engine" / "hostproof"
    with pytest.raises(FileNotFoundError, match=r"not installed completely: neither .*_data/rules nor .*/rules exists"):
        data_folder("rules", package)
