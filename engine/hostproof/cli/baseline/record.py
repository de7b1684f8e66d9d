"""`hostproof baseline record`: what was found, or a command's output, into the folder of baselines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.cli.arguments.given import Given
from hostproof.cli.baseline.given import prepare, read_baselines, read_keep, refused, relative, run_of
from hostproof.cli.screen import show, warn
from hostproof.evaluate.baseline.gate import Now
from hostproof.evaluate.baseline.model import Baseline, Run, VerdictRow
from hostproof.evaluate.baseline.store import (
    DEFAULT_FOLDER,
    Store,
    is_there,
    read_store,
    record_run,
    same_fingerprint,
    with_history,
)
from hostproof.evaluate.model import Verdict
from hostproof.source.harmless import one_line

RECORDED, REFUSED = 0, 1
MOST_TOLD = 20


def run(given: Given) -> int:
    """Record each snapshot, this machine or an output, oldest first; 1 if one was refused as it is worse than before.

    What fails in the first run of a fingerprint is recorded as known, and told; what fails for the first time in a
    later one is recorded with `--accept` only: else a regression would become what is normal unseen.
    """
    keep = read_keep(given)
    take = prepare(given)
    read_baselines(given)
    found = sorted(take(), key=lambda now: now.snapshot.created)
    for now in found:
        _require_fingerprint(now)
    codes = [_record(given, now, keep) for now in found]
    return max(codes, default=RECORDED)


def _record(given: Given, now: Now, keep: int) -> int:
    store = read_store(given.text("baselines", DEFAULT_FOLDER))  # anew: the run before may lie there now
    baseline = same_fingerprint(store, run_of(now))
    made = with_history(run_of(now), baseline)
    before = is_there(made, baseline)
    if before and before.outputs and not before.verdicts:
        made = before
    news = [_line(row) for row in _news(made, baseline)] + _flips(made, baseline) if before is None else []
    if news and not given.flag("accept"):
        return _refuse(made, news)
    return _write(given, store, made, keep)


def _write(given: Given, store: Store, made: Run, keep: int) -> int:
    done = record_run(store, made, keep)
    if given.flag("quiet"):
        return RECORDED
    what = "recorded" if done.changed else "unchanged"
    show(f"{what}: {relative(done.path)}\n  {made.name}, {one_line(str(made.fingerprint))}\n")
    for path in done.dropped:
        show(f"dropped the oldest run: {relative(path)}\n")
    show("".join(f"{line}\n" for line in _told(made)))
    return RECORDED


def _require_fingerprint(now: Now) -> None:
    if not (now.fingerprint.known or now.fingerprint.for_any) or (now.evaluation and now.fingerprint.for_any):
        message = "this doesn't say of which kernel and architecture it is, and nothing could ever be near to it"
        raise refused("HP-E416", message, "take the snapshot on the machine, with hostproof collect")


def _news(made: Run, baseline: Baseline | None) -> list[VerdictRow]:
    """Return the failures and unknowns that turn the run red, and that the newest run of the baseline doesn't have."""
    if baseline is None:
        return []
    old = {row.key: row.verdict for row in baseline.newest.verdicts}
    rows = (row for row in made.verdicts if row.gated and not row.object)
    return [row for row in rows if old.get(row.key) not in (row.verdict, Verdict.FAIL)]


def _flips(made: Run, baseline: Baseline | None) -> list[str]:
    """Return the outputs whose command failed for the first time."""
    before = baseline.newest.outputs if baseline else {}
    return [
        f"{name} ended with status {one.status}, and with 0 before"
        for name, one in made.outputs.items()
        if one.status and name in before and before[name].status == 0
    ]


def _refuse(made: Run, news: Sequence[str]) -> int:
    warn(f"not recorded: this is worse than the baseline of {made.name} so far:")
    for line in news[:MOST_TOLD]:
        warn(f"  {line}")
    if len(news) > MOST_TOLD:
        warn(f"  and {len(news) - MOST_TOLD} more")
    warn("put that right, or record it all the same with --accept: from then on it counts as known")
    return REFUSED


def _told(made: Run) -> Iterator[str]:
    """Say loudly what is recorded as known though it is not well."""
    for verdict, what in ((Verdict.FAIL, "fails"), (Verdict.UNKNOWN, "can't be decided")):
        rows = made.of_verdict(verdict)
        if not rows:
            continue
        number = f"{len(rows)} {'rule' if len(rows) == 1 else 'rules'}"
        yield f"KNOWN: {number} of it {what if len(rows) == 1 else _plural(what)}, and will not fail the gate:"
        yield from (f"  {_line(row)}" for row in rows[:MOST_TOLD])
        if len(rows) > MOST_TOLD:
            yield f"  and {len(rows) - MOST_TOLD} more"
    for name, text in made.outputs.items():
        if text.status:
            yield f"KNOWN: {name} ended with status {text.status}, and will not fail the gate when it does so again"


def _plural(what: str) -> str:
    return "fail" if what == "fails" else what


def _line(row: VerdictRow) -> str:
    since = f", since {row.since}" if row.since else ""
    return one_line(f"{row.severity} {row.id}: {row.title} ({row.detail or row.verdict}{since})", 200)
