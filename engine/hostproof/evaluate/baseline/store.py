"""The folder of baselines: files in, `Baseline`s out, and one more run in; meant to be kept in version control.

`baselines/NAME/FINGERPRINT/RUN.json`: the name is whatever the baseline is of, unless said that of the packs; the
fingerprint's folder tells what a person looks for; a run's file begins with when it was taken. Nothing but the content
counts when they are read: files may be moved and renamed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from hostproof.evaluate.baseline.fingerprint import Fingerprint, folder_of
from hostproof.evaluate.baseline.model import Baseline, Run, VerdictRow
from hostproof.evaluate.baseline.text import MOST_BYTES, decode_run, encode_run
from hostproof.evaluate.model import Verdict
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.units import format_time
from hostproof.source.files import read_bytes, write_atomically
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.records import record, replace

DEFAULT_FOLDER = "baselines"
DEFAULT_KEEP = 10
MOST_FILES = 10_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_ENDING = ".json"
_OWN_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}\.json")
_TOLD = (Verdict.FAIL, Verdict.UNKNOWN)


@record
class Store:
    """What a folder holds: its baselines, and what is wrong with files that could not be read."""

    folder: str
    baselines: tuple[Baseline, ...]
    problems: tuple[Problem, ...] = ()

    def named(self, name: str) -> tuple[Baseline, ...]:
        """Return the baselines of a name."""
        return tuple(one for one in self.baselines if one.newest.name == name)

    def names(self) -> tuple[str, ...]:
        """Return the names there are, sorted."""
        return tuple(sorted({one.newest.name for one in self.baselines}))


@record
class Recorded:
    """What recording did: the file's path, whether it is new or changed, and the paths of runs that were dropped."""

    path: str
    changed: bool
    dropped: tuple[str, ...] = ()


def read_store(folder: str) -> Store:
    """Read all baselines below a folder; one that is not there holds none. A bad file costs only itself.

    Raises ProblemError (HP-E414) for what is no folder, and where there are more files than anybody records.
    """
    problems = Problems()
    found: dict[tuple[str, Fingerprint], list[tuple[str, Run]]] = {}
    for path in _files(folder):
        try:
            run = decode_run(read_bytes(path, MOST_BYTES), path)
        except ProblemError as error:
            problems.found.extend(error.problems)
            continue
        found.setdefault((run.name, run.fingerprint), []).append((path, run))
    baselines = [_baseline(rows) for _, rows in sorted(found.items(), key=lambda item: str(item[0]))]
    return Store(folder, tuple(baselines), problems.ordered())


def record_run(store: Store, run: Run, keep: int = DEFAULT_KEEP) -> Recorded:
    """Write a run to its place, and drop the oldest of its fingerprint beyond `keep`; the same again changes nothing.

    Raises ProblemError where that can't be written.
    """
    data = encode_run(run)
    path = Path(store.folder, run.name, folder_of(run.fingerprint), _file_of(run))
    same = path.is_file() and read_bytes(path, MOST_BYTES).replace(b"\r\n", b"\n") == data
    if not same:
        write_atomically(path, data)
    return Recorded(str(path), not same, tuple(_drop(path.parent, path, keep)))


def with_history(run: Run, baseline: Baseline | None) -> Run:
    """Return a run whose failures and unknowns tell since when there have been such, as its baseline knows."""
    day = format_time(run.snapshot.created)[:10]
    there = is_there(run, baseline)  # it knows what was recorded before, and may be dropped by now
    earlier = [one for one in (baseline.runs if baseline else ()) if one.snapshot.created < run.snapshot.created]
    known = {row.key: row for one in (*earlier[:1], *([there] if there else [])) for row in one.verdicts}
    return replace(run, verdicts=tuple(_since(row, known.get(row.key), day) for row in run.verdicts))


def same_fingerprint(store: Store, run: Run) -> Baseline | None:
    """Return the baseline that a run belongs to."""
    return next((one for one in store.named(run.name) if one.fingerprint == run.fingerprint), None)


def is_there(run: Run, baseline: Baseline | None) -> Run | None:
    """Return the run that is the same as this one: of the same snapshot; of outputs alone, the newest, if it is."""
    if baseline is None:
        return None
    if run.outputs and not run.verdicts:
        return baseline.newest if dict(baseline.newest.outputs) == dict(run.outputs) else None
    digest = snapshot_digest(run.snapshot)
    return next((one for one in baseline.runs if snapshot_digest(one.snapshot) == digest), None)


def _since(row: VerdictRow, before: VerdictRow | None, day: str) -> VerdictRow:
    if row.verdict not in _TOLD:
        return row
    goes_on = before is not None and before.verdict is row.verdict and before.since
    return replace(row, since=before.since if before and goes_on else day)


def _baseline(rows: list[tuple[str, Run]]) -> Baseline:
    newest_first = sorted(rows, key=lambda row: (-row[1].snapshot.created, row[0]))
    return Baseline(str(Path(newest_first[0][0]).parent), newest_first[0][1].fingerprint, _runs(newest_first))


def _runs(rows: Sequence[tuple[str, Run]]) -> tuple[Run, ...]:
    """Return the runs, each once: a copy of a file under another name is no repetition."""
    return tuple({(run.snapshot.created, snapshot_digest(run.snapshot)): run for _, run in rows}.values())


def _file_of(run: Run) -> str:
    stamp = re.sub(r"[-:]", "", format_time(run.snapshot.created)[:19])
    content = snapshot_digest(run.snapshot) + "".join(f"\n{name}\n{one.text}" for name, one in run.outputs.items())
    return f"{stamp}Z-{sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}{_ENDING}"


def _drop(folder: Path, new: Path, keep: int) -> Iterator[str]:
    """Remove the oldest runs; their names begin with the time they were taken at."""
    files = sorted((path for path in folder.iterdir() if _OWN_NAME.fullmatch(path.name)), reverse=True)
    for path in [path for path in files if path != new][max(keep - 1, 0) :]:
        try:
            path.unlink()
        except OSError as error:
            message = f"{path} is one run too many, and can't be removed: {error.strerror}"
            raise ProblemError((Problem("HP-E414", message),)) from error
        yield str(path)


def _files(folder: str) -> list[str]:
    if not os.path.lexists(folder):
        return []
    if not Path(folder).is_dir():
        hint = "name the folder in which `hostproof baseline record` writes: --baselines DIR"
        raise ProblemError((Problem("HP-E414", f"{folder} is not a folder of baselines", None, hint),))
    found: list[str] = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = (name for name in sorted(files) if name.endswith(_ENDING) and not name.startswith("."))
        found += (str(Path(place, name)) for name in here)
        if len(found) > MOST_FILES:
            message, hint = f"{folder} holds more than {MOST_FILES} files *{_ENDING}", "name the folder of baselines"
            raise ProblemError((Problem("HP-E414", message, None, hint),))
    return found
