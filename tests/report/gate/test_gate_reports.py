"""Reports of the gate: names that stay the same, XML that every reader takes, and text that stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from hostproof.evaluate.baseline.fingerprint import fingerprint_of
from hostproof.evaluate.baseline.gate import Now, Outcome, gate
from hostproof.evaluate.baseline.model import Baseline, Run, packs_of, rows_of
from hostproof.evaluate.baseline.nearness import Reach
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.model import Evaluation, Gate, ObjectResult, PackResults, Result, Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT, STRING
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.gate.jsonfile import render_json
from hostproof.report.gate.junit import render_junit
from hostproof.report.gate.markdown import render_markdown
from hostproof.report.gate.patch import render_patch
from hostproof.report.gate.terminal import render_terminal
from hostproof.rulepack.model import Severity
from hostproof.rulepack.policy.load import standard_policy

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schema" / "gate-1.schema.json").read_text("utf-8"))
XSD = ROOT.parent / "shared" / "schemas"
HOST = Host("web-1", "0a1b", "6.1.0-18-amd64", "x86_64", "AMD EPYC 7B13", "kvm", "v2", "Debian GNU/Linux 12 (bookworm)")
START = 1_795_444_724_000_000_000
HOSTILE = "\x1b[31m ]]> </details> | `x` <b> [[ATTACHMENT|/etc/passwd]] \u202e"
RENDERERS: dict[str, Callable[[Outcome], str]] = {
    "gate.txt": render_terminal,
    "gate.md": render_markdown,
    "gate.xml": render_junit,
    "gate.json": render_json,
    "gate.patch": render_patch,
}
PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def rule(name: str, verdict: Verdict, said: str, objects: tuple[ObjectResult, ...] = ()) -> Result:
    """Return what became of a rule."""
    return Result(
        "team",
        name,
        f"Rule {name}",
        name.partition(".")[0],
        Severity.HIGH,
        verdict,
        f"{name} > 0",
        message=said if verdict is FAIL else "",
        findings=(Finding(name, "10", ">= 100"),) if verdict is FAIL else (),
        unknowns=(Unknown(Cause.DENIED, said, "be root", name),) if verdict is UNKNOWN else (),
        gated=verdict in (FAIL, UNKNOWN),
        remediation="sysctl -w it=1",
        objects=objects,
    )


def now(day: int, results: tuple[Result, ...], backlog: int, motd: str, output: str | None = None) -> Now:
    """Return what was found on a day."""
    facts = {"a.backlog": FactInfo(COUNT, Owner.FILES), "a.motd": FactInfo(STRING, Owner.FILES)}
    values = {"a.backlog": backlog, "a.motd": motd}
    snapshot = Snapshot(START + day * 86_400_000_000_000, "local", HOST, values, facts=facts)
    packs = (PackResults("team", "Team", "sha256:" + "ab" * 32, results),)
    digest = snapshot_digest(snapshot)
    found = Evaluation(HOST, "local", snapshot.created, "2026-11-23", digest, packs, Gate(), 1, "0.1.0")
    outputs = {} if output is None else {"tests": Text(output, 0)}
    return Now("team", fingerprint_of(HOST), snapshot, found, outputs)


def outcome_of(then: Now, here: Now, reach: Reach = Reach.SERIES, host: Host = HOST) -> Outcome:
    """Return what the gate finds where `then` was recorded, on some host."""
    assert then.evaluation
    rows, packs = rows_of(then.evaluation), packs_of(then.evaluation)
    run = Run("team", fingerprint_of(host), then.snapshot, rows, packs, Gate(), then.outputs, "0.1.0")
    return gate(here, [Baseline("baselines/team/x", run.fingerprint, (run,))], standard_policy(), reach)


def story(said: str = "10 of 100") -> Outcome:
    """Return an outcome in which everything happens: new, worse, unknown, known, fixed, changed, allowed."""
    old, new = (ObjectResult("eth0", PASS), ObjectResult("eth1", PASS)), (
        ObjectResult("eth0", PASS),
        ObjectResult("eth1", FAIL, (Finding("mtu", said),)),
    )  # fmt: skip
    names = ("a.new", "a.known", "a.fixed", "a.unsure", "a.well", "a.each")
    before = (PASS, FAIL, FAIL, PASS, PASS, PASS)
    after = (FAIL, FAIL, PASS, UNKNOWN, PASS, FAIL)
    then = tuple(rule(n, v, said, old if n == "a.each" else ()) for n, v in zip(names, before, strict=True))
    here = tuple(rule(n, v, said, new if n == "a.each" else ()) for n, v in zip(names, after, strict=True))
    return outcome_of(
        now(0, then, 4096, "hello\n", "ok\n"), now(1, here, 128, f"see /tmp/x\n{said}\n", f"not ok\n{said}\n")
    )


def far() -> Outcome:
    """Return an outcome without a baseline that is near enough."""
    there = Host("old", kernel="5.10.1", arch="x86_64")
    return outcome_of(now(0, (rule("a.b", PASS, ""),), 1, ""), now(1, (rule("a.b", PASS, ""),), 1, ""), host=there)


@pytest.mark.parametrize("name", RENDERERS)
def test_golden(name: str, update: bool) -> None:
    """Each report of a run in which everything happens, as it was last looked at."""
    path = ROOT / "tests" / "golden" / "report" / name
    text = RENDERERS[name](story())
    if update:
        path.write_bytes(text.encode())
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("outcome", [story(), story(HOSTILE), far()], ids=["story", "hostile", "far"])
def test_schemas(outcome: Outcome) -> None:
    """JSON is as its schema says, XML as both published ones do, whatever texts a host has."""
    Draft202012Validator(SCHEMA).validate(json.loads(render_json(outcome)))
    document = etree.fromstring(render_junit(outcome).encode())
    for path in (XSD / "jenkins-xunit-junit-10.xsd", XSD / "windyroad-JUnit.xsd"):
        if path.is_file():
            etree.XMLSchema(file=path).assertValid(document)
    suites = [suite.get("name") for suite in document]
    assert len(set(suites)) == len(suites)
    for suite in document:
        cases = [case.get("name") for case in suite.iterfind("testcase")]
        assert len(set(cases)) == len(cases)


def test_what_cases_come_to() -> None:
    """What is new fails, what isn't known is an error, what is known is skipped, what is fixed passes."""
    root = ElementTree.fromstring(render_junit(story()))
    cases = {case.get("name", ""): [one.tag for one in case] for case in root.iter("testcase")}
    assert cases == {
        "baseline.nearest: A baseline is near enough": [],
        "baseline.renewal: The baseline is up to date": ["skipped"],
        "a.new: Rule a.new": ["failure"],
        "a.known: Rule a.known": ["skipped"],
        "a.fixed: Rule a.fixed": [],
        "a.unsure: Rule a.unsure": ["error"],
        "a.well: Rule a.well": [],
        "a.each: eth0": [],
        "a.each: eth1": ["failure"],
        "a.backlog: as in the baseline": ["skipped"],
        "a.motd: as in the baseline": ["failure"],
        "tests: as in the baseline": ["skipped"],
    }
    skipped = {
        case.get("name"): case[0].get("message") for case in root.iter("testcase") if case.find("skipped") is not None
    }
    assert "known since" in str(skipped["a.known: Rule a.known"])
    assert "a.fixed" in str(skipped["baseline.renewal: The baseline is up to date"])
    assert "4096 -> 128" in str(skipped["a.backlog: as in the baseline"])


