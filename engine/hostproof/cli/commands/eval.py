"""`hostproof eval`: snapshots judged, wherever and whenever they were taken; no machine is touched."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import JUDGED_FORMATS
from hostproof.cli.exits import exit_of
from hostproof.cli.found import with_profile
from hostproof.cli.job import Job, judge, read_job
from hostproof.cli.materials import SBOM, require_materials
from hostproof.cli.outputs import Output, write_all
from hostproof.cli.reports import render_all, require_own_names, shows_passes, wanted_reports
from hostproof.cli.sources import find_snapshots, load_snapshot, name_of
from hostproof.evaluate.hosts import row_of
from hostproof.facts.snapshot import Snapshot
from hostproof.source.problems import Problems


def run(given: Given) -> int:
    """Judge each snapshot and return the gravest exit code: 1 unfit, 3 undecided, 0 fit.

    Nothing is written before all snapshots have been read and judged.
    """
    paths: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    problems = Problems()
    with noted(problems):
        paths = find_snapshots(given.rest)
    with noted(problems):
        outputs = wanted_reports(given, (*JUDGED_FORMATS, SBOM))
        require_own_names(outputs, [name_of(path) for path in paths])
        require_materials(outputs, problems, len(paths))
    with noted(problems):
        job = read_job(with_profile(given))
    problems.refuse()
    if len(paths) == 1:
        return _judge_one(given, job, outputs, paths[0])
    from hostproof.cli.many import judge_many  # one alone starts without the means for many

    return judge_many(given, job, outputs, paths)


def _judge_one(given: Given, job: Job, outputs: tuple[Output, ...], path: str) -> int:
    snapshot = load_snapshot(path)
    if not given.flag("quiet"):
        _say_what_lacks(job, snapshot)
    evaluation = judge(job, snapshot, explain_passes=shows_passes(outputs))
    named = tuple(output.named(name_of(path)) for output in outputs)
    write_all(render_all(named, evaluation, snapshot, given))
    return exit_of(given, evaluation.exit_code, [row_of(evaluation).verdicts], evaluation.gate)


def _say_what_lacks(job: Job, snapshot: Snapshot) -> None:
    from hostproof.evaluate.lacking import lacking, needs_of

    needs = needs_of(job.packs)
    lacks = lacking(snapshot, needs)
    if lacks:
        from collections import Counter

        from hostproof.cli.many import warn_of_lacking

        warn_of_lacking(Counter(lacks), len(needs))
