"""Rules judged over several objects: each object has a verdict, a time and an output of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.collect.learn.packfacts import declared
from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.junit import render_junit
from hostproof.rulepack.cache import load_cached
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack

PACK = """\
hostproof: 1
pack: suite
title: A suite of tests
facts:
  tests:
    run: [tests]
    read: json
    gives: 'list<{name: string, seconds: duration, out: string, ok: bool}>'
rules:
  - id: suite.tests
    title: Each test passes
    severity: high
    assert: 'all(t in tests: t.ok)'
    each: {name: name, took: seconds, output: out}
  - id: suite.broken
    title: None is broken
    severity: low
    when: len(tests) > 1
    assert: 'none(t in tests: not t.ok)'
    each: name
"""
GOOD: Value = {"name": "TestA", "seconds": 1_500_000_000, "out": "ok", "ok": True}
BAD: Value = {"name": "TestB", "seconds": 20_000_000, "out": "x.go:3: \x1b[31mno\n", "ok": False}
HALF: Value = {"name": "TestC", "seconds": 0, "out": ""}


@pytest.fixture
def pack(tmp_path: Path) -> RulePack:
    """Give the pack, read from its file."""
    (tmp_path / "pack.yaml").write_text(PACK)
    return load_pack(tmp_path, builtin_catalog())


def judged(pack: RulePack, *tests: Value, why: Unknown | None = None) -> Evaluation:
    """Judge a snapshot in which these tests ran, or could not."""
    values, unknown = ({}, {"suite:tests": why}) if why else ({"suite:tests": list(tests)}, {})
    facts = {name: FactInfo(of, Owner.PROCESS) for name, of in declared(pack.requests[0]).items()}
    return evaluate_packs([pack], Snapshot(1, "local", Host("h"), values, unknown, facts))


def first(evaluation: Evaluation) -> Result:
    """Return the result of the first rule."""
    return evaluation.results()[0]


def test_each_object_has_a_verdict(pack: RulePack) -> None:
    """Pass, fail with what decided it, and unknown where a field is missing; times and outputs are the item's."""
    result = first(judged(pack, GOOD, BAD, HALF))
    assert result.verdict is Verdict.FAIL
    assert [(one.name, one.verdict, one.took) for one in result.objects] == [
        ("TestA", Verdict.PASS, 1_500_000_000),
        ("TestB", Verdict.FAIL, 20_000_000),
        ("TestC", Verdict.UNKNOWN, 0),
    ]
    assert "TestB" in str(result.objects[1].findings[0])
    assert result.objects[2].unknowns[0].cause is Cause.ABSENT


def test_none_is_the_opposite(pack: RulePack) -> None:
    """An item that `none` should not find is the one that fails."""
    broken = judged(pack, GOOD, BAD).results()[1]
    assert [one.verdict for one in broken.objects] == [Verdict.PASS, Verdict.FAIL]


def test_a_rule_that_was_not_judged_has_no_objects(pack: RulePack) -> None:
    """Skipped and undecided rules stay one case."""
    assert judged(pack, GOOD).results()[1].objects == ()
    assert first(judged(pack, why=Unknown(Cause.NO_TOOL, "no tests", "install"))).objects == ()


def test_junit_has_a_case_for_each_object(pack: RulePack) -> None:
    """Each case has its own name, time and output; a control character of a test does no harm; two names stay apart."""
    text = render_junit(judged(pack, GOOD, BAD, HALF, BAD))
    assert 'name="suite.tests: TestA"' in text
    assert 'name="suite.tests: TestB"' in text
    assert 'name="suite.tests: TestB (2)"' in text
    assert 'time="1.500"' in text
    assert "x.go:3:" in text
    assert "\x1b" not in text
    assert text.count('classname="suite.suite"') == 8


def test_the_key_survives_the_cache(pack: RulePack, tmp_path: Path) -> None:
    """A pack from the cache knows its objects too."""
    folder = tmp_path / "cache"
    load_cached(Path(pack.path), folder)
    again = load_cached(Path(pack.path), folder)
    assert [rule.each for rule in again.rules] == [rule.each for rule in pack.rules]
    assert len(list(folder.iterdir())) == 1
