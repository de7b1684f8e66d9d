"""One process of the fuzz: a kind, a number of inputs and a seed in; inputs that break a law kept as files and told of.

`python worker.py FOLDER KIND COUNT SEED` makes each input from a seed; kinds of bytes are left to atheris, which looks
for inputs that reach new code. Without atheris they are mutated blindly.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
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


def main(folder: Path, name: str, count: int, seed: int) -> int:
    """Work on `count` inputs; return how many different failures there were, at most 20."""
    guiding = name.endswith(GUIDED) and find_spec("atheris") is not None
    kind = _kinds(guiding)[name]
    diary = bounds.Diary(folder / f"{name}-{seed}.diary")
    if guiding:
        _guided(kind, diary, folder / name, [f"-runs={count}", f"-seed={seed}"])
    return _made(kind, diary, folder / name, (f"{name} {seed} {at}" for at in range(count)))


def _kinds(guiding: bool) -> dict[str, Kind]:
    """Import the engine, with counters of its branches if there is something to be guided by them."""
    if guiding:
        import atheris

        with atheris.instrument_imports(include=["hostproof"], enable_loader_override=False):
            from kinds import KINDS
    else:
        from kinds import KINDS
    return KINDS


def _made(kind: Kind, diary: bounds.Diary, path: Path, seeds: Iterable[str]) -> int:
    check = bounds.bounded(kind.check)
    failures: set[str] = set()
    for at, seed in enumerate(seeds):
        if at == WARM:
            bounds.limit_memory()
        data = kind.make(Random(seed))
        failure = _attempt(check, data, diary)
        if failure and failure not in failures:
            failures.add(failure)
            kept = path.with_name(f"{path.name}-{sha256(data).hexdigest()[:12]}")
            kept.write_bytes(data)
            print(f"FAILED {path.name}, seed {seed!r}, kept in {kept}:\n{failure}", flush=True)
        if len(failures) == MOST_FAILURES:
            break
    return len(failures)


def _attempt(check: Callable[[bytes], bool], data: bytes, diary: bounds.Diary) -> str:
    """Return the end of the traceback; empty if all went well."""
    diary.begin(data)
    accepted = False
    try:
        accepted = check(data)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is what is looked for
        return "".join(traceback.format_exception(problem)[-6:])
    finally:
        diary.end(accepted)
    return ""


def _guided(kind: Kind, diary: bounds.Diary, path: Path, options: list[str]) -> None:
    """Hand over to atheris, which ends the process and keeps an input that fails."""
    import atheris
    from grammar import tokens

    check = bounds.bounded(kind.check)
    corpus, dictionary = path.with_suffix(".corpus"), path.with_suffix(".dictionary")
    corpus.mkdir(exist_ok=True)
    for at, data in enumerate(kind.seeds()):
        (corpus / f"seed{at}").write_bytes(data[: kind.longest])
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in tokens() if word), encoding="ascii")

    def one_input(data: bytes) -> None:
        diary.begin(data)
        diary.end(check(data))

    options += [f"-max_len={kind.longest}", f"-dict={dictionary}", f"-artifact_prefix={path}-", "-len_control=0"]
    options += [f"-timeout={10 * bounds.MOST_SECONDS}", f"-rss_limit_mb={MOST_RESIDENT}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
