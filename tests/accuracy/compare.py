"""Measures everything twice, by the probes and by a small C program, in turns; what came of both goes out by fact."""

from __future__ import annotations

import os
import platform
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from hostproof.collect.asks import Probe
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value

HERE = Path(__file__).parent
COST = "clock.cost."  # the reference's costs of clocks are one fact of the probe, a map
PATIENCE = 60.0
# What the probe adds to each sample by measuring at all, by the facts that say so.
OVERHEADS = {"timers": "own"}
OVERHEAD = "overhead"

Series = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: the fact, and of all rounds the medians, in nanoseconds, by the reference and by the probe.

    `overhead` is what the probe says is its own part in each of its samples.
    """

    fact: str
    reference: tuple[float, ...]
    probe: tuple[float, ...]
    overhead: float
    least_reference: float
    least_probe: float


def lacking() -> str:
    """Return why there is no reference here, empty if there is one."""
    return "" if shutil.which("gcc") else "gcc is not installed"


def build(folder: Path) -> Path:
    """Compile the reference into a folder and return the program."""
    program = folder / "reference"
    words = ("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(HERE / "reference.c"))
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
    return program


def by_reference(program: Path, count: int) -> dict[str, list[float]]:
    """Return the samples of one run of the reference by name, in nanoseconds; placed as the probes place theirs."""
    cpus = sorted(os.sched_getaffinity(0))
    words = (str(program), str(cpus[0]), str(cpus[-1]), str(count))
    told = subprocess.run(words, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
    rows = (line.split() for line in told.splitlines())
    return {name: [float(word) for word in words] for name, *words in rows}


def by_probes(names: Sequence[str], effort: str) -> dict[str, Value]:
    """Return what the probes learn of the facts with these names (without `probe.`); what they can't learn is left out.

    They run as in every collection, one after another.
    """
    asks: list[Probe] = []
    for probe, facts in groupby(sorted(names), lambda name: name.partition(".")[0]):
        asks.append(ask_of(PROBES[probe], {}, [name.partition(".")[2] for name in facts]))
    found: dict[str, Value] = {}
    session = hold_session(parse_target("local"), asks, 120 * SECOND, effort=effort)
    for number, ask in enumerate(asks):
        value = session.answer(number).value
        assert isinstance(value, dict), session.answer(number)
        values = value["values"]
        assert isinstance(values, dict)
        found.update((f"{ask.name}.{fact}", one) for fact, one in values.items())
    return found


def wanted(reference: Series) -> list[str]:
    """Return the names of all facts that the reference has something for, and of the overheads in them."""
    plain = [name for name in reference if not name.startswith(COST)]
    probes = {name.partition(".")[0] for name in plain}
    own = [f"{probe}.{OVERHEADS.get(probe, OVERHEAD)}" for probe in sorted(probes)]
    return sorted({*plain, *own, "clock.cost.raw", "clock.cost.own"})


def series_of(name: str, learnt: Mapping[str, Value]) -> list[float]:
    """Return the probe's samples for a name of the reference, its own part included; none where they are unknown."""
    if name.startswith(COST):
        costs = learnt.get("clock.cost.raw")
        cost = costs.get(name.removeprefix(COST)) if isinstance(costs, dict) else None
        return [float(cost)] if isinstance(cost, int) else []
    found = learnt.get(name)
    return [float(one) for one in found if isinstance(one, int)] if isinstance(found, list) else []


def overhead_of(name: str, learnt: Mapping[str, Value]) -> float:
    """Return the overhead that the probe states for a name of the reference, in nanoseconds."""
    probe = name.partition(".")[0]
    found = learnt.get("clock.cost.own" if probe == "clock" else f"{probe}.{OVERHEADS.get(probe, OVERHEAD)}")
    return float(found) if isinstance(found, int) else 0.0


def compare(program: Path, rounds: int, effort: str, count: int) -> list[Row]:
    """Return one row for each name that both measured, of some rounds in which they take turns."""
    pairs = []
    for _ in range(rounds):
        reference = by_reference(program, count)
        pairs.append((reference, by_probes(wanted(reference), effort)))
    return [row for name in pairs[0][0] for row in row_of(name, pairs)]


def row_of(name: str, pairs: Sequence[tuple[Series, Mapping[str, Value]]]) -> Iterator[Row]:
    """Yield the row of one name, if the probe knows it."""
    references = [reference[name] for reference, _ in pairs]
    probes = [found for _, learnt in pairs if (found := series_of(name, learnt))]
    if probes:
        yield Row(
            name,
            tuple(statistics.median_low(one) for one in references),
            tuple(statistics.median_low(one) for one in probes),
            statistics.median(overhead_of(name, learnt) for _, learnt in pairs),
            min(map(min, references)),
            min(map(min, probes)),
        )


def by_cyclictest() -> tuple[int, int] | None:
    """Return how late cyclictest is at least and on average, in nanoseconds; None where it is not, or may not run."""
    words = ("cyclictest", "--quiet", "--loops=300", "--interval=1000", "--threads=1", "--priority=0", "--policy=other")
    try:
        told = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"Min: +(\d+) .*Avg: +(\d+)", told)
    return (int(found[1]) * 1000, int(found[2]) * 1000) if found else None


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """Return what is kept of a comparison: the machine, and for each fact the middle, least and most of the medians."""
    return {
        "machine": {
            "kernel": ".".join(platform.release().split(".")[:2]),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
        },
        "rounds": len(rows[0].reference),
        "rows": [
            {
                "fact": row.fact,
                "reference": _three(row.reference),
                "probe": _three(row.probe),
                "overhead": row.overhead,
            }
            for row in rows
        ],
    }


def _three(medians: Sequence[float]) -> list[float]:
    return [round(one, 1) for one in (statistics.median(medians), min(medians), max(medians))]
