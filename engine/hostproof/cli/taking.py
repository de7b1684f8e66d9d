"""Taking a snapshot: which machine, for how long, with progress for whoever is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import Job
from hostproof.cli.redaction import read_unredacted, redactor_of
from hostproof.cli.screen import is_terminal
from hostproof.collect.asks import EFFORTS, USUAL
from hostproof.collect.run import Progress, collect
from hostproof.collect.target import Target, parse_target
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.snapshot import PackRef, Snapshot
from hostproof.facts.types import DURATION
from hostproof.facts.units import parse_quantity
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record, replace

DEFAULT_TIMEOUT = 600 * SECOND
DEFAULT_JOBS = 8
MOST_JOBS = 256
NOT_RUNNING = frozenset({"root", "tar", "oci"})  # kinds of targets of which only files are read
_NOTHING_INSIDE = "--chroot: none of the targets is a root file system that isn't running"


@record
class Taking:
    """A target, the nanoseconds that collecting may take, whether progress may be shown, and how thorough probes are.

    `effort` is empty where the command line doesn't say: then the profile decides. `others` are more targets, of which
    `jobs` are looked at at once. `more` is to be learnt besides what the packs need.
    """

    target: Target
    timeout: int = DEFAULT_TIMEOUT
    quiet: bool = False
    effort: str = ""
    others: tuple[Target, ...] = ()
    jobs: int = DEFAULT_JOBS
    unredacted: bool = False
    more: tuple[FactRequest, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """All targets, in their order."""
        return (self.target, *self.others)


def read_taking(given: Given) -> Taking:
    """Return what a command line says about collecting; raises ProblemError for no target, no duration, two efforts."""
    timeout = read_timeout(given)
    target, *others = _targets(given)
    return Taking(
        target, timeout, given.flag("quiet"), _effort(given), tuple(others), _jobs(given), read_unredacted(given)
    )


def read_timeout(given: Given) -> int:
    """Return how long collecting may take, in nanoseconds; raises ProblemError for no duration."""
    text = given.text("timeout")
    return _timeout(text) if text else DEFAULT_TIMEOUT


def _targets(given: Given) -> list[Target]:
    """Return the targets that options name and files list, each once; raises ProblemError for all that are wrong."""
    problems = Problems()
    words = [("", word) for word in given.texts("target")]
    for path in given.texts("targets"):
        words += _listed(path)
    found: dict[str, Target] = {}
    for place, word in words or [("", "local")]:
        try:
            target = parse_target(word, chroot=given.flag("chroot"))
            found[target.name] = target
        except ProblemError as error:
            problems.found.extend(replace(one, message=place + one.message) for one in error.problems)
    if given.flag("chroot") and found and not any(target.kind in NOT_RUNNING for target in found.values()):
        message = f"--chroot: {', '.join(found)} runs its programs anyway" if len(found) == 1 else _NOTHING_INSIDE
        hint = "it is for root:DIR, tar:FILE and oci:DIR: leave it out, or name one as --target"
        problems.add("HP-E520", message, hint=hint)
    problems.refuse()
    return list(found.values())


def _listed(path: str) -> list[tuple[str, str]]:
    """Return the place and the word of each line of a file of targets; # begins a comment. Raises ProblemError."""
    from hostproof.source.files import read_source

    lines = read_source(path).text.splitlines()
    words = [(f"{path}:{number}: ", line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    found = [(place, word) for place, word in words if word]
    if not found:
        message, hint = f"{path} names no target", "write one on each line: ssh:web1"
        raise ProblemError((Problem("HP-E514", message, None, hint),))
    return found


def _jobs(given: Given) -> int:
    text = given.text("jobs", str(DEFAULT_JOBS))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_JOBS):
        message, hint = f"--jobs {text}: no number from 1 to {MOST_JOBS}", f"write -j {DEFAULT_JOBS}, say"
        raise ProblemError((Problem("HP-E504", message, None, hint),))
    return int(text)


def _effort(given: Given) -> str:
    words = [word for word in EFFORTS if given.flag(word)]
    if len(words) > 1:
        message = "--quick and --full: probes can't be both"
        raise ProblemError((Problem("HP-E512", message, hint="leave one of them out; without either they are usual"),))
    return words[0] if words else ""


def _timeout(text: str) -> int:
    try:
        value, of = parse_quantity(text)
    except ValueError as error:
        raise _no_time(text, str(error), "write a number with a unit: 30s, 2min, 500ms") from error
    if of != DURATION:
        bare = text.isdecimal()
        raise _no_time(text, "it has no unit" if bare else f"that is {of}", f"write {text}s" if bare else "write 30s")
    if value <= 0:
        raise _no_time(text, "that is no time at all", "write 30s, say")
    return int(value)


def _no_time(text: str, why: str, hint: str) -> ProblemError:
    return ProblemError((Problem("HP-E504", f"--timeout {text}: {why}", hint=hint),))


def requests_of(job: Job) -> tuple[FactRequest, ...]:
    """Return what the packs need with the parameters as they are set, each fact once."""
    needed = (request for pack in job.packs for request in pack.needed(job.params.get(pack.name)))
    return tuple(dict.fromkeys(needed))


def effort_of(taking: Taking, job: Job) -> str:
    """Return how thorough probes are to be: as the command line says, or the profile, else the usual."""
    return taking.effort or job.effort or USUAL


def take_snapshot(taking: Taking, job: Job) -> Snapshot:
    """Learn what the packs need; whatever can't be learnt is Unknown in the snapshot."""
    refs = tuple(PackRef(pack.name, pack.digest) for pack in job.packs)
    effort, hide = effort_of(taking, job), redactor_of(job, taking.unredacted)
    with progress_of(taking) as report:
        requests = tuple(dict.fromkeys((*requests_of(job), *taking.more)))
        return collect(requests, taking.target, taking.timeout, refs, report, effort=effort, hide=hide)


@contextmanager
def progress_of(taking: Taking) -> Iterator[Callable[[Progress], None] | None]:
    """Give something that draws progress on standard error if that is a terminal, else nothing."""
    if taking.quiet or not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    said = TextColumn("collecting facts from {task.description}")
    console = Console(file=sys.stderr)
    with Bar(said, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(f"{len(taking.targets)} targets" if taking.others else taking.target.name, total=None)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.total)
