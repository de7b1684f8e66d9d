"""`make measure`: what each probe costs on this machine, alone, into costs.json, from which `make docs` makes a page.

Without words every probe is measured; `python docs/measure tcp udp` measures those, and keeps the others' numbers.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from statistics import median

from hostproof.collect.asks import EFFORTS, Answer
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.requests import SECOND

COSTS = Path(__file__).parent / "costs.json"
RUNS = 5
MEASURED = EFFORTS[:2]  # a full run takes as long as it takes
OVERHEADS = ("overhead", "own")  # what probes call the time of an empty measured call


def main(names: list[str]) -> None:
    """Measure, and write what was found."""
    if unknown := set(names) - set(PROBES):
        sys.exit(f"no probe {', '.join(sorted(unknown))}; there are {', '.join(PROBES)}")
    kept = json.loads(COSTS.read_text("utf-8"))["probes"] if names and COSTS.exists() else {}
    found = {name: kept.get(name) if names and name not in names else measured(name) for name in sorted(PROBES)}
    # Of the machine only what makes times comparable.
    machine = {
        "kernel": ".".join(platform.release().split(".")[:2]),
        "arch": platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "load": round(os.getloadavg()[1]),  # what else it had to do meanwhile
    }
    said = {"machine": machine, "runs": RUNS, "probes": {name: one for name, one in found.items() if one}}
    COSTS.write_text(json.dumps(said, indent=2) + "\n", "utf-8")


def measured(name: str) -> dict[str, object]:
    """Return a probe's times in milliseconds, shortest and median by effort, and its overhead in nanoseconds.

    The shortest is what the probe costs; by how much others' work made it longer, the median tells.
    """
    found: dict[str, object] = {}
    for effort in MEASURED:
        answers = [answer_of(name, effort) for _ in range(RUNS)]
        times = [answer.took / 1e6 for answer in answers]
        found[effort] = {"shortest": rounded(min(times)), "median": rounded(median(times))}
        overheads = [own for answer in answers if (own := overhead_of(answer)) is not None]
        if overheads:
            found["overhead"] = int(median(overheads))
        print(name, effort, found[effort])  # noqa: T201
    return found


def answer_of(name: str, effort: str) -> Answer:
    """Return what a probe says that runs alone, all of its facts wanted."""
    spec = PROBES[name]
    wanted = [row.name.removeprefix(spec.before) for row in ROWS if row.collector == spec.collector]
    session = hold_session(parse_target("local"), (ask_of(spec, {}, wanted),), 600 * SECOND, effort=effort)
    return session.answer(0)


def overhead_of(answer: Answer) -> float | None:
    """Return the time of an empty call as the probe measured it, or None where it says none."""
    values = answer.value.get("values") if isinstance(answer.value, dict) else None
    said = [values.get(name) for name in OVERHEADS] if isinstance(values, dict) else []
    return next((own for own in said if isinstance(own, (int, float))), None)


def rounded(time: float) -> float:
    """Return milliseconds with two digits that count; more would be noise."""
    return float(f"{time:.2g}") if time < 100 else round(time, -1)


if __name__ == "__main__":
    main(sys.argv[1:])
