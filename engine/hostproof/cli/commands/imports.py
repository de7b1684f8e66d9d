"""`hostproof import`: what was captured without hostproof, made a snapshot of; no machine is touched."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.commands.collect import DEFAULT_OUTPUT
from hostproof.cli.job import Job, read_job
from hostproof.cli.outputs import STDOUT, require_writable, write_all
from hostproof.cli.redaction import read_unredacted, redactor_of
from hostproof.cli.screen import show
from hostproof.cli.taking import requests_of
from hostproof.collect.imported import import_snapshot
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import PackRef
from hostproof.source.problems import Problem, ProblemError, Problems


def run(given: Given) -> int:
    """Write the snapshot and say how much it holds; raises ProblemError for what can't be imported."""
    output = given.text("output", DEFAULT_OUTPUT)
    problems = Problems()
    job = Job(())
    with noted(problems):
        require_writable([output])
    with noted(problems):
        job = read_job(given)
    unredacted = False
    with noted(problems):
        unredacted = read_unredacted(given)
    problems.refuse()
    paths = [_there(word) for word in given.rest]
    refs = tuple(PackRef(pack.name, pack.digest) for pack in job.packs)
    snapshot = import_snapshot(requests_of(job), paths, refs, hide=redactor_of(job, unredacted))
    if not snapshot.values:
        message = f"{', '.join(given.rest)}: not one fact that the rules need can be learnt from it"
        raise ProblemError((Problem("HP-E516", message, hint="name the packs that need what it holds: --pack PACK"),))
    write_all([(output, encode_snapshot(snapshot))])
    if output != STDOUT and not given.flag("quiet"):
        show(f"{output}: {len(snapshot.values)} facts known, {len(snapshot.unknown)} unknown\n")
    return 0


def _there(word: str) -> Path:
    path = Path(word)
    try:
        path.stat()
    except (OSError, ValueError) as error:
        raise ProblemError((Problem("HP-E516", f"there is nothing to import at {word}: {error}"),)) from None
    return path
