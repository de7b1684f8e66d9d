"""Jobs: requests in, what to ask for each fact and how to learn it from the answers out. Touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from hostproof.collect.asks import USUAL, Answer, Ask, Collector
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.learn import fingerprint
from hostproof.collect.learn.packfacts import ask_of, declared, learn, owner_of
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, BOOL, STRING, Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

_REDACTED = "run.redacted"
Answers: TypeAlias = Mapping[Ask, Answer]
Outcomes: TypeAlias = "Mapping[str, Value | Unknown]"


@record
class Wanted:
    """One fact: its type, whose it is, and which asks of its job serve it."""

    type: Type
    owner: Owner
    asks: frozenset[Ask] = frozenset()


@record
class Job:
    """Facts that one collector learns from the answers to `asks`; `learn` takes the names of some of them."""

    facts: Mapping[str, Wanted]
    asks: tuple[Ask, ...]
    learn: Callable[[frozenset[str], Answers], Outcomes]


def run_jobs(requests: Iterable[FactRequest], effort: str = USUAL, redacted: bool = True) -> tuple[Job, ...]:
    """Return all jobs of a run: those for the requests, that about the run, and those for the host's fingerprint.

    That a snapshot is not `redacted` it always says.
    """
    wanted = tuple(requests)
    names_wanted = {request.name for request in wanted} | (set() if redacted else {_REDACTED})
    said: dict[str, tuple[Value, Type]] = {"run.effort": (effort, STRING), _REDACTED: (redacted, BOOL)}
    about = {name: row for name, row in said.items() if name in names_wanted}
    others = (request for request in (*wanted, *fingerprint.REQUESTS) if request.name not in about)
    facts = {name: Wanted(of, Owner.PROCESS) for name, (_, of) in about.items()}
    values = {name: value for name, (value, _) in about.items()}
    run = Job(facts, (), lambda names, answers: values)  # noqa: ARG005 - all jobs are called alike
    identity = Job({}, fingerprint.ASKS, lambda names, answers: {})  # noqa: ARG005 - all jobs are called alike
    return (*jobs_of(others, builtin_catalog(), COLLECTORS), run, identity)


def jobs_of(requests: Iterable[FactRequest], catalog: Catalog, collectors: Mapping[str, Collector]) -> tuple[Job, ...]:
    """Return the jobs for all requests, each fact in exactly one."""
    wanted = {request.name: request for request in requests}
    names = sorted(name for name, request in wanted.items() if request.builtin)
    return (*_builtin_jobs(names, catalog, collectors), *(_pack_job(r) for r in wanted.values() if not r.builtin))


def asks_of(jobs: Sequence[Job]) -> dict[Ask, list[str]]:
    """Return every ask once, in order, with the facts it serves."""
    served: dict[Ask, list[str]] = {}
    for job in jobs:
        for ask in job.asks:
            served.setdefault(ask, [])
        for name, fact in job.facts.items():
            for ask in fact.asks:
                served[ask].append(name)
    return served


def _builtin_jobs(names: Sequence[str], catalog: Catalog, collectors: Mapping[str, Collector]) -> list[Job]:
    rows = {name: row for name in names if (row := catalog.get(name)) is not None and row.collector in collectors}
    strangers = {name: Wanted(ANY, Owner.PROCESS) for name in names if name not in rows}
    jobs = [Job(strangers, (), _not_known)] if strangers else []
    for collector in dict.fromkeys(row.collector for row in rows.values()):
        mine = {name: row for name, row in rows.items() if row.collector == collector}
        jobs.append(_builtin_job(collectors[collector], mine))
    return jobs


def _builtin_job(collector: Collector, rows: Mapping[str, FactSpec]) -> Job:
    """Return a collector's job. What it asks for one fact alone it may ask otherwise for several together."""
    asks = collector.asks(frozenset(rows))
    alone = {name: frozenset(asks).intersection(collector.asks(frozenset({name}))) for name in rows}
    facts = {name: Wanted(row.type, row.owner, alone[name] or frozenset(asks)) for name, row in rows.items()}
    return Job(facts, asks, collector.parse)


def _not_known(names: frozenset[str], answers: Answers) -> Outcomes:  # noqa: ARG001 - all jobs are called alike
    why = Unknown(Cause.NOT_COLLECTED, "no collector knows it", "see `hostproof facts` for the names there are")
    return dict.fromkeys(names, why)


def _pack_job(request: FactRequest) -> Job:
    ask = ask_of(request)
    given = declared(request).items()
    facts = {name: Wanted(of, owner_of(request, name), frozenset({ask})) for name, of in given}
    return Job(facts, (ask,), partial(learn, request))
