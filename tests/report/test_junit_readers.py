"""JUnit XML as each reader takes it: their rules, written down from their code and manuals, over one host and several.

Jenkins' and Ant's rules are their schemas, in test_junit.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from junitparser import JUnitXml

from hostproof.evaluate.hosts import row_of
from hostproof.evaluate.model import Evaluation, ObjectResult, Result, Verdict
from hostproof.expr.findings import Finding
from hostproof.report.junit import render_junit
from hostproof.report.merged import Hosts, part, whole

Case = ElementTree.Element
RESULTS = {"failure": "failed", "error": "error", "skipped": "skipped"}
# What Rails' Hash.from_xml casts, or refuses the whole file for: symbol and yaml.
RAILS_TYPES = {"symbol", "date", "datetime", "integer", "float", "decimal", "boolean", "string", "yaml", "file"}


@pytest.fixture(params=["unfit", "undecided", "fit", "several"])
def report(request: pytest.FixtureRequest, unfit: Evaluation, undecided: Evaluation, fit: Evaluation) -> str:
    """Give reports of one host, and one of three that have the same name."""
    if request.param != "several":
        return render_junit(request.getfixturevalue(request.param))
    return merged([unfit, undecided, fit])


def merged(evaluations: list[Evaluation]) -> str:
    """Return one report of several hosts."""
    about = Hosts(tuple(map(row_of, evaluations)), ())
    return "".join(whole("junit", about, [part("junit", one, at) for at, one in enumerate(evaluations)]))


def cases(text: str) -> Iterator[tuple[Case, Case]]:
    """Yield each case with its suite."""
    for suite in ElementTree.fromstring(text):
        yield from ((suite, case) for case in suite.iterfind("testcase"))


def test_gitlab(report: str) -> None:
    """GitLab keys results by suite, class and name, in one bag a status; a type that Rails casts spoils the file."""
    found: dict[str, set[str]] = {}
    for suite, case in cases(report):
        status = next((RESULTS[one.tag] for one in case if one.tag in RESULTS), "success")
        key = hashlib.sha256(f"{suite.get('name')}_{case.get('classname')}_{case.get('name')}".encode()).hexdigest()
        found.setdefault(status, set()).add(key)
        assert float(case.get("time", "")) >= 0
        assert not RAILS_TYPES.intersection(one.get("type", "") for one in case)
    assert sum(map(len, found.values())) == len(list(cases(report)))
    assert len(set().union(*found.values())) == len(list(cases(report)))


def dorny_place(details: str, tracked: list[str]) -> tuple[str, int] | None:
    """Find file and line in a failure's text as dorny/test-reporter does (java-junit-parser.ts)."""
    for line in details.splitlines():
        match = re.fullmatch(r"at (.*)\((.*):(\d+)\)", line)
        if match:
            words = match[1].split(".")
            package = words[: next((at for at, word in enumerate(words) if word[:1] <= "Z"), len(words))]
            for path in tracked:
                folders = list(PurePosixPath(path).parent.parts)
                if PurePosixPath(path).name == match[2] and package and folders[-len(package) :] == package:
                    return path, int(match[3])
    return None


def test_dorny(unfit: Evaluation) -> None:
    """GitHub's most used reporter is led to the line of the pack, among files of the same name."""
    tracked = ["pack.yaml", "rules/linux/pack.yaml", "rules/linux-network/pack.yaml"]
    places = {case.get("name", "").split(":")[0]: dorny_place(case.findtext("failure", ""), tracked)
              for _, case in cases(render_junit(unfit))}  # fmt: skip
    assert places["net.backlog"] == ("rules/linux-network/pack.yaml", 23)
    assert places["clock.source"] is None


@pytest.mark.parametrize("file", ["/srv/packs/team/pack.yaml", "../team/pack.yaml", "pack.yaml", "a b/pack.yaml", ""])
def test_dorny_is_not_led_astray(unfit: Evaluation, file: str) -> None:
    """A place that such a line can't name is not written as one."""
    assert "Rule(pack.yaml" not in render_junit(changed(unfit, file=file))


def test_dorny_reads_names(report: str) -> None:
    """It trims suites' and cases' names without looking whether they are there, and reads times as numbers."""
    for suite, case in cases(report):
        assert suite.get("name", "").strip() == suite.get("name") != ""
        assert case.get("name", "").strip() == case.get("name") != ""
        assert float(suite.get("time", "")) >= float(case.get("time", "")) - 0.001


