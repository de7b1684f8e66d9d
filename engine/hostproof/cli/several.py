"""Several targets: a snapshot file of each, taken side by side by processes of their own, and judged together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import Job
from hostproof.cli.outputs import NAME, Output, require_writable
from hostproof.cli.reports import require_own_names
from hostproof.cli.taking import Taking, progress_of, take_snapshot
from hostproof.cli.workers import side_by_side
from hostproof.collect.run import Progress
from hostproof.collect.target import Target
from hostproof.source.files import write_atomically
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import replace

if TYPE_CHECKING:
    from hostproof.facts.snapshot import Snapshot

ENDING = ".hpsnap"


def names_of(targets: Sequence[Target]) -> tuple[str, ...]:
    """Return a name for the files of each target, all different.

    >>> from hostproof.collect.target import parse_target
    >>> names_of([parse_target(word) for word in ("local", "ssh:me@web1", "container:web1", "ssh:web1")])
    ('local', 'me@web1', 'web1', 'web1-2')
    """
    seen: Counter[str] = Counter()
    names = []
    for target in targets:
        name = re.sub(r"[^\w.@-]+", "-", target.name.partition(":")[2] or target.name).strip("-.") or target.kind
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return tuple(names)


def require_own_places(outputs: Sequence[Output], taking: Taking) -> None:
    """See that there is a place for the reports of several targets. Raises ProblemError."""
    for output in outputs:
        if output.format == "snapshot" and NAME not in output.path:
            message = f"--format {output.format}: several targets have one each"
            hint = f"write {output.format}={NAME}.hpsnap"
            raise ProblemError((Problem("HP-E506", message, None, hint),))
    require_own_names(outputs, names_of(taking.targets))


def check_several(given: Given, taking: Taking, job: Job, outputs: Sequence[Output]) -> int:
    """Judge several targets and write the reports of all; 1 if one is unfit, else 3 if one is undecided, else 0."""
    from tempfile import TemporaryDirectory

    from hostproof.cli.many import judge_many

    with TemporaryDirectory(prefix="hostproof-") as folder:
        paths = take_snapshots(taking, job, folder)
        return judge_many(given, job, outputs, paths, taken=True)


def take_snapshots(taking: Taking, job: Job, folder: str) -> tuple[str, ...]:
    """Take a snapshot of each target into a file of a folder; return their paths, in the targets' order.

    At most `taking.jobs` are taken at once. Whatever happens to one costs the others nothing.
    """
    paths = tuple(str(Path(folder, name + ENDING)) for name in names_of(taking.targets))
    work = [
        _taker(replace(taking, target=one, others=(), quiet=True), job, path) for one, path in _pairs(taking, paths)
    ]
    with progress_of(taking) as report, closing(side_by_side(work, taking.jobs)) as steps:
        for done in steps:
            if report is not None:
                report(Progress(done, len(work)))
    return paths


def require_room(folder: str, taking: Taking) -> None:
    """See that snapshot files can be written into a folder. Raises ProblemError."""
    require_writable([str(Path(folder, name + ENDING)) for name in names_of(taking.targets)])


def _pairs(taking: Taking, paths: Sequence[str]) -> list[tuple[Target, str]]:
    return list(zip(taking.targets, paths, strict=True))


def _taker(taking: Taking, job: Job, path: str) -> Callable[[], None]:
    def take() -> None:
        from hostproof.facts.codec import encode_snapshot

        found: Snapshot = take_snapshot(taking, job)
        write_atomically(path, encode_snapshot(found))

    return take
