"""Collecting: requests and a target in, a Snapshot out, in which every wanted fact has a value or a reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from hostproof.collect import fingerprint
from hostproof.collect.asks import Answer, Ask
from hostproof.collect.evidence import evidence_of
from hostproof.collect.jobs import Job, Outcomes, Wanted, asks_of, run_jobs
from hostproof.collect.session import hold_session
from hostproof.collect.target import Target
from hostproof.facts.fits import fits, not_storable
from hostproof.facts.redact import redact
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import FactInfo, PackRef, Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line

MOST_DETAIL = 500
_REPORT = "report this as a bug of hostproof, with the evidence"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` asks are answered."""

    done: int
    total: int


def collect(
    requests: Sequence[FactRequest],
    target: Target,
    deadline: int,
    packs: tuple[PackRef, ...] = (),
    progress: Callable[[Progress], None] | None = None,
) -> Snapshot:
    """Learn every requested fact of a target, and its fingerprint, in `deadline` nanoseconds at most.

    Whatever goes wrong with a fact becomes its Unknown; nothing is raised but KeyboardInterrupt, after everything that
    was started has ended.
    """
    return collect_jobs(run_jobs(requests), target, deadline, packs, progress)


def collect_jobs(
    jobs: Sequence[Job],
    target: Target,
    deadline: int,
    packs: tuple[PackRef, ...] = (),
    progress: Callable[[Progress], None] | None = None,
) -> Snapshot:
    """Do the same for jobs, whoever made them."""
    started = time.monotonic_ns()
    asks = tuple(asks_of(jobs))
    created = time.time_ns()
    session = hold_session(target, asks, deadline, _reporter(progress, len(asks)))
    answers = {ask: session.answer(number) for number, ask in enumerate(asks)}
    values, unknown = _outcomes(jobs, answers)
    return Snapshot(
        created=session.hello.clock if session.hello else created,
        target=target.name,
        host=fingerprint.host_of(values, answers, session.hello),
        values=MappingProxyType(values),
        unknown=MappingProxyType(unknown),
        facts=MappingProxyType(_infos(jobs, asks)),
        evidence=tuple(evidence_of(ask, answer) for ask, answer in answers.items()),
        packs=packs,
        took=time.monotonic_ns() - started,
    )


def _reporter(progress: Callable[[Progress], None] | None, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(Progress(done, total))


def _infos(jobs: Iterable[Job], asks: Sequence[Ask]) -> dict[str, FactInfo]:
    numbers = {ask: number for number, ask in enumerate(asks)}
    facts = {name: fact for job in jobs for name, fact in job.facts.items()}
    return {
        name: FactInfo(fact.type, fact.owner, tuple(sorted(numbers[ask] for ask in fact.asks)))
        for name, fact in sorted(facts.items())
    }


def _outcomes(jobs: Iterable[Job], answers: Mapping[Ask, Answer]) -> tuple[dict[str, Value], dict[str, Unknown]]:
    """Return the known facts and the others, each sorted by name."""
    values: dict[str, Value] = {}
    unknown: dict[str, Unknown] = {}
    for job in jobs:
        learnt = _learn(job, answers)
        for name, fact in job.facts.items():
            outcome = _checked(learnt, name, fact)
            if isinstance(outcome, Unknown):
                unknown[name] = _presentable(outcome).of(name)
            else:
                values[name] = outcome
    return dict(sorted(values.items())), dict(sorted(unknown.items()))


def _learn(job: Job, answers: Mapping[Ask, Answer]) -> Outcomes:
    """Learn a job's facts; where that raises, each alone, so that one costs no other."""
    try:
        return job.learn(frozenset(job.facts), answers)
    except Exception as problem:  # noqa: BLE001 - what a machine said must not end the run, whatever a parser makes of it
        return {name: _learn_alone(job, name, answers, problem) for name in job.facts}


def _learn_alone(job: Job, name: str, answers: Mapping[Ask, Answer], problem: Exception) -> Value | Unknown:
    try:
        outcome = job.learn(frozenset({name}), answers)[name]
    except Exception as own:  # noqa: BLE001 - as above
        return _broken(own)
    # Alone it might have asked for something else, which nobody did.
    asked_else = isinstance(outcome, Unknown) and outcome.cause is Cause.NOT_COLLECTED
    return _broken(problem) if asked_else else outcome


def _broken(problem: Exception) -> Unknown:
    why = f"its collector could not read the answer: {type(problem).__name__}: {problem}"
    return Unknown(Cause.PARSE_ERROR, why, _REPORT)


def _checked(learnt: Outcomes, name: str, fact: Wanted) -> Value | Unknown:
    """Return what was learnt of a fact, if it is what its type promises and no secret."""
    if name not in learnt:
        return Unknown(Cause.PARSE_ERROR, "its collector said nothing about it", _REPORT)
    outcome = learnt[name]
    if isinstance(outcome, Unknown):
        return outcome
    why = not_storable(outcome) or ("" if fits(outcome, fact.type) else f"a value that is not {fact.type}")
    if why:
        return Unknown(Cause.PARSE_ERROR, f"its collector gave {why}", _REPORT)
    return _without_secrets(outcome, fact.type)


def _without_secrets(value: Value, of: Type) -> Value | Unknown:
    """Return a value that may be written down; a text with a secret in it is Unknown."""
    if isinstance(value, str) and redact(value) != value:
        return Unknown(Cause.REDACTED, "it holds what looks like a secret", "ask for the part that is none")
    return _hidden(value, of)


def _hidden(value: Value, of: Type | None) -> Value:
    """Return a value without secrets: a record lacks a field that held one, in lists and maps it is replaced.

    Leaving it out of those would change what else can be said about them.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_hidden(item, of and of.item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = dict(of.fields) if of else {}
    hidden = {name: _hidden(item, fields.get(name, of and of.item)) for name, item in value.items()}
    return {
        name: item
        for name, item in hidden.items()
        if name not in fields or isinstance(value[name], list | dict) or item == value[name]
    }


def _presentable(why: Unknown) -> Unknown:
    return replace(why, detail=one_line(redact(why.detail), MOST_DETAIL), cure=one_line(why.cure, MOST_DETAIL))
