"""Collecting: requests and a target in, a Snapshot out, in which every wanted fact has a value or a reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType

from hostproof.collect.asks import Answer, Ask
from hostproof.collect.image.opened import Opened, is_of_image, opened
from hostproof.collect.learn import fingerprint
from hostproof.collect.learn.evidence import evidence_of
from hostproof.collect.learn.jobs import Job, asks_of, run_jobs
from hostproof.collect.learn.outcomes import outcomes_of
from hostproof.collect.link.session import Session, hold_session
from hostproof.collect.target import Target
from hostproof.facts.redact import REDACT, Redactor
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import FactInfo, PackRef, Snapshot
from hostproof.source.records import record


@record
class Progress:
    """How far a run has come: `done` of `total` asks are answered."""

    done: int
    total: int


def collect(  # noqa: PLR0913 - all of it is the run
    requests: Sequence[FactRequest],
    target: Target,
    deadline: int,
    packs: tuple[PackRef, ...] = (),
    progress: Callable[[Progress], None] | None = None,
    *,
    effort: str = "usual",
    hide: Redactor = REDACT,
) -> Snapshot:
    """Learn every requested fact of a target, and its fingerprint, in `deadline` nanoseconds at most.

    `effort`, one of `EFFORTS`, says how thorough probes are; `hide` takes secrets out of all that is kept.
    Whatever goes wrong with a fact becomes its Unknown; nothing is raised but KeyboardInterrupt, after everything that
    was started has ended.
    """
    return collect_jobs(
        run_jobs(requests, effort, not hide.off), target, deadline, packs, progress, effort=effort, hide=hide
    )


def collect_jobs(  # noqa: PLR0913 - as above
    jobs: Sequence[Job],
    target: Target,
    deadline: int,
    packs: tuple[PackRef, ...] = (),
    progress: Callable[[Progress], None] | None = None,
    *,
    effort: str = "usual",
    hide: Redactor = REDACT,
) -> Snapshot:
    """Do the same for jobs, whoever made them."""
    started = time.monotonic_ns()
    asks = tuple(asks_of(jobs))
    created = time.time_ns()
    with opened(target, started + deadline) as there:
        session, answers = _answers(asks, there, started + deadline, _reporter(progress, len(asks)), effort)
    values, unknown = outcomes_of(jobs, answers, hide)
    return Snapshot(
        created=session.hello.clock if session.hello else created,
        target=target.name,
        host=fingerprint.host_of(values, answers, session.hello),
        values=MappingProxyType(values),
        unknown=MappingProxyType(unknown),
        facts=MappingProxyType(infos_of(jobs, asks)),
        evidence=tuple(evidence_of(ask, answer, hide) for ask, answer in answers.items()),
        packs=packs,
        took=time.monotonic_ns() - started,
    )


def _answers(
    asks: Sequence[Ask], there: Opened, due: int, report: Callable[[int], None] | None, effort: str
) -> tuple[Session, dict[Ask, Answer]]:
    """Return what an agent says, and besides what is read here of a root file system."""
    from hostproof.collect.image.answer import answer

    theirs = tuple(ask for ask in asks if not is_of_image(ask))
    if there.trouble is not None:
        return Session(theirs, memoryview(b""), trouble=there.trouble), dict.fromkeys(asks, Answer(error=there.trouble))
    session = hold_session(there.target, theirs, max(1, due - time.monotonic_ns()), report, effort)
    said = {ask: session.answer(number) for number, ask in enumerate(theirs)}
    return session, {ask: said[ask] if ask in said else answer(ask, there) for ask in asks}


def _reporter(progress: Callable[[Progress], None] | None, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(Progress(done, total))


def infos_of(jobs: Iterable[Job], asks: Sequence[Ask]) -> dict[str, FactInfo]:
    """Return what a snapshot says of each fact of the jobs besides its value."""
    numbers = {ask: number for number, ask in enumerate(asks)}
    facts = {name: fact for job in jobs for name, fact in job.facts.items()}
    return {
        name: FactInfo(fact.type, fact.owner, tuple(sorted(numbers[ask] for ask in fact.asks)))
        for name, fact in sorted(facts.items())
    }
