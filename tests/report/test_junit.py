"""JUnit XML: the rules that every reader needs, both published schemas, and text that tries to break out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from lxml import etree

from hostproof.evaluate.model import Evaluation, Result
from hostproof.facts.snapshot import Evidence
from hostproof.report.junit import MOST_MESSAGE, MOST_TEXT, render_junit

SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas"
SUITE_ATTRIBUTES = {
    "name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time",
}  # fmt: skip
RESULTS = ("failure", "error", "skipped")


def broken_rules(text: str) -> list[str]:
    """Say which of the readers' rules a file breaks; needs no schema."""
    root = ElementTree.fromstring(text)
    broken = [] if root.tag == "testsuites" and not root.attrib else ["the root is not a bare testsuites"]
    names = Counter(suite.get("name") for suite in root)
    broken += [f"suite {name} stands there twice" for name, number in names.items() if number > 1]
    for number, suite in enumerate(root):
        broken += _broken_in_suite(suite, number)
    return broken


def _broken_in_suite(suite: ElementTree.Element, number: int) -> list[str]:
    cases = suite.findall("testcase")
    counts = {tag: sum(case.find(tag) is not None for case in cases) for tag in RESULTS}
    rules = {
        "attributes": set(suite.keys()) == SUITE_ATTRIBUTES,
        "an empty attribute": all(suite.attrib.values()),
        "id": suite.get("id") == str(number),
        "timestamp": re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", "")),
        "order": [e.tag for e in suite] == ["properties", *["testcase"] * len(cases), "system-out", "system-err"],
        "tests": suite.get("tests") == str(len(cases)),
        "failures": suite.get("failures") == str(counts["failure"]),
        "errors": suite.get("errors") == str(counts["error"]),
        "skipped": suite.get("skipped") == str(counts["skipped"]),
        "time": re.fullmatch(r"\d+\.\d{3}", suite.get("time", "")),
        "property names": all(p.get("name") and p.get("value") is not None for p in suite.iterfind("*/property")),
        "cases are unique": len({(c.get("classname"), c.get("name")) for c in cases}) == len(cases),
    }
    broken = [f"suite {number}: {rule}" for rule, kept in rules.items() if not kept]
    return broken + [problem for case in cases for problem in _broken_in_case(case)]


def _broken_in_case(case: ElementTree.Element) -> list[str]:
    rules = {
        "attributes": set(case.keys()) == {"name", "classname", "time"},
        "time": re.fullmatch(r"\d+\.\d{3}", case.get("time", "")),
        "name on one line": case.get("name", "") == " ".join(case.get("name", "").split()) != "",
        "classname": re.fullmatch(r"\S.*\..*\S", case.get("classname", "")),
        "at most one result": len(case) <= 1 and all(e.tag in RESULTS for e in case),
        "result says something": all(e.get("message") and e.text for e in case),
        "type": all(bool(e.get("type")) == (e.tag != "skipped") for e in case),
        "size": all(len(e.get("message", "")) <= MOST_MESSAGE and len(e.text or "") < MOST_TEXT + 100 for e in case),
    }
    return [f"case {case.get('name')!r}: {rule}" for rule, kept in rules.items() if not kept]


@pytest.fixture(scope="session")
def published() -> list[etree.XMLSchema]:
    """Both published schemas, if they lie beside the checkout."""
    paths = [SCHEMAS / name for name in ("jenkins-xunit-junit-10.xsd", "windyroad-JUnit.xsd")]
    return [etree.XMLSchema(file=path) for path in paths if path.is_file()]


@pytest.mark.parametrize("name", ["unfit", "undecided", "fit"])
def test_rules_of_readers(name: str, request: pytest.FixtureRequest) -> None:
    """Every report keeps the rules that readers need."""
    assert broken_rules(render_junit(request.getfixturevalue(name))) == []


@pytest.mark.parametrize("name", ["unfit", "undecided", "fit"])
def test_published_schemas(name: str, request: pytest.FixtureRequest, published: list[etree.XMLSchema]) -> None:
    """One file is valid for Jenkins and for Ant's readers."""
    if not published:
        pytest.skip("the published XSDs are not beside this checkout")
    document = etree.fromstring(render_junit(request.getfixturevalue(name)).encode())
    for schema in published:
        schema.assertValid(document)


def test_golden(unfit: Evaluation, golden: Callable[[str, str], None]) -> None:
    """The report of every verdict, as it was last looked at."""
    golden("unfit.xml", render_junit(unfit))


@settings(max_examples=30)
@given(data=st.data())
def test_hostile_text(
    hostile: SearchStrategy[Evaluation], published: list[etree.XMLSchema], data: st.DataObject
) -> None:
    """No text of a host or a pack makes a file that a reader refuses, or misreads."""
    evaluation = data.draw(hostile)
    text = render_junit(evaluation)
    document = etree.fromstring(text.encode())
    assert broken_rules(text) == []
    assert len(document.findall(".//testcase")) == len(evaluation.results())
    for schema in published:
        schema.assertValid(document)


