"""Outcomes: jobs and answers in, a value or a reason for every fact out: of its type, storable, without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hostproof.collect.asks import Answer, Ask
from hostproof.collect.learn.jobs import Job, Outcomes, Wanted
from hostproof.facts.fits import fits, not_storable
from hostproof.facts.redact import REDACT, Redactor
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line

MOST_DETAIL = 500
_REPORT = "report this as a bug of hostproof, with the evidence"


def outcomes_of(
    jobs: Iterable[Job], answers: Mapping[Ask, Answer], hide: Redactor = REDACT
) -> tuple[dict[str, Value], dict[str, Unknown]]:
    """Return the known facts and the others, each sorted by name; no fact is in both, and none is missing.

    A job that raises makes its facts Unknown (parse-error), and costs no other.
    """
    found: dict[str, Value | Unknown] = {}
    for job in jobs:
        learnt = _learn(job, answers)
        found.update((name, _checked(learnt, name, fact, hide)) for name, fact in job.facts.items())
    names = sorted(found)
    unknown = {name: _presentable(why, hide).of(name) for name in names if isinstance(why := found[name], Unknown)}
    return {name: value for name in names if not isinstance(value := found[name], Unknown)}, unknown


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


def _checked(learnt: Outcomes, name: str, fact: Wanted, hide: Redactor) -> Value | Unknown:
    """Return what was learnt of a fact, if it is what its type promises and no secret."""
    if name not in learnt:
        return Unknown(Cause.PARSE_ERROR, "its collector said nothing about it", _REPORT)
    outcome = learnt[name]
    if isinstance(outcome, Unknown):
        return outcome
    why = not_storable(outcome) or ("" if fits(outcome, fact.type) else f"a value that is not {fact.type}")
    if why:
        return Unknown(Cause.PARSE_ERROR, f"its collector gave {why}", _REPORT)
    return _without_secrets(outcome, fact.type, hide)


def _without_secrets(value: Value, of: Type, hide: Redactor) -> Value | Unknown:
    """Return a value that may be written down; a text with a secret in it is Unknown."""
    if _is_secret(value, hide):
        return Unknown(Cause.REDACTED, "it holds what looks like a secret", "ask for the part that is none")
    return value if isinstance(value, str) else _hidden(value, of, hide)


def _hidden(value: Value, of: Type | None, hide: Redactor) -> Value:
    """Return a value without secrets: a record lacks a field that held one, in lists and maps it is replaced.

    Leaving it out of those would change what else can be said about them.
    """
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_hidden(item, of and of.item, hide) for item in value]
    if not isinstance(value, dict):
        return value
    fields = dict(of.fields) if of else {}
    kept = {name: item for name, item in value.items() if name not in fields or not _is_secret(item, hide)}
    return {name: _hidden(item, fields.get(name, of and of.item), hide) for name, item in kept.items()}


def _is_secret(value: Value, hide: Redactor) -> bool:
    return isinstance(value, str) and hide(value) != value


def _presentable(why: Unknown, hide: Redactor) -> Unknown:
    return replace(why, detail=one_line(hide(why.detail), MOST_DETAIL), cure=one_line(why.cure, MOST_DETAIL))
