"""`hostproof check`: a machine judged: collect, then evaluate the very snapshot that a file would hold, then report."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import JUDGED_FORMATS
from hostproof.cli.job import judge, read_job
from hostproof.cli.outputs import write_all
from hostproof.cli.reports import render_all, wanted_reports
from hostproof.cli.taking import read_taking, take_snapshot


def run(given: Given) -> int:
    """Judge the target and return 0 fit, 1 unfit or 3 undecided; raises ProblemError before anything is collected."""
    outputs = wanted_reports(given, (*JUDGED_FORMATS, "snapshot"))
    job = read_job(given)
    taking = read_taking(given)
    snapshot = take_snapshot(taking, job.packs)
    evaluation = judge(job, snapshot)
    write_all(render_all(outputs, evaluation, snapshot, given))
    return evaluation.exit_code
