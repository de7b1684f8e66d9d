"""`hostproof collect`: the facts that packs need, learnt from a machine, into a file; from several, into a folder."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.found import with_profile
from hostproof.cli.job import Job, read_job
from hostproof.cli.outputs import STDOUT, require_writable, write_all
from hostproof.cli.screen import show
from hostproof.cli.taking import Taking, read_taking, take_snapshot
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import Snapshot
from hostproof.source.problems import Problem, ProblemError, Problems

DEFAULT_OUTPUT = "snapshot.hpsnap"
DEFAULT_FOLDER = "snapshots"


def run(given: Given) -> int:
    """Take a snapshot, write it and say how much it holds; raises ProblemError before anything is collected."""
    problems = Problems()
    with noted(problems):
        job = read_job(with_profile(given))
    with noted(problems):
        taking = read_taking(given)
    with noted(problems):
        several = not problems.found and bool(taking.others)
        path = given.text("output", DEFAULT_FOLDER if several else DEFAULT_OUTPUT)
        if several:
            _require_folder(path, taking)
        else:
            require_writable([path])
    problems.refuse()
    if several:
        return _collect_several(given, taking, job, path)
    snapshot = take_snapshot(taking, job)
    write_all([(path, encode_snapshot(snapshot))])
    if path != STDOUT and not given.flag("quiet"):
        _say(path, snapshot)
    return 0


def _require_folder(path: str, taking: Taking) -> None:
    """See that a file for each target can be made in a folder; raises ProblemError."""
    from hostproof.cli.several import require_room

    if path == STDOUT:
        message, hint = "several snapshots can't go to standard output", "name a folder: -o snapshots"
        raise ProblemError((Problem("HP-E503", message, None, hint),))
    require_room(path, taking)


def _collect_several(given: Given, taking: Taking, job: Job, folder: str) -> int:
    """Take a snapshot of each target into a folder."""
    from hostproof.cli.several import take_snapshots
    from hostproof.facts.codec import read_snapshot

    for path in take_snapshots(taking, job, folder):
        snapshot = read_snapshot(Path(path))
        if not given.flag("quiet"):
            _say(path, snapshot)
    return 0


def _say(path: str, snapshot: Snapshot) -> None:
    show(f"{path}: {len(snapshot.values)} facts known, {len(snapshot.unknown)} unknown\n")
