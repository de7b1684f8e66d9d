"""JSON: every report keeps the published schema, says the same each time, and holds nothing that harms a reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator

from hostproof.evaluate.model import Evaluation
from hostproof.report.jsonfile import render_json

SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "report-1.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_schema_is_a_schema() -> None:
    """The published file is itself valid."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["unfit", "undecided", "fit"])
def test_reports_keep_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    """What is written is what was published."""
    VALIDATOR.validate(json.loads(render_json(request.getfixturevalue(name))))


@settings(max_examples=30)
@given(data=st.data())
def test_hostile_text(hostile: SearchStrategy[Evaluation], data: st.DataObject) -> None:
    """No text makes a report that breaks the schema, UTF-8 or a terminal."""
    text = render_json(data.draw(hostile))
    VALIDATOR.validate(json.loads(text.encode()))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_golden(unfit: Evaluation, golden: Callable[[str, str], None]) -> None:
    """The report of every verdict, as it was last looked at."""
    golden("unfit.json", render_json(unfit))


def test_texts_come_back(unfit: Evaluation) -> None:
    """Ordinary text, wide characters included, is in the file as it is."""
    changed = replace(unfit, target='root:/srv/漢字 "x"\t\\n')
    assert json.loads(render_json(changed))["target"] == 'root:/srv/漢字 "x"\t\\n'


@pytest.mark.parametrize(
    "change",
    [
        {"unknown key": 1},
        {"verdict": "fit"},  # does not agree with the exit code
        {"exit_code": 2},
        {"created": "2026-11-23"},
        {"counts": {}},
    ],
)
def test_schema_is_strict(unfit: Evaluation, change: dict[str, object]) -> None:
    """The schema refuses what no report may be."""
    document = json.loads(render_json(unfit))
    assert not VALIDATOR.is_valid({**document, **change})


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("memory.thp", {"waiver": None}),
        ("net.backlog", {"waiver": {"reason": "", "owner": "", "expires": "2026-12-31"}}),
        ("net.conntrack", {"unknowns": []}),
        ("clock.source", {"gated": True}),
    ],
)
def test_schema_knows_what_a_verdict_demands(unfit: Evaluation, rule: str, change: dict[str, object]) -> None:
    """A waived rule has its waiver, an unknown one its causes, and what is well turns nothing red."""
    document = json.loads(render_json(unfit))
    for pack in document["packs"]:
        pack["results"] = [{**r, **(change if r["rule"] == rule else {})} for r in pack["results"]]
    assert not VALIDATOR.is_valid(document)
