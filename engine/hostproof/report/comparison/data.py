"""A comparison as data: JSON and CSV, values as they are stored (durations in nanoseconds)."""

from __future__ import annotations

import json
from math import isfinite

from hostproof.evaluate.comparison.model import Comparison, Row, Run
from hostproof.facts.snapshot import Value
from hostproof.source.harmless import harmless

COLUMNS = ("fact", "type", "before", "after", "shift", "low", "high", "p", "effect", "difference")


def comparison_json(found: Comparison) -> str:
    """Return all of it; a bound that nothing sets is null."""
    said: dict[str, Value] = {
        "before": [_run(run) for run in found.before],
        "after": [_run(run) for run in found.after],
        "facts": [_row(row) for row in found.rows],
        "same": found.same,
        "tests": found.tests,
        "wanted": found.wanted,
        "hosts": {part: {"before": [*here], "after": [*there]} for part, here, there in found.hosts},
        "lost": dict(found.lost),
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _run(run: Run) -> Value:
    return {"snapshot": run.name, "digest": run.digest}


def _row(row: Row) -> Value:
    said: dict[str, Value] = {"fact": row.name, "type": str(row.type), "sampled": row.sampled}
    said["difference"] = str(row.sureness)
    if row.test is None:
        return {**said, "before": dict(row.before), "after": dict(row.after)}
    test = row.test
    said |= {"before": test.before_median, "after": test.after_median}
    said |= {"numbers_before": test.before_size, "numbers_after": test.after_size}
    numbers = (("shift", test.shift), ("low", test.low), ("high", test.high), ("p", row.p), ("effect", test.effect))
    return {**said, **{name: _finite(value) for name, value in numbers}}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def comparison_csv(found: Comparison) -> str:
    """Return a line for each row; texts with how many runs have each."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        writer.writerow([harmless(str(cell)) for cell in _cells(row)])
    return out.getvalue()


def _cells(row: Row) -> list[str | float]:
    test = row.test
    if test is None:
        sides = ("; ".join(f"{text} x{count}" for text, count in side) for side in (row.before, row.after))
        return [row.name, str(row.type), *sides, "", "", "", "", "", str(row.sureness)]
    numbers = (test.shift, test.low, test.high, row.p, test.effect)
    told = ["" if (value := _finite(number)) is None else value for number in numbers]
    return [row.name, str(row.type), test.before_median, test.after_median, *told, str(row.sureness)]
