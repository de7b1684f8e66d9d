"""`hostproof collect`: the facts that packs need, learnt from a machine, into a snapshot file."""

from __future__ import annotations

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.job import read_job
from hostproof.cli.outputs import STDOUT, require_writable, write_all
from hostproof.cli.screen import show
from hostproof.cli.taking import read_taking, take_snapshot
from hostproof.facts.codec import encode_snapshot
from hostproof.source.problems import Problems

DEFAULT_OUTPUT = "snapshot.hpsnap"


def run(given: Given) -> int:
    """Take a snapshot, write it and say how much it holds; raises ProblemError before anything is collected."""
    path = given.text("output", DEFAULT_OUTPUT)
    problems = Problems()
    with noted(problems):
        require_writable([path])
    with noted(problems):
        job = read_job(given)
    with noted(problems):
        taking = read_taking(given)
    problems.refuse()
    snapshot = take_snapshot(taking, job)
    write_all([(path, encode_snapshot(snapshot))])
    if path != STDOUT and not given.flag("quiet"):
        show(f"{path}: {len(snapshot.values)} facts known, {len(snapshot.unknown)} unknown\n")
    return 0
