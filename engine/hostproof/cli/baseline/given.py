"""What the commands of baselines have in common: where they lie, what they are of, and what is held against them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time_ns

from hostproof import __version__
from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import NEAR
from hostproof.cli.job import Job, judge, read_job
from hostproof.cli.screen import warn
from hostproof.cli.sources import STDIN, find_snapshots, load_snapshot
from hostproof.cli.taking import Taking, read_taking, take_snapshot
from hostproof.evaluate.baseline.fingerprint import Fingerprint, fingerprint_of
from hostproof.evaluate.baseline.gate import Now
from hostproof.evaluate.baseline.model import Run, packs_of, rows_of
from hostproof.evaluate.baseline.nearness import Reach
from hostproof.evaluate.baseline.store import DEFAULT_FOLDER, DEFAULT_KEEP, NAME, Store, read_store
from hostproof.evaluate.difference.model import Text
from hostproof.facts.redact import redact
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.source.files import MOST_BYTES, read_bytes
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.render import render_problems

MOST_NAME = 60  # of a name made of packs' names; longer ones are cut, and told apart by a digest
MOST_KEPT = 1_000
_MACHINE = ("pack", "profile", "param", "fail-on", "unknown", "date", "target", "quick", "full")


def read_baselines(given: Given) -> Store:
    """Return the baselines of the folder that is named; files that can't be read are told of, and cost themselves."""
    store = read_store(given.text("baselines", DEFAULT_FOLDER))
    if store.problems:
        warn(render_problems(store.problems).rstrip())
        warn("hostproof goes on without them")
    return store


def prepare(given: Given) -> Callable[[], list[Now]]:
    """Return what gives that which a command line names: an output, snapshots, or this machine, all judged.

    Raises ProblemError for everything that is wrong with the line, before anything is collected.
    """
    if given.texts("output"):
        now = _output(given)
        return lambda: [now()]
    for option in ("status", "any-host"):
        if option in given.words:
            raise refused("HP-E417", f"--{option} is about an output", "name it: --output FILE")
    job = read_job(given)
    name = _name(given, baseline_name([pack.name for pack in job.packs]))
    if given.rest:
        _refuse_beside_snapshots(given)
        snapshots = [load_snapshot(path) for path in find_snapshots(given.rest)]
        return lambda: [_judged(name, job, one) for one in snapshots]
    taking = _one_target(given)
    return lambda: [_judged(name, job, take_snapshot(taking, job))]


def prepare_one(given: Given) -> Callable[[], Now]:
    """Return what gives the one thing to compare. Raises ProblemError for several snapshots, and like `prepare`."""
    if len(given.rest) > 1 or (given.rest and len(find_snapshots(given.rest)) > 1):
        raise refused("HP-E418", "a gate compares one snapshot", "call it for each: the exit code is about one host")
    taken = prepare(given)
    return lambda: taken()[0]


def run_of(now: Now) -> Run:
    """Return what is recorded of it."""
    if now.evaluation is None:
        return Run(now.name, now.fingerprint, now.snapshot, outputs=now.outputs, version=__version__)
    found = now.evaluation
    rows, packs = rows_of(found), packs_of(found)
    return Run(now.name, now.fingerprint, now.snapshot, rows, packs, found.gate, version=found.version)


def read_reach(given: Given) -> Reach:
    """Return how near a baseline must be. Raises ProblemError for no such word."""
    word = given.text("near", NEAR[0])
    if word not in NEAR:
        near = nearest(word, NEAR)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(NEAR)}"
        raise refused("HP-E504", f"--near {word}: there is no such word here", hint)
    return Reach(word)


def read_keep(given: Given) -> int:
    """Return how many runs are kept. Raises ProblemError for what is no such number."""
    text = given.text("keep", str(DEFAULT_KEEP))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_KEPT):
        raise refused("HP-E504", f"--keep {text}: no number from 1 to {MOST_KEPT}", f"write --keep {DEFAULT_KEEP}, say")
    return int(text)


