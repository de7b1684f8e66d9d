"""The plan: requests in, every file, glob, command and call of a run out, before anything is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hostproof.collect import fingerprint
from hostproof.collect.builtin import COLLECTORS
from hostproof.collect.evidence import kind_of, what_of
from hostproof.collect.jobs import asks_of, jobs_of
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.requests import FactRequest

FINGERPRINT = "(the host's fingerprint)"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """`kind` is file, glob, command or call; `what` is its path, pattern, command line or name; `facts` need it."""

    kind: str
    what: str
    facts: tuple[str, ...]


def plan(requests: Sequence[FactRequest]) -> tuple[PlanStep, ...]:
    """Return every step that `collect` would take for the requests, each once, in its order."""
    served = asks_of(jobs_of(requests, builtin_catalog(), COLLECTORS))
    own = asks_of(jobs_of(fingerprint.REQUESTS, builtin_catalog(), COLLECTORS))
    for ask in (*own, *fingerprint.ASKS):
        served.setdefault(ask, []).append(FINGERPRINT)
    return tuple(PlanStep(kind_of(ask), what_of(ask), tuple(names)) for ask, names in served.items())
