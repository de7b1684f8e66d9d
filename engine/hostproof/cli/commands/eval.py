"""`hostproof eval`: snapshots judged, wherever and whenever they were taken; no machine is touched."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import JUDGED_FORMATS
from hostproof.cli.job import judge, read_job
from hostproof.cli.outputs import write_all
from hostproof.cli.reports import named_reports, render_all, shows_passes, wanted_reports
from hostproof.facts.codec import read_snapshot
from hostproof.source.problems import Problems


def run(given: Given) -> int:
    """Judge each snapshot and return the gravest exit code: 1 unfit, 3 undecided, 0 fit.

    Nothing is written before all snapshots have been read and judged.
    """
    paths = [Path(word) for word in given.rest]
    problems = Problems()
    with noted(problems):
        outputs = named_reports(wanted_reports(given, JUDGED_FORMATS), paths)
    with noted(problems):
        job = read_job(given)
    problems.refuse()
    files: list[tuple[str, str | bytes]] = []
    codes = set()
    for path, named in zip(paths, outputs, strict=True):
        snapshot = read_snapshot(path)
        evaluation = judge(job, snapshot, explain_passes=shows_passes(named))
        files += render_all(named, evaluation, snapshot, given)
        codes.add(evaluation.exit_code)
    write_all(files)
    return next(code for code in (1, 3, 0) if code in codes)
