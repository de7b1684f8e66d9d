"""`hostproof baseline list`: the baselines there are, with their fingerprints, runs and known failures."""

from __future__ import annotations

import json

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import TEXT_OR_JSON
from hostproof.cli.baseline.given import read_baselines, refused, relative, wanted_name
from hostproof.cli.screen import show
from hostproof.evaluate.baseline.model import Baseline
from hostproof.evaluate.model import Verdict
from hostproof.facts.units import format_time
from hostproof.source.harmless import one_line
from hostproof.source.records import as_mapping

FINE, FAULTY = 0, 2


def run(given: Given) -> int:
    """List them; 2 if a file among them could not be read."""
    form, name = format_of(given), wanted_name(given)
    store = read_baselines(given)
    found = store.named(name) if name else store.baselines
    if form == "json":
        show(json.dumps([as_json(one) for one in found], indent=2, ensure_ascii=False) + "\n")
    elif found:
        show("".join(map(_text, found)))
    else:
        where = f"{store.folder} holds no baseline"
        show(f"{where}{f' of {name}' if name else ''}: hostproof baseline record makes one\n")
    return FAULTY if store.problems else FINE


def format_of(given: Given) -> str:
    """Return `text` or `json`. Raises ProblemError for another word."""
    form = given.text("format", "text")
    if form not in TEXT_OR_JSON:
        raise refused("HP-E501", f"--format {form}: there is no such format here", "write text or json")
    return form


def as_json(baseline: Baseline) -> dict[str, object]:
    """Return what is told of a baseline."""
    newest = baseline.newest
    return {
        "name": newest.name,
        "folder": relative(baseline.folder),
        "fingerprint": as_mapping(baseline.fingerprint),
        "runs": len(baseline.runs),
        "newest": format_time(newest.snapshot.created),
        "packs": {used.name: used.digest for used in newest.packs},
        "outputs": sorted(newest.outputs),
        "known": [row.id for row in (*newest.of_verdict(Verdict.FAIL), *newest.of_verdict(Verdict.UNKNOWN))],
    }


def _text(baseline: Baseline) -> str:
    newest = baseline.newest
    number = len(baseline.runs)
    known = len(newest.of_verdict(Verdict.FAIL)), len(newest.of_verdict(Verdict.UNKNOWN))
    judged = sum(not row.object for row in newest.verdicts)
    parts = [
        f"{number} run" if number == 1 else f"{number} runs",
        f"newest {format_time(newest.snapshot.created)[:10]}",
    ]
    if judged:
        parts.append(
            f"{judged} rules" + "".join(f", {n} known to {w}" for n, w in zip(known, _WORDS, strict=True) if n)
        )
    else:
        parts.append("an output" if newest.outputs else "nothing judged")
    return f"{newest.name}: {one_line(str(baseline.fingerprint))}\n  {relative(baseline.folder)}: {', '.join(parts)}\n"


_WORDS = ("fail", "be undecided")
