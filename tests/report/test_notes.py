"""Annotations for GitHub and Azure, held against parsers written after those of their runners."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hostproof.evaluate.model import Evaluation
from hostproof.report.pipelines.azure import render_azure
from hostproof.report.pipelines.codequality import render_codequality
from hostproof.report.pipelines.github import render_github

Merge = Callable[[str, list[Evaluation]], str]


def github(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a line as actions/runner does (ActionCommand.TryParseV2): name, properties, message."""
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    pairs = (pair.split("=", 1) for pair in rest.strip().split(",") if "=" in pair)
    unescape = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
    return (
        name,
        {k.strip(): undone(v, (("%3A", ":"), ("%2C", ","), *unescape)) for k, v in pairs},
        undone(line[end + 2 :], unescape),
    )


def azure(line: str) -> tuple[str, dict[str, str], str] | None:
    """Read a line as azure-pipelines-agent does (Command.TryParse)."""
    begin = line.find("##vso[")
    end = line.find("]", begin)
    if begin < 0 or end < 0:
        return None
    name, _, rest = line[begin + 6 : end].partition(" ")
    pairs = (pair.split("=", 1) for pair in rest.split(";") if "=" in pair)
    unescape = (("%0D", "\r"), ("%0A", "\n"), ("%AZP25", "%"))
    return (
        name,
        {k.strip(): undone(v, (("%3B", ";"), ("%5D", "]"), *unescape)) for k, v in pairs},
        undone(line[end + 1 :], unescape),
    )


def undone(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Undo escapes, in this order."""
    for token, meant in pairs:
        text = text.replace(token, meant)
    return text


def test_github(unfit: Evaluation) -> None:
    """What turns the run red is an error at the pack's line; below the gate it is a warning; waived is not told."""
    lines = [github(line) for line in render_github(unfit).splitlines()]
    said = [(one[0], one[1].get("file"), one[1].get("line"), one[1]["title"].split()[0]) for one in lines if one]
    assert said == [
        ("error", "rules/linux-network/pack.yaml", "23", "net.backlog"),
        ("error", "rules/linux-network/pack.yaml", "80", "net.conntrack"),
        ("warning", None, None, "net.mtu"),
    ]
    assert lines[0]
    assert lines[0][1]["title"] == "net.backlog (high) on web-1: The kernel holds a full listen backlog"
    assert lines[0][2].splitlines()[0] == "a listener is held to 128 waiting connections"
    assert "fix: sysctl -w net.core.somaxconn=4096\necho net.core" in lines[0][2]


def test_azure(unfit: Evaluation) -> None:
    """The same as issues of a task."""
    lines = [azure(line) for line in render_azure(unfit).splitlines()]
    said = [(one[0], one[1]["type"], one[1].get("sourcepath"), one[1].get("linenumber")) for one in lines if one]
    assert said == [
        ("task.logissue", "error", "rules/linux-network/pack.yaml", "23"),
        ("task.logissue", "error", "rules/linux-network/pack.yaml", "80"),
        ("task.logissue", "warning", None, None),
    ]


@pytest.mark.parametrize("form", ["github", "azure"])
def test_ten_of_a_level(unfit: Evaluation, merge: Merge, form: str) -> None:
    """Over many hosts the ten gravest of a level are kept, and the rest is counted."""
    lines = merge(form, [unfit] * 30).splitlines()
    assert len(lines) == 21
    assert sum("net.backlog" in line for line in lines) == 10
    assert lines[-1] == "hostproof: 50 more errors, 20 more warnings; the report has them all"


def test_places_elsewhere(unfit: Evaluation) -> None:
    """A place outside the folder of the run is none for a reader of the repository."""
    packs = tuple(
        replace(pack, results=tuple(replace(one, file="/etc/pack.yaml") for one in pack.results))
        for pack in unfit.packs
    )
    assert "file=" not in render_github(replace(unfit, packs=packs))
    assert "sourcepath" not in render_azure(replace(unfit, packs=packs))


def test_codequality(unfit: Evaluation, fit: Evaluation, merge: Merge) -> None:
    """GitLab's list has what it needs of each issue; its fingerprints differ by host, and don't by value."""
    rows = json.loads(render_codequality(unfit))
    assert [(row["check_name"], row["severity"], row["location"]["lines"]["begin"]) for row in rows] == [
        ("linux-network/net.mtu", "minor", 1),
        ("linux-network/net.backlog", "critical", 23),
        ("linux-network/net.conntrack", "major", 80),
    ]
    assert all(row["description"] and not row["location"]["path"].startswith(("/", "./")) for row in rows)
    other = replace(unfit, host=replace(unfit.host, name="web-2"))
    both = json.loads(merge("codequality", [unfit, fit, other]))
    assert len({row["fingerprint"] for row in both}) == len(both) == 6
    assert json.loads(render_codequality(fit)) == json.loads(merge("codequality", [fit, fit])) == []


@settings(max_examples=12)
@given(data=st.data())
def test_hostile_text(hostile: SearchStrategy[Evaluation], merge: Merge, data: st.DataObject) -> None:
    """Every line is one of our own commands, whatever texts say; no property is made up."""
    evaluation = data.draw(hostile)
    for line in merge("github", [evaluation]).split("\n")[:-1]:
        found = github(line)
        assert found
        assert found[0] in {"error", "warning", "notice"}
        assert set(found[1]) <= {"file", "line", "title"}
        assert not re.search("[\x00-\x08\x0b-\x1f]", line)
    for line in merge("azure", [evaluation]).split("\n")[:-1]:
        issue = azure(line)
        assert issue
        assert issue[0] == "task.logissue"
        assert set(issue[1]) <= {"type", "sourcepath", "linenumber"}
        assert line.count("##") == 1
    assert len(json.loads(merge("codequality", [evaluation]))) <= len(evaluation.results())
