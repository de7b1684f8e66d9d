"""How benchmarks measure: jobs side by side in one run, medians, and ratios to the first of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns

HOSTPROOF = Path(sys.executable).with_name("hostproof")
Job = Callable[[], object]


def program(*words: str | Path, codes: tuple[int, ...] = (0, 1, 3), **environment: str) -> Job:
    """Return a job that runs a program to its end; an exit code that is not among `codes` ends the benchmark."""

    def job() -> None:
        command = [str(word) for word in words]
        env = os.environ | environment
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=env, check=False)
        if done.returncode not in codes:
            sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr.decode()}")

    return job


def compare(
    title: str, jobs: Mapping[str, Job], runs: int, each: int = 1, before: Mapping[str, Job] | None = None
) -> None:
    """Run each job `runs` times, taking turns so that noise meets all alike; print medians and ratios to the first.

    `each` is how many pieces of work one job does; times are shown per piece. `before` prepares a job, unmeasured.
    """
    times: dict[str, list[int]] = {name: [] for name in jobs}
    for _ in range(runs + 1):
        for name, job in jobs.items():
            if before and name in before:
                before[name]()
            start = perf_counter_ns()
            job()
            times[name].append(perf_counter_ns() - start)
    # The first round warms caches and is left out.
    show(title, [(name, median(spent[1:]) / each) for name, spent in times.items()], runs)


def show(title: str, rows: Sequence[tuple[str, float]], runs: int) -> None:
    """Print names, times and ratios to the first row."""
    print(f"\n{title} (medians of {runs})")
    first = rows[0][1]
    for name, spent in rows:
        print(f"  {name:<58} {readable(spent):>10} {spent / first:>8.2f} x")


def readable(nanoseconds: float) -> str:
    """Return a time with three digits and a fitting unit."""
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= scale:
            return f"{nanoseconds / scale:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"