def test_verdicts(unfit: Evaluation) -> None:
    """Fail is failure, unknown is error, skipped and waived are skipped, pass is a case without a result."""
    root = ElementTree.fromstring(render_junit(unfit))
    results = {case.get("name", "").split(":")[0]: [e.tag for e in case] for case in root.iter("testcase")}
    assert results == {
        "clock.source": [],
        "cgroup.pids": ["skipped"],
        "memory.thp": ["skipped"],
        "net.mtu": ["failure"],
        "net.backlog": ["failure"],
        "net.conntrack": ["error"],
    }


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("net.backlog", ["= 128, wanted >= 4096", "held to 128", "why: A burst", "fix: sysctl -w", "see: https://"]),
        ("net.backlog", ["at: rules/linux-network/pack.yaml:23", "file /proc/sys/net/core/somaxconn\n128"]),
        ("net.conntrack", ["conntrack.count: denied: open", "to decide: run as root", "(status 1)"]),
        ("memory.thp", ["storage@example.org until 2026-12-31", "needs it until 14.2"]),
        ("cgroup.pids", ['cgroup.mode = "v1", wanted == "v2"']),
        ("net.mtu", ["below the gate (medium)"]),
    ],
)
def test_contents(unfit: Evaluation, rule: str, parts: list[str]) -> None:
    """A result element holds what its reader needs to act."""
    root = ElementTree.fromstring(render_junit(unfit))
    (result,) = (case[0] for case in root.iter("testcase") if case.get("name", "").startswith(rule))
    assert [part for part in parts if part not in (result.text or "")] == []


def test_type_of_an_unknown_is_its_cause(undecided: Evaluation) -> None:
    """A CI that groups errors by type groups them by cause."""
    root = ElementTree.fromstring(render_junit(undecided))
    assert [error.get("type") for error in root.iter("error")] == ["denied"]


def test_names_hold_no_values(unfit: Evaluation) -> None:
    """The same rule has the same name whatever was found, so that a CI can follow it through builds."""
    changed = _with_results(unfit, lambda result: replace(result, findings=(), message="another", took=0))
    names = [
        [(case.get("classname"), case.get("name")) for case in ElementTree.fromstring(render_junit(e)).iter("testcase")]
        for e in (unfit, changed)
    ]
    assert names[0] == names[1]


def test_same_name_twice(unfit: Evaluation) -> None:
    """Rules and packs that happen to share a name stay apart, since readers keep only one of two."""
    same = _with_results(unfit, lambda result: replace(result, id="a", title="b", group="c"))
    twice = replace(same, packs=(same.packs[0], same.packs[0]))
    root = ElementTree.fromstring(render_junit(twice))
    assert [suite.get("name") for suite in root] == ["linux @ web-1", "linux @ web-1 (2)"]
    assert [case.get("name") for case in root[0].iter("testcase")] == ["a: b", "a: b (2)", "a: b (3)"]


def test_size_is_bounded(unfit: Evaluation) -> None:
    """A flood in one field is cut, and the report says how much of it."""
    flooded = _with_results(unfit, lambda result: replace(result, rationale="x" * 1_000_000))
    text = render_junit(flooded)
    assert len(text) < 200_000
    assert "characters left out" in text
    assert broken_rules(text) == []


@pytest.mark.parametrize(
    ("size", "shown"), [(4096, "begin\n[... 4088 bytes left out ...]\nend"), (0, "begin\n[...]\nend")]
)
def test_evidence_says_what_is_missing(unfit: Evaluation, size: int, shown: str) -> None:
    """Output that was cut shows where, and how much is missing if that is known."""
    evidence = (Evidence("command", "dmesg", 0, 0, size, "begin", "end"),)
    assert shown in render_junit(_with_results(unfit, lambda result: replace(result, evidence=evidence)))


def test_escape_sequences_are_visible(unfit: Evaluation) -> None:
    """A terminal that prints the file gets no escape sequence from a host."""
    hostile = _with_results(unfit, lambda result: replace(result, message="\x1b]0;owned\x07 \u202e"))
    text = render_junit(hostile)
    assert "\\x1b]0;owned\\x07 \\u202e" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_rules_are_checked_at_all(unfit: Evaluation) -> None:
    """The rule checker of this file sees what it is there to see."""
    text = render_junit(unfit)
    assert broken_rules(text.replace("<testsuites>", '<testsuites time="1">'))
    assert broken_rules(text.replace('timestamp="2026-11-23T14:38:44"', 'timestamp="2026-11-23T14:38:44Z"'))
    assert broken_rules(text.replace('classname="linux.clock"', 'classname=""'))
    assert broken_rules(text.replace('time="1.234"', 'time="1.2345"'))
    assert broken_rules(text.replace("<skipped message", '<skipped type="skipped" message'))


def _with_results(evaluation: Evaluation, change: Callable[[Result], Result]) -> Evaluation:
    packs = tuple(replace(pack, results=tuple(map(change, pack.results))) for pack in evaluation.packs)
    return replace(evaluation, packs=packs)
