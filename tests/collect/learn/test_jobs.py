"""Jobs: each fact in exactly one, each ask once, and which ask serves which fact."""

from __future__ import annotations

from collections.abc import Mapping

from hostproof.collect.asks import Answer, Ask, Call, Collector, ReadFile, RunCommand
from hostproof.collect.learn.jobs import asks_of, jobs_of, run_jobs
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.requests import FactRequest, FileSource, RunSource
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, COUNT, STRING
from hostproof.facts.unknown import Unknown

FILES = {"x.a": ReadFile("/a"), "x.b": ReadFile("/b")}


def nothing(names: frozenset[str], answers: Mapping[Ask, Answer]) -> dict[str, Value | Unknown]:  # noqa: ARG001
    """Learn nothing."""
    return {}


CATALOG = Catalog(
    [
        *(FactSpec(name, STRING, Owner.FILES, "a test", "x") for name in FILES),
        *(FactSpec(f"y.{name}", COUNT, Owner.CGROUP, "a test", "y") for name in ("a", "b")),
        FactSpec("z.*", ANY, Owner.PROCESS, "a test", "x"),
    ]
)
COLLECTORS = {
    "x": Collector("x", lambda names: tuple(FILES[name] for name in sorted(names) if name in FILES), nothing),
    # Asks for several facts otherwise than for one.
    "y": Collector("y", lambda names: (Call("y", tuple(sorted(names))),), nothing),
}


def test_an_ask_serves_the_facts_that_need_it() -> None:
    """Each file serves its own fact."""
    jobs = jobs_of([FactRequest("x.b"), FactRequest("x.a")], CATALOG, COLLECTORS)
    assert asks_of(jobs) == {ReadFile("/a"): ["x.a"], ReadFile("/b"): ["x.b"]}


def test_an_ask_for_several_facts_at_once_serves_them_all() -> None:
    """What is asked together is what counts, not what would be asked for each alone."""
    jobs = jobs_of([FactRequest("y.a"), FactRequest("y.b")], CATALOG, COLLECTORS)
    assert asks_of(jobs) == {Call("y", ("y.a", "y.b")): ["y.a", "y.b"]}


def test_a_fact_is_in_one_job() -> None:
    """However often it is requested, and if two requests differ, the last counts."""
    first, last = (FactRequest("p:x", RunSource((word,))) for word in ("first", "last"))
    jobs = jobs_of([FactRequest("x.a"), first, FactRequest("x.a"), last], CATALOG, COLLECTORS)
    assert [list(job.facts) for job in jobs] == [["x.a"], ["p:x"]]
    assert RunCommand(("last",)) in asks_of(jobs)
    assert RunCommand(("first",)) not in asks_of(jobs)


def test_types_and_owners_are_those_of_the_catalog() -> None:
    """A family's row counts for its members; a pack's fact brings its own; nobody's fact is any."""
    requests = [
        FactRequest("y.a"),
        FactRequest("z.q"),
        FactRequest("p:f", FileSource("/f"), None, COUNT),
        FactRequest("no.x"),
    ]
    facts = {name: fact for job in jobs_of(requests, CATALOG, COLLECTORS) for name, fact in job.facts.items()}
    assert {name: (fact.type, fact.owner) for name, fact in facts.items()} == {
        "y.a": (COUNT, Owner.CGROUP),
        "z.q": (ANY, Owner.PROCESS),
        "p:f": (COUNT, Owner.FILES),
        "no.x": (ANY, Owner.PROCESS),
    }


def test_a_run_asks_for_the_fingerprint_besides() -> None:
    """Also when nothing is requested."""
    asks = asks_of(run_jobs([]))
    assert ReadFile("/etc/machine-id", 256) in asks
    assert any(names == ["kernel.arch"] for names in asks.values())
