"""TAP 13, read by a real TAP parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tap.parser import Parser

from hostproof.evaluate.model import Evaluation, ObjectResult, Verdict
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.pipelines.tap import render_tap

Merge = Callable[[str, list[Evaluation]], str]


def points(text: str) -> list[Any]:
    """Return the test points of a stream, in which every line is understood."""
    lines = list(Parser().parse_text(text))
    assert [line.category for line in lines if line.category == "unknown"] == []
    assert [line.category for line in lines].count("version") == 1
    (plan,) = (line for line in lines if line.category == "plan")
    found = [line for line in lines if line.category == "test"]
    assert plan.expected_tests == len(found)
    assert [point.number for point in found] == list(range(1, len(found) + 1))
    return found


def test_golden(unfit: Evaluation, golden: Callable[[str, str], None]) -> None:
    """The stream of every verdict, as it was last looked at."""
    golden("unfit.tap", render_tap(unfit))


def test_verdicts(unfit: Evaluation) -> None:
    """Undecided is not ok, without a directive; skipped is a SKIP; waived and below the gate are TODO."""
    said = {point.description.split(": ")[1]: (point.ok, point.skip, point.todo) for point in points(render_tap(unfit))}
    assert said == {
        "clock.source": (True, False, False),
        "cgroup.pids": (True, True, False),
        "memory.thp": (False, False, True),
        "net.mtu": (False, False, True),
        "net.backlog": (False, False, False),
        "net.conntrack": (False, False, False),
    }


def test_diagnostics(unfit: Evaluation) -> None:
    """What is wrong, why, and what to do about it is YAML under the point."""
    blocks = {point.description.split(": ")[1]: point.yaml_block for point in points(render_tap(unfit))}
    assert blocks["net.backlog"]["message"] == "a listener is held to 128 waiting connections"
    assert blocks["net.backlog"]["found"] == ["sysctl.net.core.somaxconn = 128, wanted >= 4096"]
    assert blocks["net.backlog"]["at"] == "rules/linux-network/pack.yaml:23"
    assert blocks["net.conntrack"]["cause"] == "denied"
    assert blocks["clock.source"] is None


def test_several_hosts(unfit: Evaluation, fit: Evaluation, merge: Merge) -> None:
    """Points of all hosts are numbered through, and named after their hosts."""
    other = replace(fit, host=replace(fit.host, name="web-2"))
    found = points(merge("tap", [unfit, other]))
    assert len(found) == 7
    assert found[-1].description == "- linux @ web-2: clock.source: The clock is read without a system call"


def test_objects(fit: Evaluation) -> None:
    """What a rule was judged over is a point each."""
    unknown = Unknown(Cause.DENIED, "no", "", "x")
    objects = (
        ObjectResult("a # SKIP", Verdict.PASS),
        ObjectResult("b", Verdict.FAIL),
        ObjectResult("c", Verdict.UNKNOWN, (), (unknown,)),
    )
    result = replace(fit.results()[0], verdict=Verdict.FAIL, gated=True, objects=objects)
    found = points(render_tap(replace(fit, packs=(replace(fit.packs[0], results=(result,)),))))
    assert [(point.ok, point.skip, point.todo) for point in found] == [(True, False, False)] + [
        (False, False, False)
    ] * 2


@settings(max_examples=10)
@given(data=st.data())
def test_hostile_text(hostile: SearchStrategy[Evaluation], merge: Merge, data: st.DataObject) -> None:
    """No text ends a block, bails out, makes up a point, or turns one into a directive."""
    evaluation = data.draw(hostile)
    for text, times in ((render_tap(evaluation), 1), (merge("tap", [evaluation, evaluation]), 2)):
        found = points(text)
        results = evaluation.results() * times
        assert len(found) == len(results)
        for point, result in zip(found, results, strict=True):
            assert point.ok == (result.verdict in (Verdict.PASS, Verdict.SKIPPED))
            assert bool(point.skip) == (result.verdict is Verdict.SKIPPED)
            assert bool(point.todo) == (not point.ok and not result.gated)
