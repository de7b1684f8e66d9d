"""The table of problem codes is complete and unambiguous."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hostproof.source import codes
from hostproof.source.codes import CODES, ROWS, CodeRow

ENGINE = Path(codes.__file__).parents[2]


def test_no_code_is_used_twice() -> None:
    """Every code has exactly one meaning."""
    assert [code for code, times in Counter(row.code for row in ROWS).items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
def test_a_row_is_well_formed(row: CodeRow) -> None:
    """A code is HP-, E or W and three digits; its title is a line, its example some text."""
    assert re.fullmatch(r"HP-[EW][0-5]\d\d", row.code)
    assert row.title.strip() == row.title != ""
    assert "\n" not in row.title
    assert row.example.strip() != ""


def test_every_module_of_rows_is_merged() -> None:
    """A module of rows that nobody merged would go unnoticed."""
    modules = {path.stem for path in Path(codes.__file__).parent.glob("*.py")} - {"__init__", "row"}
    assert {name for name in modules if not hasattr(codes, name)} == set()


def test_every_code_that_is_raised_has_a_row() -> None:
    """A code in the engine's text that the table lacks could not be looked up."""
    used = {code for path in ENGINE.rglob("*.py") for code in re.findall(r"HP-[EW]\d{3}\b", path.read_text("utf-8"))}
    assert used - CODES.keys() == set()


def test_no_row_is_dead() -> None:
    """A code that nothing can cause any more has no place in the table."""
    texts = [path.read_text("utf-8") for path in ENGINE.rglob("*.py") if path.parent.name != "codes"]
    assert {code for code in CODES if not any(code in text for text in texts)} == set()
