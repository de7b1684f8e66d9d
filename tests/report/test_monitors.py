"""What monitoring reads: a Nagios plugin's line by its guidelines, Prometheus' text by Prometheus' own parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from hostproof.evaluate.hosts import RuleRow, row_of
from hostproof.evaluate.model import Evaluation, Gate, OnUnknown
from hostproof.report.monitors import prometheus
from hostproof.report.monitors.nagios import could_not, render_nagios, status
from hostproof.report.monitors.prometheus import render_many, render_prometheus

Merge = Callable[[str, list[Evaluation]], str]
LINE = re.compile(r"HOSTPROOF (OK|WARNING|CRITICAL|UNKNOWN) - ([^|]+) \| (\w+=\d+;;;0;\d+( \w+=\d+;;;0;\d+)*)")


def test_nagios(unfit: Evaluation, undecided: Evaluation, fit: Evaluation) -> None:
    """The first line has status, reason and numbers; further lines tell of each rule."""
    lines = render_nagios(unfit).splitlines()
    assert lines[0] == (
        "HOSTPROOF CRITICAL - web-1: 1 of 5 rules fails, 1 is undecided (at or above medium): net.backlog, "
        "net.conntrack | pass=1;;;0;6 fail=2;;;0;6 unknown=1;;;0;6 skipped=1;;;0;6 waived=1;;;0;6"
    )
    assert lines[1].startswith("fail high net.backlog: a listener is held")
    assert lines[-1].startswith("fail low (does not count) net.mtu: ")
    assert render_nagios(undecided).startswith("HOSTPROOF UNKNOWN - ")
    assert render_nagios(fit).startswith("HOSTPROOF OK - web-1: 1 of 1 rule holds | ")


@pytest.mark.parametrize(
    ("code", "letters", "unknown", "word"),
    [
        (0, "pp", "fail", 0),
        (0, "pf", "fail", 1),
        (0, "pu", "warn", 1),
        (0, "pu", "ignore", 0),
        (1, "pF", "fail", 2),
        (3, "pU", "fail", 3),
    ],
)
def test_status(code: int, letters: str, unknown: str, word: int) -> None:
    """Unfit is critical, undecided unknown; what the gate only warns of is a warning."""
    assert status(code, [letters], Gate(unknown=OnUnknown(unknown))) == word


def test_nagios_of_several(unfit: Evaluation, fit: Evaluation, merge: Merge) -> None:
    """Of several hosts the gravest counts, and is named."""
    text = merge("nagios", [fit, unfit])
    assert text.startswith("HOSTPROOF CRITICAL - 1 of 2 hosts is unfit: web-1 | fit=1;;;0;2 unfit=1;;;0;2")


def test_nagios_without_a_judgement() -> None:
    """A run that judged nothing is UNKNOWN, in one line."""
    assert could_not("no\nsuch | pack") == "HOSTPROOF UNKNOWN - no such / pack\n"


def samples(text: str) -> dict[str, Metric]:
    """Read a file as Prometheus does, and see that no series stands there twice, and none has a time."""
    families = {family.name: family for family in text_string_to_metric_families(text)}
    found = [(one.name, tuple(sorted(one.labels.items()))) for family in families.values() for one in family.samples]
    assert len(found) == len(set(found))
    assert all(one.timestamp is None for family in families.values() for one in family.samples)
    assert len(re.findall("^# TYPE", text, re.MULTILINE)) == len(families)
    return families


def test_prometheus(unfit: Evaluation) -> None:
    """Verdicts are sets of states; time, counts and what turns the run red are numbers."""
    found = samples(render_prometheus(unfit))
    verdict = {
        (one.labels["rule"], one.labels["verdict"]): one.value for one in found["hostproof_rule_verdict"].samples
    }
    assert verdict["net.backlog", "fail"] == 1
    assert verdict["net.conntrack", "unknown"] == 1
    assert sum(verdict.values()) == 6
    assert len(verdict) == 30
    assert {one.labels["rule"]: one.value for one in found["hostproof_rule_red"].samples}["net.mtu"] == 0
    assert [one.value for one in found["hostproof_rules_red"].samples] == [2]
    assert [one.value for one in found["hostproof_snapshot_timestamp_seconds"].samples] == [1_795_444_724]
    assert {one.labels["verdict"]: one.value for one in found["hostproof_host_verdict"].samples} == {
        "fit": 0,
        "unfit": 1,
        "undecided": 0,
    }


def test_prometheus_of_several(unfit: Evaluation, merge: Merge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Namesakes have series of their own; beyond a number of series, rules are only counted over hosts."""
    found = samples(merge("prometheus", [unfit, unfit]))
    assert {one.labels["host"] for one in found["hostproof_rule_red"].samples} == {"web-1", "web-1 (2)"}
    over = {(one.labels["rule"], one.labels["verdict"]): one.value for one in found["hostproof_rule_hosts"].samples}
    assert over["net.backlog", "fail"] == 2
    monkeypatch.setattr(prometheus, "MOST_SERIES", 20)
    monkeypatch.setattr(prometheus, "MOST_HOSTS", 1)
    few = samples(merge("prometheus", [unfit, unfit]))
    assert set(few) == {"hostproof_info", "hostproof_hosts", "hostproof_rule_hosts"}


@settings(max_examples=8)
@given(data=st.data())
def test_hostile_text(hostile: SearchStrategy[Evaluation], data: st.DataObject) -> None:
    """No text adds a bar, a line, a label or a series."""
    evaluation = data.draw(hostile)
    lines = render_nagios(evaluation).split("\n")[:-1]
    assert LINE.fullmatch(lines[0]), lines[0]
    assert not any("|" in line for line in lines[1:])
    assert len("\n".join(lines)) < 8_192
    rules = [RuleRow("p", f"r{at}", "", one.severity) for at, one in enumerate(evaluation.results())]
    rows = [replace(row_of(evaluation), name=one) for one in (evaluation.host.name, evaluation.target, "x")]
    found = samples("".join(render_many(rows, rules)))
    assert len(found["hostproof_host_verdict"].samples) == 9
    for family in found.values():
        assert {name for one in family.samples for name in one.labels} <= {
            *("host", "pack", "rule", "severity", "verdict", "version"),
        }
