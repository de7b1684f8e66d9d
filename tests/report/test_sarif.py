"""SARIF: the published schema, what GitHub and the standard's text ask beyond it, and hostile texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft7Validator

from hostproof.evaluate.model import Evaluation
from hostproof.report.pipelines import sarif
from hostproof.report.pipelines.sarif import render_sarif

Merge = Callable[[str, list[Evaluation]], str]
SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "sarif-schema-2.1.0.json"


@pytest.fixture(scope="session")
def published() -> Draft7Validator | None:
    """Return the published schema, if it lies beside the checkout."""
    return Draft7Validator(json.loads(SCHEMA.read_text("utf-8"))) if SCHEMA.is_file() else None


def run_of(text: str) -> dict[str, Any]:
    """Return the one run of a log."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def broken_rules(text: str) -> list[str]:
    """Say what a log breaks of what GitHub and the standard ask; needs no schema."""
    run = run_of(text)
    rules = run["tool"]["driver"]["rules"]
    broken = ["results"] if len(run["results"]) > 5_000 else []
    for rule in rules:
        kept = {
            "texts": all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help")),
            "shown": len(rule["fullDescription"]["text"]) <= 1024,
            "tags": len(rule["properties"]["tags"]) <= 10,
            "id": len(rule["id"]) <= 255,
        }
        broken += [f"rule {rule['id']}: {name}" for name, holds in kept.items() if not holds]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        address = place["artifactLocation"]
        kept = {
            "index": rules[result["ruleIndex"]]["id"] == result["ruleId"],
            "level": (result["level"] == "none") == (result["kind"] != "fail"),  # 3.27.10
            "text": bool(result["message"]["text"]),
            "line": place["region"]["startLine"] >= 1,
            "address": address.get("uriBaseId") == "%SRCROOT%" or address["uri"].startswith("file:///"),
            "relative": not (address.get("uriBaseId") and address["uri"].startswith(("/", "../"))),
            "fingerprint": result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1"),
        }
        broken += [f"result {result['ruleId']}: {name}" for name, holds in kept.items() if not holds]
    return broken


@pytest.mark.parametrize("name", ["unfit", "undecided", "fit"])
def test_valid(name: str, request: pytest.FixtureRequest, published: Draft7Validator | None) -> None:
    """A log of every verdict is valid, by the schema and by what readers ask beyond it."""
    text = render_sarif(request.getfixturevalue(name))
    assert broken_rules(text) == []
    if published is None:
        pytest.skip("the published schema is not beside this checkout")
    published.validate(json.loads(text))


def test_golden(unfit: Evaluation, golden: Callable[[str, str], None]) -> None:
    """The log of every verdict, as it was last looked at."""
    golden("unfit.sarif", render_sarif(unfit))


def test_verdicts(unfit: Evaluation) -> None:
    """Failures have the level of their severity, undecided is open, waived suppressed; nothing else is a result."""
    results = {one["ruleId"]: one for one in run_of(render_sarif(unfit))["results"]}
    said = {rule: (one["kind"], one["level"], "suppressions" in one) for rule, one in results.items()}
    assert said == {
        "linux-network/net.backlog": ("fail", "error", False),
        "linux-network/net.mtu": ("fail", "note", False),
        "linux-network/net.conntrack": ("open", "none", False),
        "linux/memory.thp": ("fail", "note", True),
    }
    assert "until 2026-12-31" in results["linux/memory.thp"]["suppressions"][0]["justification"]


def test_places(unfit: Evaluation) -> None:
    """A result stands at its rule's line, under the source root, or at an absolute address outside of it."""
    (backlog,) = (one for one in run_of(render_sarif(unfit))["results"] if one["ruleId"].endswith("net.backlog"))
    place = backlog["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "rules/linux-network/pack.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 23}
    packs = tuple(
        replace(pack, results=tuple(replace(one, file="/srv/a pack/x#1.yaml") for one in pack.results))
        for pack in unfit.packs
    )
    for result in run_of(render_sarif(replace(unfit, packs=packs)))["results"]:
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert address == {"uri": "file:///srv/a%20pack/x%231.yaml"}


def test_fingerprints(unfit: Evaluation, merge: Merge) -> None:
    """An alert stays itself when values and lines change, and is another one on another host."""

    def prints(evaluation: Evaluation) -> list[str]:
        return [
            one["partialFingerprints"]["primaryLocationLineHash"] for one in run_of(render_sarif(evaluation))["results"]
        ]

    packs = tuple(
        replace(pack, results=tuple(replace(one, message="now", line=one.line + 7) for one in pack.results))
        for pack in unfit.packs
    )
    other = replace(unfit, host=replace(unfit.host, name="web-2"))
    assert prints(unfit) == prints(replace(unfit, packs=packs))
    assert not set(prints(unfit)) & set(prints(other))
    both = run_of(merge("sarif", [unfit, other]))["results"]
    assert len({one["partialFingerprints"]["hostproof/v1"] for one in both}) == len(both) == 8


def test_gravest_are_kept(unfit: Evaluation, merge: Merge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what GitHub takes, the least grave are left out, and the log says how many."""
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    run = run_of(merge("sarif", [unfit, unfit]))
    assert [one["level"] for one in run["results"]] == ["error", "error", "note"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "5 more results were left out"


@settings(max_examples=12)
@given(data=st.data())
def test_hostile_text(
    hostile: SearchStrategy[Evaluation], merge: Merge, published: Draft7Validator | None, data: st.DataObject
) -> None:
    """No text makes a log invalid, or brings a control character into it."""
    evaluation = data.draw(hostile)
    for text in (render_sarif(evaluation), merge("sarif", [evaluation, evaluation])):
        assert "\x1b" not in text
        assert broken_rules(text) == []
        if published is not None:
            published.validate(json.loads(text))
