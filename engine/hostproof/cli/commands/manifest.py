"""`hostproof manifest`: the list that the digest of a root file system is of, to be kept, compared, or checked by."""

from __future__ import annotations

import time

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.outputs import STDOUT, require_writable, write_pieces
from hostproof.cli.screen import show
from hostproof.cli.taking import read_timeout
from hostproof.collect.image.limits import ImageError
from hostproof.collect.image.manifest import Manifest
from hostproof.collect.image.opened import opened
from hostproof.collect.target import Target, parse_target
from hostproof.source.problems import Problem, ProblemError, Problems


def run(given: Given) -> int:
    """Write the manifest of one target, and say its digest; raises ProblemError for what has none."""
    problems = Problems()
    path, target, most = given.text("output", STDOUT), None, 0
    with noted(problems):
        require_writable([path])
    with noted(problems):
        target = parse_target(_only(given))
    with noted(problems):
        most = read_timeout(given)
    problems.refuse()
    assert target is not None
    found = _read(target, time.monotonic_ns() + most)
    write_pieces([(path, found.pieces)])
    if path != STDOUT and not given.flag("quiet"):
        show(f"{path}: {len(found.lines)} entries, {found.digest}\n")
    return 0


def _only(given: Given) -> str:
    if len(given.rest) != 1:
        hint = "write a command for each"
        raise ProblemError((Problem("HP-E518", "a manifest is of one root file system", None, hint),))
    return given.rest[0]


def _read(target: Target, due: int) -> Manifest:
    """Return the manifest of a target. Raises ProblemError."""
    try:
        with opened(target, due, files=False) as there:
            if there.trouble is not None:
                raise ImageError.of(there.trouble)
            return there.manifest()
    except ImageError as error:
        of = error.unknown
        raise ProblemError((Problem("HP-E518", f"{target.name}: {of.detail}", None, of.cure),)) from None