def test_mikepenz(report: str) -> None:
    """With check_retries it takes cases of one name in a suite for repetitions, and drops a failure."""
    named: dict[str, list[str]] = {}
    for suite, case in cases(report):
        named.setdefault(suite.get("name", ""), []).append(case.get("name", ""))
        assert case.get("classname")
    assert all(len(set(names)) == len(names) for names in named.values())


def test_enricomi(report: str) -> None:
    """Read by the library that EnricoMi's action uses: counts agree, and no output that is there is without text."""
    document = JUnitXml.fromstring(report.encode())
    for suite in document:
        assert len(suite) == suite.tests
        tags = [type(result).__name__ for case in suite for result in case.result]
        assert (tags.count("Failure"), tags.count("Error"), tags.count("Skipped")) == (
            suite.failures,
            suite.errors,
            suite.skipped,
        )
        for tag in ("system-out", "system-err"):
            assert suite._elem.find(tag).text is not None  # it calls .strip() on it
        assert all(len(case.result) <= 1 and case.time is not None for case in suite)


def test_azure(report: str) -> None:
    """Azure takes ISO times without a zone, seconds with a dot, and names of less than 256 characters."""
    for suite, case in cases(report):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
        assert all(re.fullmatch(r"\d+\.\d{3}", one.get("time", "")) for one in (suite, case))
        assert len(case.get("name", "")) < 256 > len(suite.get("name", ""))


def test_circleci_and_buildkite(report: str) -> None:
    """Both need class, name and time of each case; Buildkite refuses empty ones."""
    for _, case in cases(report):
        assert case.get("classname")
        assert case.get("name")
        assert case.get("time")


def test_a_suite_for_each_host(unfit: Evaluation, fit: Evaluation) -> None:
    """Suites of hosts are told apart by host, those of namesakes by number."""
    other = replace(fit, host=replace(fit.host, name="web-2"))
    suites = [suite.get("name") for suite in ElementTree.fromstring(merged([unfit, other, fit]))]
    assert suites == ["linux @ web-1", "linux-network @ web-1", "linux @ web-2", "linux @ web-1 (2)"]


def test_names_hold_no_values(unfit: Evaluation) -> None:
    """A history goes on when values change: names of suites and cases are the same."""
    other = changed(unfit, message="another", findings=(Finding("x", "9", ">= 10"),), took=77, reason="for now")
    names = [[(suite.get("name"), case.get("classname"), case.get("name")) for suite, case in cases(render_junit(one))]
             for one in (unfit, other)]  # fmt: skip
    assert names[0] == names[1]


def test_nothing_is_attached(unfit: Evaluation) -> None:
    """Jenkins and GitLab attach what an output names in double brackets; a host's output doesn't choose files."""
    ask = "[[ATTACHMENT|/etc/shadow]]"
    one = ObjectResult("eth0", Verdict.PASS, output=ask)
    text = render_junit(changed(unfit, objects=(one,), remediation=ask))
    assert "[[ATTACHMENT|" not in "".join(element.text or "" for element in outputs(text))
    assert any("ATTACHMENT" in (element.text or "") for element in outputs(text))


def outputs(text: str) -> Iterator[ElementTree.Element]:
    """Yield everything that is some output."""
    yield from ElementTree.fromstring(text).iter("system-out")


@settings(max_examples=10)
@given(data=st.data())
def test_hostile_text(hostile: SearchStrategy[Evaluation], data: st.DataObject) -> None:
    """Whatever texts say, readers find every case, under a name of its own."""
    evaluations = data.draw(st.lists(hostile, min_size=2, max_size=2))
    text = merged(evaluations)
    for check in (test_gitlab, test_mikepenz, test_enricomi, test_azure, test_circleci_and_buildkite):
        check(text)
    assert len(list(cases(text))) == sum(len(one.results()) for one in evaluations)


def changed(evaluation: Evaluation, **fields: object) -> Evaluation:
    """Return an evaluation in which all results have these fields."""

    def change(result: Result) -> Result:
        return replace(result, **fields)  # type: ignore[arg-type]

    packs = tuple(replace(pack, results=tuple(map(change, pack.results))) for pack in evaluation.packs)
    return replace(evaluation, packs=packs)
