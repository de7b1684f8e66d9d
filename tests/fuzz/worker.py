"""One process of the fuzz: a kind, a number of inputs and a seed in; inputs that break a law kept as files and told of.

`python worker.py FOLDER KIND COUNT SEED` makes each input from a seed; kinds of bytes are left to atheris, which looks
for inputs that reach new code. Without atheris they are mutated blindly.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import bounds

if TYPE_CHECKING:
    from kinds import Kind

GUIDED = "-bytes"
MOST_FAILURES = 20
WARM = 300  # inputs that fill caches and import what is imported late
MOST_RESIDENT = 700  # MiB of a process that atheris runs: its corpus and counters stay in memory


def main(folder: Path, name: str, count: int, seed: int) -> None:
    """Work on `count` inputs; what came of them stands in the diary of the kind and seed."""
    guiding = name.endswith(GUIDED) and find_spec("atheris") is not None
    kind = _kinds(guiding)[name]
    attempt = Attempt(kind.check, bounds.Diary(folder / f"{name}-{seed}.diary"), folder / name)
    if guiding:
        _guide(kind, attempt, [f"-runs={count}", f"-seed={seed}"])
    for at in range(count):
        if at == WARM:
            bounds.limit_memory()
        attempt(kind.make(Random(f"{name} {seed} {at}")))


def _kinds(guiding: bool) -> dict[str, Kind]:
    """Import the engine, with counters of its branches if there is something to be guided by them."""
    if guiding:
        import atheris

        with atheris.instrument_imports(include=["hostproof"], enable_loader_override=False):
            from kinds import KINDS
    else:
        from kinds import KINDS
    return KINDS


class Attempt:
    """What is done with each input: it is noted, worked on within bounds, and kept and told of if it breaks a law."""

    def __init__(self, check: Callable[[bytes], bool], diary: bounds.Diary, path: Path) -> None:
        self.check = bounds.bounded(check)
        self.diary = diary
        self.path = path
        self.failures: set[str] = set()

    def __call__(self, data: bytes) -> None:
        """Work on one input."""
        self.diary.begin(data)
        accepted = False
        try:
            accepted = self.check(data)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is what is looked for
            self.failed(data, problem)
            self.diary.end(accepted=False, broken=True)
        else:
            self.diary.end(accepted=accepted, broken=False)

    def failed(self, data: bytes, problem: Exception) -> None:
        """Keep an input, unless one failed at the same place before."""
        place = traceback.extract_tb(problem.__traceback__)[-1]
        failure = f"{type(problem).__name__} {place.filename}:{place.lineno} {str(problem)[:20]}"
        if failure in self.failures or len(self.failures) >= MOST_FAILURES:
            return
        self.failures.add(failure)
        kept = self.path.with_name(f"{self.path.name}-{sha256(data).hexdigest()[:12]}")
        kept.write_bytes(data)
        print(f"FAILED, kept in {kept}:\n{''.join(traceback.format_exception(problem)[-5:])}", flush=True)


def _guide(kind: Kind, attempt: Attempt, options: list[str]) -> None:
    """Hand over to atheris, which ends the process when its runs are done; it keeps inputs that kill or hang it."""
    import atheris
    from grammar import tokens

    path = attempt.path
    corpus, dictionary = path.with_suffix(".corpus"), path.with_suffix(".dictionary")
    corpus.mkdir(exist_ok=True)
    for at, data in enumerate(kind.seeds()):
        (corpus / f"seed{at}").write_bytes(data[: kind.longest])
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in tokens() if word), encoding="ascii")
    options += [f"-max_len={kind.longest}", f"-dict={dictionary}", f"-artifact_prefix={path}-", "-len_control=0"]
    options += [f"-timeout={10 * bounds.MOST_SECONDS}", f"-rss_limit_mb={MOST_RESIDENT}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], attempt)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
