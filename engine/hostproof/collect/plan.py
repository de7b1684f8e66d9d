"""The plan: requests in, every file, glob, command and call of a run out, before anything is touched."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.collect.asks import Ask, Probe, RunCommand
from hostproof.collect.learn import fingerprint
from hostproof.collect.learn.evidence import kind_of, what_of
from hostproof.collect.learn.jobs import asks_of, run_jobs
from hostproof.facts.builtin.probes import ALL_PROBES
from hostproof.facts.requests import FactRequest
from hostproof.source.records import record

FINGERPRINT = "(the host's fingerprint)"


@record
class PlanStep:
    """`kind` is file, glob, command, call or probe; `what` is its path, pattern, words or name; `facts` need it.

    `effects` says what a probe does to the machine; `timeout`, in nanoseconds, is how long a probe or a command may
    take. Elsewhere they are empty and 0.
    """

    kind: str
    what: str
    facts: tuple[str, ...]
    effects: str = ""
    timeout: int = 0


def plan(requests: Sequence[FactRequest]) -> tuple[PlanStep, ...]:
    """Return every step that `collect` would take for the requests, each once, in its order."""
    own = set(fingerprint.FACTS) - {request.name for request in requests}
    served = asks_of(run_jobs(requests))
    return tuple(_step(ask, _told(names, own)) for ask, names in served.items())


def _step(ask: Ask, facts: tuple[str, ...]) -> PlanStep:
    effects = ALL_PROBES[ask.name].effects if isinstance(ask, Probe) else ""
    timeout = ask.timeout if isinstance(ask, Probe | RunCommand) else 0
    return PlanStep(kind_of(ask), what_of(ask), facts, effects, timeout)


def _told(names: Sequence[str], own: set[str]) -> tuple[str, ...]:
    """Return the facts that were asked for, and what is asked for besides."""
    wanted = tuple(name for name in names if name not in own)
    return wanted if len(wanted) == len(names) > 0 else (*wanted, FINGERPRINT)
