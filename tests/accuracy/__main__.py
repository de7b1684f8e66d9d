"""Compares the probes with the reference and keeps the outcome for docs/probes.md: `cd tests && python -m accuracy`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from accuracy.compare import build, by_cyclictest, compare, lacking, summary

KEPT = Path(__file__).parents[2] / "docs" / "generate" / "accuracy.json"
ROUNDS = 5
COUNT = 1000


def main() -> int:
    """Compare, and write what came of it."""
    if lacking():
        sys.stderr.write(lacking() + "\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        found = summary(compare(build(Path(folder)), ROUNDS, "usual", COUNT))
    beside = by_cyclictest()
    if beside is not None:
        found["cyclictest"] = {"least": beside[0], "average": beside[1]}
    text = json.dumps(found, indent=1)
    KEPT.write_text(text + "\n", encoding="utf-8")
    rows = found["rows"]
    assert isinstance(rows, list)
    for row in rows:
        (mine, *_), (theirs, *_) = row["probe"], row["reference"]
        mine -= row["overhead"]
        sys.stdout.write(f"{row['fact']:28} C {theirs:10.1f}  probe {mine:10.1f}  {mine - theirs:+10.1f} ns\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
