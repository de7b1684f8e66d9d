"""How much longer than reading 10,000 snapshots does it take to judge them by 200 rules, and how much memory?"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import measure
import packs

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import Job
from hostproof.cli.many import judge_many
from hostproof.cli.outputs import Output
from hostproof.cli.sources import find_snapshots, load_snapshot
from hostproof.cli.workers import in_order
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import Evidence, FactInfo, Host, Snapshot, Value
from hostproof.facts.types import Type
from hostproof.rulepack.load import load_pack

HOSTS = int(os.environ.get("HOSTPROOF_BENCH_HOSTS", "10000"))
RULES, RUNS = 200, 3
SIZE = 46_000  # bytes of a snapshot's text, as in the table of the design


def main(folder: Path) -> None:
    """Print the times of reading and of judging all snapshots as ratios, and the memory of a tenth and of all."""
    pack = load_pack(packs.many_rules(folder / "pack", RULES), builtin_catalog())
    snaps = folder / "snaps"
    _write(snaps, HOSTS)
    paths = find_snapshots([str(snaps)])
    given, outputs, job = Given({"quiet": ("",)}), (Output("terminal", str(folder / "out.txt")),), Job((pack,))

    def read_all() -> None:
        import orjson  # noqa: F401 - as `eval` of many does

        def read(number: int) -> bytes:
            load_snapshot(paths[number])
            return b"1"

        assert sum(1 for _ in in_order(len(paths), read)) == HOSTS

    jobs = {"reading them": read_all, "reading and judging them": lambda: judge_many(given, job, outputs, paths)}
    measure.compare(f"{HOSTS} snapshots x {RULES} rules, each", jobs, RUNS, HOSTS)
    for some in (paths[: HOSTS // 10], paths):
        peak = _peak(lambda some=some: judge_many(given, job, outputs, some))  # type: ignore[misc]
        print(f"  the most memory of a process, {len(some)} snapshots{'':<18} {peak / 1024:>8.1f} MiB")


def _peak(work: Callable[[], object]) -> int:
    """Return the KiB that the largest process of some work has taken."""
    child = os.fork()
    if child == 0:
        work()
        most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        sys.stdout.flush()
        os._exit(min(most // 1024, 255))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * 1024


def _write(folder: Path, number: int) -> None:
    folder.mkdir()
    facts = dict(_facts())
    evidence = tuple(Evidence("file", f"/proc/{n}", took=n, size=200, head=f"{n} " * 30) for n in range(SIZE // 250))
    infos = {
        name: FactInfo(of, Owner.HOST_KERNEL, (at % len(evidence),)) for at, (name, (of, _)) in enumerate(facts.items())
    }
    for at in range(number):
        # One host in ten fails four rules in ten.
        own: dict[str, Value] = {"memory.total": 80 * 1024 if at % 10 == 0 else 2**34 + at}
        values = {name: value for name, (_, value) in facts.items()} | own
        taken = Snapshot(1_795_444_724_000_000_000 + at, "local", Host(f"web-{at}"), values, {}, infos, evidence)
        (folder / f"web-{at:05}.hpsnap").write_bytes(encode_snapshot(taken))


def _facts() -> Iterator[tuple[str, tuple[Type, Value]]]:
    """Yield a few hundred facts as a check of the built-in packs gives them."""
    given: dict[str, Value] = {"sysctl.net.core.somaxconn": 4096, "kernel.release": "6.1.0", "memory.total": 2**34}
    for row in builtin_catalog():
        kind = str(row.type)
        if row.name in given:
            yield row.name, (row.type, given[row.name])
        elif not row.family and kind in {"count", "int", "bytes", "duration", "bool", "string"}:
            value: Value = True if kind == "bool" else "some text of a host" if kind == "string" else len(row.name)
            yield row.name, (row.type, value)
