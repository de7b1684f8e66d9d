"""`hostproof check`: a machine judged: collect, then evaluate the very snapshot that a file would hold, then report."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import JUDGED_FORMATS
from hostproof.cli.exits import exit_of
from hostproof.cli.found import with_profile
from hostproof.cli.job import judge, read_job
from hostproof.cli.materials import SBOM, requests_for, require_materials
from hostproof.cli.outputs import Output, write_all
from hostproof.cli.reports import refuse_names, render_all, shows_passes, wanted_reports
from hostproof.cli.taking import Taking, read_taking, take_snapshot
from hostproof.evaluate.hosts import row_of
from hostproof.source.problems import Problems
from hostproof.source.records import replace


def run(given: Given) -> int:
    """Judge the targets and return 0 fit, 1 unfit, 3 undecided; raises ProblemError before anything is collected."""
    outputs: tuple[Output, ...] = ()
    problems = Problems()
    with noted(problems):
        outputs = wanted_reports(given, (*JUDGED_FORMATS, "snapshot", SBOM))
    with noted(problems):
        job = read_job(with_profile(given))
    with noted(problems):
        taking = read_taking(given)
        require_materials(outputs, problems, len(taking.targets))
        _require_places(outputs, taking)
    problems.refuse()
    taking = replace(taking, more=requests_for(outputs, job.packs))
    if taking.others:
        from hostproof.cli.several import check_several

        return check_several(given, taking, job, outputs)
    snapshot = take_snapshot(taking, job)
    evaluation = judge(job, snapshot, explain_passes=shows_passes(outputs))
    write_all(render_all(outputs, evaluation, snapshot, given))
    return exit_of(given, evaluation.exit_code, [row_of(evaluation).verdicts], evaluation.gate)


def _require_places(outputs: tuple[Output, ...], taking: Taking) -> None:
    """See that there is a place for each report; raises ProblemError."""
    if taking.others:
        from hostproof.cli.several import require_own_places

        require_own_places(outputs, taking)
    else:
        refuse_names(outputs)
