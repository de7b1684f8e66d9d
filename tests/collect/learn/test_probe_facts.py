"""A pack's own facts from probes, on this very machine: other arguments give other facts, beside the built-in ones."""

from __future__ import annotations

from hostproof.collect.asks import Probe
from hostproof.collect.learn.jobs import asks_of, run_jobs
from hostproof.collect.plan import plan
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.catalog import Owner
from hostproof.facts.requests import SECOND, FactRequest, ProbeSource
from hostproof.facts.types import COUNT, Kind, Type


def asked(name: str, **arguments: int) -> FactRequest:
    """Return the request of a pack's own fact from the probe tcp."""
    gives = Type(Kind.RECORD, fields=(("backlog.asked", COUNT), ("backlog.held", COUNT)))
    return FactRequest(name, ProbeSource("tcp", tuple(arguments.items())), None, gives)


REQUESTS = (asked("p:few", backlog=3), asked("p:more", backlog=5), FactRequest("probe.tcp.backlog.asked"))


def test_each_has_its_own_arguments() -> None:
    """The built-in fact is learnt by the probe's default, the pack's by the pack's, and each says so itself."""
    found = collect(REQUESTS, parse_target("local"), 60 * SECOND, effort="quick")
    assert {name: found.get(name) for name in ("p:few.backlog.asked", "p:more.backlog.asked")} == {
        "p:few.backlog.asked": 3,
        "p:more.backlog.asked": 5,
    }
    assert found.get("probe.tcp.backlog.asked") == 128
    assert (found.get("p:few.backlog.held"), found.get("p:more.backlog.held")) == (4, 6)  # Linux holds one more
    info = found.facts["p:few.backlog.held"]
    assert (info.type, info.owner) == (COUNT, Owner.NAMESPACE)
    assert [found.evidence[number].what for number in info.evidence] == ["tcp(backlog=3, connections=256)"]


def test_the_plan_names_each_with_what_it_does() -> None:
    """Every set of arguments is a step of its own, with the probe's effects and its time."""
    steps = [step for step in plan(REQUESTS) if step.kind == "probe"]
    assert [step.what for step in steps] == [f"tcp(backlog={backlog}, connections=256)" for backlog in (128, 3, 5)]
    assert {step.effects for step in steps} == {PROBES["tcp"].effects}
    assert {step.timeout for step in steps} == {PROBES["tcp"].timeout}
    assert steps[1].facts == ("p:few.backlog.asked", "p:few.backlog.held")


def test_two_facts_that_ask_the_same_are_two_asks() -> None:
    """A probe is run for each fact of a pack: no fact's answer is taken for another's."""
    jobs = run_jobs((asked("p:one", backlog=3), asked("p:other", backlog=3)))
    assert len([ask for ask in asks_of(jobs) if isinstance(ask, Probe)]) == 2


def test_the_effort_of_a_run_is_a_fact() -> None:
    """Rules can say how thorough a run must be; it is collected only where somebody asks for it."""
    for effort in ("quick", "usual", "full"):
        found = collect([FactRequest("run.effort")], parse_target("local"), 60 * SECOND, effort=effort)
        assert (found.get("run.effort"), found.facts["run.effort"].owner) == (effort, Owner.PROCESS)
    assert "run.effort" not in collect([FactRequest("kernel.release")], parse_target("local"), 60 * SECOND).values