def baseline_name(packs: Sequence[str]) -> str:
    """Return what a baseline is called that isn't given a name: its packs, as `linux+linux-probes`."""
    whole = "+".join(sorted(packs))
    if len(whole) <= MOST_NAME:
        return whole
    from hashlib import sha256

    return f"{whole[: MOST_NAME - 9].rstrip('+-')}-{sha256(whole.encode()).hexdigest()[:8]}"


def wanted_name(given: Given) -> str:
    """Return the name that is asked for, empty if none is. Raises ProblemError for one that no folder can have."""
    return _name(given, "")


def refused(code: str, message: str, hint: str = "") -> ProblemError:
    """Return the error of one problem."""
    return ProblemError((Problem(code, message, None, hint),))


def _name(given: Given, otherwise: str) -> str:
    name = given.text("name", otherwise)
    if "name" in given.words and not NAME.fullmatch(name):
        hint = "letters, digits, and . _ + - after the first; at most 100"
        raise refused("HP-E504", f"--name {name}: that can't be the name of a baseline", hint)
    return name


def _judged(name: str, job: Job, snapshot: Snapshot) -> Now:
    return Now(name, fingerprint_of(snapshot.host), snapshot, judge(job, snapshot))


def _refuse_beside_snapshots(given: Given) -> None:
    beside = next((option for option in ("target", "quick", "full", "timeout", "chroot") if option in given.words), "")
    if beside:
        raise refused("HP-E417", f"--{beside} is about a machine, and here is a snapshot", f"leave out --{beside}")


def _one_target(given: Given) -> Taking:
    taking = read_taking(given)
    if taking.others:
        raise refused("HP-E418", "several targets: a baseline is of one host at a time", "take snapshots: collect -o")
    return taking


def _output(given: Given) -> Callable[[], Now]:
    """Return what gives an output, and the machine it comes from: this one, or any."""
    beside = next((option for option in _MACHINE if option in given.words), "a snapshot" if given.rest else "")
    if beside:
        said = beside if given.rest else f"--{beside}"
        raise refused("HP-E417", f"--output is a text, and {said} is about a machine", "leave out one of them")
    if len(given.texts("output")) > 1:
        raise refused("HP-E417", "one output at a time", "give each a call and a --name of its own")
    path, status = given.text("output"), _status(given)
    name = _name(given, "stdin" if path == STDIN else Path(path).stem)
    if not NAME.fullmatch(name):
        raise refused("HP-E415", f"{path}: its name can't be that of a baseline", "give it one: --name tests")
    text = Text(_read_text(path), status)
    if given.flag("any-host"):
        return lambda: Now(name, Fingerprint(), Snapshot(time_ns(), "any", Host(), {}), None, {name: text})
    taking = read_taking(given)
    return lambda: _said_here(name, text, take_snapshot(taking, Job(())))


def _said_here(name: str, text: Text, snapshot: Snapshot) -> Now:
    bare = Snapshot(snapshot.created, snapshot.target, snapshot.host, {})
    return Now(name, fingerprint_of(snapshot.host), bare, None, {name: text})


def _status(given: Given) -> int | None:
    text = given.text("status")
    if not text and "status" not in given.words:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= 255):
        raise refused("HP-E504", f"--status {text}: no exit status from 0 to 255", "in a shell: --status $?")
    return int(text)


def _read_text(path: str) -> str:
    """Return an output, without the secrets in it; raises ProblemError for what is no text, or too long."""
    shown = "standard input" if path == STDIN else path
    data = sys.stdin.buffer.read(MOST_BYTES + 1) if path == STDIN else read_bytes(path)
    if len(data) > MOST_BYTES:
        raise refused("HP-E415", f"{shown} has more than {MOST_BYTES:,} bytes", "keep what matters: grep, tail")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        hint = "only texts can be compared line by line"
        raise refused("HP-E415", f"{shown} is no text: byte {error.start + 1} is not UTF-8", hint) from None
    if "\0" in text:
        raise refused("HP-E415", f"{shown} is binary: it has a NUL in it", "only texts can be compared line by line")
    return redact(text).replace("\r\n", "\n")


def relative(path: str) -> str:
    """Return a path as it is shown: from the working folder where it lies below it."""
    short = os.path.relpath(path)
    return path if short.startswith("..") else short
