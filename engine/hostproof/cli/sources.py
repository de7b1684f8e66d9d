"""Where snapshots come from: words of a command line in, paths out: files, folders, patterns and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hostproof.facts.codec import decode_snapshot, read_snapshot
from hostproof.facts.codec.frame import MOST_BYTES
from hostproof.facts.snapshot import Snapshot
from hostproof.source.problems import Problems

STDIN = "-"
ENDING = ".hpsnap"
_WILD = frozenset("*?[")


def find_snapshots(words: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that words stand for, each once: a file itself, of a folder all `*.hpsnap` below it, sorted.

    A pattern (`'snaps/**/web-*'`) stands for the files that match, unless a file has that very name; `-` is standard
    input. Raises ProblemError for folders and patterns that give nothing; that a file is there is not looked at.
    """
    problems = Problems()
    found: dict[str, None] = {}
    for word in words:
        paths = list(_paths(word))
        found.update(dict.fromkeys(paths))
        if not paths:
            what = f"the folder {word} has no file *{ENDING}" if Path(word).is_dir() else f"no file matches {word}"
            problems.add("HP-E513", what, hint="hostproof collect -o FILE.hpsnap takes a snapshot")
    problems.refuse()
    return tuple(found)


def load_snapshot(path: str) -> Snapshot:
    """Read a snapshot from a file, or from standard input if that is the path. Raises ProblemError."""
    if path != STDIN:
        return read_snapshot(Path(path))
    return decode_snapshot(sys.stdin.buffer.read(MOST_BYTES + 1), "standard input")


def name_of(path: str) -> str:
    """Return what `{name}` stands for in the path of a report: a file's name without its ending, `stdin`."""
    return "stdin" if path == STDIN else Path(path).stem


def _paths(word: str) -> Iterator[str]:
    if word == STDIN or not (_WILD.intersection(word) or os.path.isdir(word)):  # noqa: PTH112 - Path's raises if too long
        yield word
    elif os.path.isdir(word):  # noqa: PTH112
        yield from _below(word)
    elif os.path.lexists(word):
        yield word
    else:
        from glob import glob

        yield from sorted(path for path in glob(word, recursive=True) if os.path.isfile(path))  # noqa: PTH113, PTH207


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(place, name) for name in sorted(files) if name.endswith(ENDING))  # noqa: PTH118
