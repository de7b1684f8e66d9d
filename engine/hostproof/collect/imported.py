"""Importing: requests and captured files in, a Snapshot out, by the same collectors; the rest is not-collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from hostproof.collect.asks import Answer, Ask, ReadFile, ReadGlob
from hostproof.collect.learn import fingerprint
from hostproof.collect.learn.evidence import evidence_of, kind_of, what_of
from hostproof.collect.learn.jobs import asks_of, run_jobs
from hostproof.collect.learn.outcomes import outcomes_of
from hostproof.collect.material import Wanted, matches, merged, read_material
from hostproof.collect.run import infos_of
from hostproof.facts.redact import REDACT, Redactor
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import PackRef, Snapshot
from hostproof.facts.unknown import Cause, Unknown

_CURE = "take a snapshot on the host itself with hostproof collect"
# What whoever made the copy saw of itself says nothing of anybody else.
_OWN = ("/proc/self/", "/proc/thread-self/")


def import_snapshot(
    requests: Sequence[FactRequest],
    paths: Sequence[Path],
    packs: tuple[PackRef, ...] = (),
    *,
    hide: Redactor = REDACT,
) -> Snapshot:
    """Learn every requested fact that can be read from captured files; the others are Unknown(not-collected).

    Its time is that of the newest source. Raises ProblemError (HP-E516) for what can't be imported.
    """
    jobs = run_jobs((r for r in requests if r.name != "run.effort"), redacted=not hide.off)  # no probe is run
    asks = tuple(asks_of(jobs))
    wanted = _wanted(asks)
    files = merged(read_material(path, wanted) for path in paths)
    answers = {ask: _answer(ask, files) for ask in asks}
    values, unknown = outcomes_of(jobs, answers, hide)
    return Snapshot(
        created=max(path.stat().st_mtime_ns for path in paths),
        target="import:" + ",".join(path.name for path in paths),
        host=fingerprint.host_of(values, answers, None),
        values=MappingProxyType(values),
        unknown=MappingProxyType(unknown),
        facts=MappingProxyType(infos_of(jobs, asks)),
        evidence=tuple(evidence_of(ask, answer, hide) for ask, answer in answers.items()),
        packs=packs,
    )


def _wanted(asks: Sequence[Ask]) -> Wanted:
    paths = frozenset(ask.path for ask in asks if isinstance(ask, ReadFile))
    return Wanted(paths, tuple(ask.pattern for ask in asks if isinstance(ask, ReadGlob)))


def _answer(ask: Ask, files: Mapping[str, bytes]) -> Answer:
    if isinstance(ask, ReadFile):
        return _file(ask, files)
    if isinstance(ask, ReadGlob):
        found = {name: data for name, data in sorted(files.items()) if matches(name, ask.pattern) and not _own(name)}
        kept = {name: data for name, data in found.items() if len(data) <= ask.most}
        if kept and len(kept) <= ask.most_files:
            return Answer(files=kept, size=sum(map(len, kept.values())))
        return _missing(f"nothing in what was imported matches {ask.pattern}")
    return _missing(f"a {kind_of(ask)} can't be imported: {what_of(ask)}")


def _file(ask: ReadFile, files: Mapping[str, bytes]) -> Answer:
    data = files.get(ask.path)
    if data is None or _own(ask.path):
        return _missing(f"what was imported does not hold {ask.path}")
    if len(data) > ask.most:
        why = Unknown(Cause.TOO_LARGE, f"{ask.path} has more than {ask.most} bytes", _CURE)
        return Answer(data[: ask.most], error=why, size=len(data))
    return Answer(data, size=len(data))


def _own(path: str) -> bool:
    return path.startswith(_OWN)


def _missing(detail: str) -> Answer:
    return Answer(error=Unknown(Cause.NOT_COLLECTED, detail, _CURE))
