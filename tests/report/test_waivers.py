"""Waivers in reports: who waived with which ticket, and which waivers somebody should look at."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from hostproof.evaluate.model import Evaluation, WaiverNotice, WaiverState
from hostproof.report.jsonfile import render_json
from hostproof.report.junit import render_junit
from hostproof.report.markdown import render_markdown
from hostproof.report.pipelines.sarif import render_sarif
from hostproof.report.pipelines.tap import render_tap
from hostproof.report.terminal import render_terminal
from hostproof.source.builtin import data_folder

NOTICES = (
    WaiverNotice("linux:clock.source", WaiverState.REMOVABLE, "the rule passes now", "ops", "2026-12-31"),
    WaiverNotice("linux:memory.thp", WaiverState.EXPIRING, "expires in 3 days", "ops", "2026-11-26", "OPS-7", 3),
    WaiverNotice("linux-network:net.mtu", WaiverState.DEAD, "expired on 2026-01-01", "ops", "2026-01-01"),
)
LINES = (
    "linux:clock.source: the waiver by ops is removable: the rule passes now",
    "linux:memory.thp: the waiver by ops (OPS-7) is expiring: expires in 3 days",
    "linux-network:net.mtu: the waiver by ops is dead: expired on 2026-01-01",
)


@pytest.fixture
def waived(unfit: Evaluation) -> Evaluation:
    """Return an evaluation with a ticket and a notice of each kind."""
    packs = tuple(
        replace(
            pack,
            results=tuple(
                replace(one, waiver=replace(one.waiver, ticket="OPS-7")) if one.waiver else one for one in pack.results
            ),
        )
        for pack in unfit.packs
    )
    return replace(unfit, packs=packs, notices=NOTICES)


def test_text_reports(waived: Evaluation) -> None:
    """Terminal, JUnit and TAP say the same sentences of each waiver."""
    terminal = render_terminal(waived, width=100)
    suites = ElementTree.fromstring(render_junit(waived))
    tap = render_tap(waived).splitlines()
    for line in LINES:
        assert line in terminal
        assert all(line in (suite.findtext("system-out") or "") for suite in suites)
        assert f"# {line}" in tap
    assert "WAIVERS TO LOOK AT" in terminal


def test_ticket(waived: Evaluation) -> None:
    """A waived failure shows the ticket wherever it shows who waived it."""
    said = "waived by storage@example.org until 2026-12-31: the database needs it until 14.2 (OPS-7)"
    assert said in " ".join(render_terminal(waived, width=100).split())
    skipped = ElementTree.fromstring(render_junit(waived)).iter("skipped")
    assert said in [one.get("message") for one in skipped]
    assert said in render_tap(waived)
    results = json.loads(render_sarif(waived))["runs"][0]["results"]
    assert [one["suppressions"][0]["justification"] for one in results if "suppressions" in one] == [said]
    assert "OPS-7" in render_markdown(waived).split("## Waivers to look at")[0]


def test_markdown(waived: Evaluation) -> None:
    """Markdown has a table of them, after what is waived."""
    page = render_markdown(waived)
    table = page.partition("## Waivers to look at (3)\n\n")[2].split("\n\n")[0].splitlines()
    assert [line.split(" | ")[4] for line in table[2:]] == ["removable", "expiring", "dead"]


def test_json(waived: Evaluation, unfit: Evaluation) -> None:
    """JSON lists them with the days left, as its schema says; a report without any has no such key."""
    from jsonschema import Draft202012Validator

    schema = json.loads((data_folder("schema") / "report-1.schema.json").read_text())
    document = json.loads(render_json(waived))
    Draft202012Validator(schema).validate(document)
    assert document["waivers"][1] == {
        "rule": "linux:memory.thp",
        "state": "expiring",
        "why": "expires in 3 days",
        "owner": "ops",
        "expires": "2026-11-26",
        "ticket": "OPS-7",
        "days_left": 3,
    }
    assert "waivers" not in json.loads(render_json(unfit))


def test_many(unfit: Evaluation) -> None:
    """Of hundreds of notices a person is shown some, and told how many more there are."""
    crowd = replace(unfit, notices=NOTICES * 100)
    assert "and 280 more" in render_terminal(crowd)
    assert "and 250 more" in render_markdown(crowd)
    assert "and 200 more waivers to look at" in render_junit(crowd)
    assert len(json.loads(render_json(crowd))["waivers"]) == 300
