"""Probes on the engine's side: the catalog and the agent agree, and an agent's words become facts or reasons."""

from __future__ import annotations

import importlib

import pytest

from hostproof.agent.probing.step import Step
from hostproof.collect.asks import Answer, Probe
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.builtin.probes import ask_of
from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

NAME = "probe.cpu.share"
WANTED = frozenset({NAME})


def share(answer: Answer) -> Value | Unknown:
    """Return what the collector makes of an answer for one fact."""
    collector = COLLECTORS["probe.cpu"]
    return collector.parse(WANTED, dict.fromkeys(collector.asks(WANTED), answer))[NAME]


@pytest.mark.parametrize("name", sorted(PROBES))
def test_rows_are_what_steps_learn(name: str) -> None:
    """The catalog has a row for each fact of a probe's steps and no other; no two steps learn one fact.

    A probe that only reads learns the one thing it tells.
    """
    steps: tuple[Step, ...] = importlib.import_module(f"hostproof.agent.probes.{name}").STEPS
    learnt = [PROBES[name].before + fact for step in steps for fact in step.facts]
    if PROBES[name].told:
        assert learnt == [PROBES[name].before + PROBES[name].told]
        return
    assert sorted(learnt) == sorted(row.name for row in ROWS if row.collector == PROBES[name].collector)


@pytest.mark.parametrize("name", sorted(PROBES))
def test_a_probe_says_what_it_does(name: str) -> None:
    """Title, method and effects are there for whoever is to consent, and defaults are of their types."""
    spec = PROBES[name]
    assert spec.name == name
    assert all((spec.title, spec.method, spec.effects))
    for param in spec.params:
        assert fits(param.default, param.type), param.name
        assert param.description


def test_one_ask_serves_all_facts_of_a_probe() -> None:
    """However many facts are wanted, a probe is asked once, for just these."""
    (ask,) = COLLECTORS["probe.cpu"].asks(WANTED)
    assert isinstance(ask, Probe)
    assert ask.wanted == ("share",)
    assert ask == ask_of(PROBES["cpu"], {}, ["share"])


def test_a_value_is_taken() -> None:
    """What a step learnt is the fact's value."""
    assert share(Answer(value={"values": {"share": 0.5}, "unknown": {}})) == 0.5


def test_a_reason_is_taken() -> None:
    """What a step could not learn is Unknown as the agent says."""
    said: dict[str, Value] = {"cause": "denied", "detail": "perf: no", "cure": "be root"}
    assert share(Answer(value={"values": {}, "unknown": {"share": said}})) == Unknown(
        Cause.DENIED, "perf: no", "be root"
    )


def test_a_probe_that_was_ended_early_keeps_what_it_said() -> None:
    """A value that came before the deadline counts; what did not come has the deadline as its reason."""
    late = Unknown(Cause.TIMEOUT, "not finished", "allow more time")
    assert share(Answer(value={"values": {"share": 1.0}, "unknown": {}}, error=late)) == 1.0
    assert share(Answer(value={"values": {}, "unknown": {}}, error=late)) == late


@pytest.mark.parametrize(
    "value",
    [None, 1, "x", [], {}, {"values": 3}, {"values": {}, "unknown": []}, {"values": {}, "unknown": {"share": 4}},
     {"unknown": {"share": {"cause": "no such cause"}}}],
)  # fmt: skip
def test_nonsense_of_an_agent_is_unknown(value: Value) -> None:
    """Whatever the agent says, the fact is a value or Unknown with a reason."""
    found = share(Answer(value=value))
    assert isinstance(found, Unknown)
    assert found.cause is Cause.FAILED
    assert found.cure
