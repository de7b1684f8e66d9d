"""The case files of built-in packs: nothing to advise on, and what an author's editor would accept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hostproof.evaluate.cases import check_cases
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.load import load_pack
from hostproof.source.builtin import data_folder
from hostproof.source.files import read_source
from hostproof.source.problems import Problems

FILES = sorted(data_folder("rules").glob("*/cases/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_problem_and_no_advice(path: Path) -> None:
    """A case gives no fact that its rule does not read, and has nothing wrong with it either."""
    pack, problems = load_pack(path.parents[1], builtin_catalog()), Problems()
    assert check_cases(path, pack, builtin_catalog(), problems)
    assert [f"{problem.span} {problem.message}" for problem in problems.ordered()] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_published_schema(path: Path, as_json: Callable[[str], object]) -> None:
    """What ships is what the schema promises."""
    schema = json.loads((data_folder("schema") / "cases-1.schema.json").read_text())
    document = as_json(read_source(path).text)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
