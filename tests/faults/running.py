"""Runs a command or a check inside a fault, in bounded time, and leaves none of it behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from faults.fault import Fault
from faults.part import part_of_pack

PATIENCE = 180.0  # seconds for one command; a check may have more
TESTS = Path(__file__).parents[1]
# The system's own programs first: a `python3` that is a script which looks for Python is slow, and several processes.
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin:"
# A user that may not look into the checkout's interpreter can run this one.
SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin") or sys.executable


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule said: its verdict, the words it said it in, and the causes of what it didn't know."""

    verdict: str
    said: str
    causes: frozenset[str]
    cures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@contextmanager
def broken(fault: Fault) -> Iterator[tuple[str, ...]]:
    """Break things as the fault says and give the words that start a command inside; all is undone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hostproof-fault-"))
    folder.chmod(0o755)
    try:
        if fault.setup is None:
            yield (*fault.base, *fault.prefix)
        else:
            with fault.setup(folder) as words:
                yield (*fault.base, *words, *fault.prefix)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(words: Sequence[str], cache: Path | None = None, patience: float = PATIENCE) -> Done:
    """Run a command to its end, in a session of its own that is killed after it; raises AssertionError if it hangs."""
    path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path, "LC_ALL": "C.UTF-8", "PATH": SYSTEM + os.environ["PATH"]}
    if cache is not None:
        environment["XDG_CACHE_HOME"] = str(cache)
    program = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        env=environment,
    )
    started = time.monotonic()
    try:
        out, err = program.communicate(timeout=patience)
    except subprocess.TimeoutExpired as problem:
        took = time.monotonic() - started
        raise AssertionError(f"{' '.join(words)} did not end within {took:.0f} s") from problem
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    return Done(program.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Judging:
    """By what to judge: packs (only some areas of them, if any are named), with how much effort, the cache, the time.

    `base` are the words that come first, also without the fault.
    """

    packs: tuple[str, ...]
    areas: tuple[str, ...]
    quick: bool
    params: tuple[tuple[str, str], ...]
    cache: Path
    base: tuple[str, ...] = ()
    patience: float = PATIENCE

    @classmethod
    def of(cls, fault: Fault, cache: Path) -> Judging:
        """Return what a fault wants to be judged by."""
        params = tuple(fault.params.items())
        return cls(fault.packs, fault.areas, fault.quick, params, cache, fault.base, fault.patience)

    def arguments(self) -> Iterator[str]:
        """Yield the words after `check`."""
        for pack in self.packs:
            yield from ("--pack", str(part_of_pack(pack, self.areas, self.cache)))
        if self.quick:
            yield "--quick"
        for name, value in self.params:
            yield from ("--param", f"{name}={value}")
        yield from ("--format", "json=-", "--quiet")


def python_of(fault: Fault) -> tuple[str, ...]:
    """Return the Python that is started inside the fault, if it is not the whole check that runs there."""
    return (SYSTEM_PYTHON,) if fault.around == "agent" else ()


def judge(judging: Judging, words: tuple[str, ...] = (), python: tuple[str, ...] = ()) -> dict[str, Judged]:
    """Return what each rule says, judged inside of what `words` start; with `python`, only the agent is inside."""
    if python:
        command = (sys.executable, "-m", "faults.outside", *words, *python, "---", *judging.arguments())
    else:
        command = (*words, sys.executable, "-m", "hostproof", "check", *judging.arguments())
    done = run(command, judging.cache, judging.patience)
    assert done.status in {0, 1, 3}, f"hostproof ended with {done.status}: {done.err[-2000:]}"
    return judged(json.loads(done.out))


def judged(report: Mapping[str, list[dict[str, list[dict[str, str]]]]]) -> dict[str, Judged]:
    """Return what each rule said in a report of the format report-1."""
    found: dict[str, Judged] = {}
    for pack in report["packs"]:
        for result in pack["results"]:
            found[str(result["rule"])] = _judged(result)
    return found


def _judged(result: Mapping[str, object]) -> Judged:
    unknowns = result["unknowns"]
    assert isinstance(unknowns, list)
    words = [result["message"], result["reason"], *(f"{one['fact']} {one['detail']} {one['cure']}" for one in unknowns)]
    return Judged(
        str(result["verdict"]),
        "; ".join(str(word) for word in words if word),
        frozenset(one["cause"] for one in unknowns),
        tuple(one["cure"] for one in unknowns),
    )
