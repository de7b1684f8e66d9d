"""`make fuzz N=1000000 SEED=1`: so many inputs of all kinds; `python tests/fuzz replay KIND FILE`: one of them."""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, time_ns

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import bounds  # noqa: E402 - its folder must be on the path first

CORES = 2


@dataclass(frozen=True)
class Job:
    """A process: `count` inputs of one kind."""

    kind: str
    count: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of a job: `status` is the exit status of its process, `seconds` how long it took."""

    job: Job
    counts: bounds.Counts
    status: int
    seconds: float

    @property
    def well(self) -> bool:
        """Whether all inputs were worked on and none broke a law."""
        return not self.status and not self.counts.broken and self.counts.done >= self.job.count


def run(job: Job, folder: Path) -> Outcome:
    """Run a job to its end; if it dies, the input it died on is kept."""
    start = perf_counter()
    log = folder / f"{job.kind}-{job.seed}.log"
    diary = bounds.Diary(log.with_suffix(".diary"))
    command = [sys.executable, str(HERE / "worker.py"), str(folder), job.kind, str(job.count), str(job.seed)]
    with log.open("wb") as output:
        status = subprocess.run(command, stdout=output, stderr=output, check=False).returncode
    if status:
        log.with_suffix(".last").write_bytes(diary.last())
    return Outcome(job, diary.counts(), status, perf_counter() - start)


def fuzz(count: int, seed: int, folder: Path) -> int:
    """Run all kinds, each in two processes with seeds of their own; return the exit status."""
    from kinds import KINDS

    folder.mkdir(parents=True)
    shares = [(name, math.ceil(count * kind.share / CORES)) for name, kind in KINDS.items()]
    jobs = [Job(name, inputs, seed + core) for name, inputs in shares for core in range(CORES)]
    print(f"{count:,} inputs, seed {seed}, in {folder}")
    if find_spec("atheris") is None:
        print("atheris is not installed: bytes are mutated without being guided to new code")
    print(f"{'kind':<18} {'seed':>12} {'inputs':>11} {'accepted':>11} {'broken':>8} {'a second':>9}", flush=True)
    outcomes = []
    start = perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        for outcome in pool.map(lambda job: run(job, folder), jobs):
            _show(outcome, folder)
            outcomes.append(outcome)
    took, done = perf_counter() - start, sum(outcome.counts.done for outcome in outcomes)
    failed = sum(not outcome.well for outcome in outcomes)
    speed = f"{took / 60:.1f} minutes ({done / took:,.0f} a second)"
    print(f"{done:,} inputs in {speed}; {failed} of {len(jobs)} processes found something")
    return 1 if failed else 0


def _show(outcome: Outcome, folder: Path) -> None:
    job, counts = outcome.job, outcome.counts
    numbers = f"{counts.done:>11,} {counts.accepted:>11,} {counts.broken:>8,} {counts.done / outcome.seconds:>9,.0f}"
    where = "" if outcome.well else f"  see {folder}/{job.kind}-{job.seed}.log"
    died = f" (status {outcome.status})" if outcome.status else ""
    print(f"{job.kind:<18} {job.seed:>12} {numbers}{where}{died}", flush=True)


def replay(name: str, path: Path) -> int:
    """Work on one kept input under the same bounds; the traceback says what is wrong."""
    from kinds import KINDS

    accepted = bounds.bounded(KINDS[name].check)(path.read_bytes())
    print("accepted" if accepted else "refused", "as it should be")
    return 0


def main(words: list[str]) -> int:
    """Read the command line."""
    if words[:1] == ["replay"]:
        return replay(words[1], Path(words[2]))
    parser = argparse.ArgumentParser(prog="tests/fuzz", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=time_ns() % 10**9)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args(words)
    return fuzz(given.count, given.seed, given.folder or Path("build/fuzz") / f"{time_ns() // 10**9}-{given.seed}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
