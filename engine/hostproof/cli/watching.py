"""Watching: work and the folders it depends on in, the work done again whenever a file there has changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hostproof.cli.screen import is_terminal, show, warn
from hostproof.source.problems import ProblemError
from hostproof.source.render import render_problems

INTERVAL = 0.3  # seconds between two looks; a person saves less often
ENDINGS = frozenset({".yaml", ".yml", ".hpsnap"})


def watch(work: Callable[[], int], folders: Callable[[], Sequence[Path]]) -> int:
    """Do the work now and after every change, until interrupted; what is wrong with texts is told, and waited for."""
    while True:
        seen = state_of(folders())
        if is_terminal(sys.stdout):
            show("\x1b[2J\x1b[H")
        try:
            work()
        except ProblemError as error:
            warn(render_problems(error.problems).rstrip())
        warn("watching; Ctrl-C ends it")
        while state_of(folders()) == seen:
            time.sleep(INTERVAL)


def state_of(folders: Sequence[Path]) -> frozenset[tuple[str, int, int]]:
    """Return path, size and time of change of every pack, case and snapshot below the folders."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in ENDINGS:
                try:
                    known = path.stat()
                except OSError:
                    continue  # it went meanwhile, which the next look shows
                found.add((str(path), known.st_size, known.st_mtime_ns))
    return frozenset(found)
