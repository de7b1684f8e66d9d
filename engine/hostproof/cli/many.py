"""Several snapshots judged on all cores: paths in, reports written and the gravest exit code out; memory stays flat."""

from __future__ import annotations

import gc
import marshal
from collections import Counter
from collections.abc import Callable, Sequence

from hostproof.cli.arguments.given import Given
from hostproof.cli.exits import exit_of
from hostproof.cli.job import Job, judge
from hostproof.cli.outputs import Output, write_pieces
from hostproof.cli.screen import warn
from hostproof.cli.sources import load_snapshot, name_of
from hostproof.cli.together import Together
from hostproof.cli.workers import in_order
from hostproof.evaluate.guard import Guard
from hostproof.evaluate.hosts import HostRow, exit_code_of, row_of, rule_rows
from hostproof.evaluate.lacking import lacking, needs_of
from hostproof.evaluate.tally import Tally
from hostproof.facts.snapshot import Snapshot
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import as_mapping

USAGE = 2
MOST_NAMED = 5  # facts and snapshots that are named of many
Read = Callable[[str], Snapshot]


def judge_many(given: Given, job: Job, outputs: Sequence[Output], paths: Sequence[str], *, taken: bool = False) -> int:
    """Judge snapshots and write the reports of all; 1 if one is unfit, else 3 if one is undecided, else 0.

    A snapshot that can't be read or judged costs itself only: the others are reported, and the exit code is 2. Raises
    ProblemError where none can. `taken`: just now, so that reports don't say from which file.
    """
    together = Together(outputs, len(paths), given)
    work = _work(job, together, paths, taken)
    problems: list[Problem] = []
    lacks: Counter[str] = Counter()
    _settle_memory()
    for path, said in zip(paths, in_order(len(paths), work), strict=True):
        row, parts, wrong = marshal.loads(said)  # noqa: S302 - from our own workers
        problems += [Problem(code, message, None, hint) for code, message, hint in wrong]
        if row:
            host = HostRow(**row)
            lacks.update(host.lacks)
            together.add(host, parts, name_of(path))
    if not together.hosts:
        raise ProblemError(tuple(problems))
    if not given.flag("quiet"):
        warn_of_lacking(lacks, len(needs_of(job.packs)), len(together.hosts))
    write_pieces(together.files(rule_rows(job.packs, job.overrides), job.gate))
    if problems:
        from hostproof.source.render import render_problems

        warn(render_problems(problems).rstrip())
        return USAGE
    return exit_of(given, exit_code_of(together.hosts), (host.verdicts for host in together.hosts), job.gate)


def warn_of_lacking(lacks: Counter[str], wanted: int, hosts: int = 1) -> None:
    """Say on standard error which facts nobody collected when the snapshots were taken; nothing if there are none."""
    if not lacks:
        return
    names = [f"{name} ({number})" if hosts > 1 else name for name, number in lacks.most_common(MOST_NAMED)]
    more = f" and {len(lacks) - MOST_NAMED} more" if len(lacks) > MOST_NAMED else ""
    whose = "the snapshot lacks" if hosts == 1 else f"of {hosts:,} snapshots some lack"
    warn(
        f"{whose} {len(lacks)} of the {wanted} facts that the rules need: {', '.join(names)}{more}\n"
        "what depends on them is unknown (not-collected): take the snapshot again with these packs"
    )


def _work(job: Job, together: Together, paths: Sequence[str], taken: bool) -> Callable[[int], bytes]:
    """Return what is done for each snapshot, in whatever process."""
    tally = None if together.needs_reports else _tally(job)
    guard, needs = Guard(job.packs), needs_of(job.packs)

    def judged(number: int) -> tuple[HostRow, list[bytes]]:
        path = paths[number]
        snapshot = load_snapshot(path)
        if tally is not None:
            return tally.row(snapshot, "" if taken else path), []
        evaluation = judge(job, snapshot, explain_passes=together.shows_passes, guard=guard)
        row = row_of(evaluation, "" if taken else path, lacking(snapshot, needs))
        return row, together.parts(evaluation, snapshot, number)

    def work(number: int) -> bytes:
        try:
            row, parts = judged(number)
        except ProblemError as error:
            wrong = [(one.code, _placed(one.message, paths[number]), one.hint) for one in error.problems]
            return marshal.dumps((None, None, wrong))
        return marshal.dumps((as_mapping(row), parts, []))

    return work


def _tally(job: Job) -> Tally:
    return Tally(job.packs, job.params, job.gate, job.waivers, job.date, job.overrides)


def _placed(message: str, path: str) -> str:
    return message if path in message else f"{path}: {message}"


def _settle_memory() -> None:
    """Load what reading many snapshots uses, and keep the collector of cycles from walking through it all again."""
    import orjson  # noqa: F401 - the codec takes it where it is loaded
    import zstandard  # noqa: F401

    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