def test_no_baseline_is_an_error_in_junit() -> None:
    """A run that could not be compared isn't green in any report, and each says what there is."""
    outcome = far()
    assert outcome.exit_code == 3
    case = next(ElementTree.fromstring(render_junit(outcome)).iter("testcase"))
    assert [one.tag for one in case] == ["error"]
    (other,) = json.loads(render_json(outcome))["others"]
    assert other["differs"]["series"] == {"there": "5.10", "here": "6.1"}
    for render in (render_terminal, render_markdown, render_junit):
        assert "kernel series 5.10 there, 6.1 here" in " ".join(render(outcome).split())
    assert render_patch(outcome) == ""


def test_hostile_text_stays_text() -> None:
    """No escape sequence, no markup and no end of a block comes through."""
    outcome = story(HOSTILE)
    for render in RENDERERS.values():
        text = render(outcome)
        assert "\x1b" not in text
        assert "\u202e" not in text
    ends = [render_markdown(one).splitlines().count("</details>") for one in (outcome, story())]
    assert ends == [2, 2]
    assert re.search(r"(?<!\\)<b>", re.sub(r"^(`{3,}).*?^\1$", "", render_markdown(outcome), flags=re.M | re.S)) is None


def test_a_patch_is_one() -> None:
    """Verdicts, facts and each output are a file of a unified diff, whose hunks have the lines they promise."""
    text = render_patch(story())
    assert text.startswith("--- baseline/verdicts\n+++ now/verdicts\n@@ ")
    assert {"-a.backlog = 4096", "+a.backlog = 128"} <= set(text.splitlines())
    assert "--- baseline/outputs/tests\n+++ now/outputs/tests\n" in text
    hunks = re.split(r"^@@ -[0-9]+(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@\n", text, flags=re.MULTILINE)[1:]
    for old, new, body in zip(hunks[::3], hunks[1::3], hunks[2::3], strict=True):
        marks = [line[:1] for line in body.partition("\n--- ")[0].splitlines()]
        assert marks.count("-") + marks.count(" ") == int(old or 1)
        assert marks.count("+") + marks.count(" ") == int(new or 1)
