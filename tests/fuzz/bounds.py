"""The bounds that no input may pass, watched while one is worked on: processor time, memory, and staying alive."""

from __future__ import annotations

import mmap
import resource
import signal
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MOST_SECONDS = 5  # of processor time for one input: checked, evaluated five ways, explained and kept
MOST_GROWTH = 100 * 2**20  # bytes that one input may add to the resident memory, and all inputs together to the heap
_COUNTS = struct.Struct("<QQQI")
_MOST_KEPT = 64 * 1024
_FORGET = Path("/proc/self/clear_refs")  # 5 resets the peak of the resident memory: proc_pid_clear_refs(5)


class BoundError(Exception):
    """Says which bound an input passes. Not an ArithmeticError or the like, which the engine may rightly catch."""


@dataclass(frozen=True)
class Counts:
    """How many inputs were worked on, how many of them were accepted, and how many broke a law."""

    done: int
    accepted: int
    broken: int


class Diary:
    """A small file in memory that survives the process: what was counted, and the input that was worked on last."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_COUNTS.size + _MOST_KEPT))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def begin(self, data: bytes) -> None:
        """Note the input before it is worked on."""
        kept = data[:_MOST_KEPT]
        self._map[_COUNTS.size : _COUNTS.size + len(kept)] = kept
        _COUNTS.pack_into(self._map, 0, *self._numbers()[:3], len(kept))

    def end(self, *, accepted: bool, broken: bool) -> None:
        """Count it."""
        done, before, others, length = self._numbers()
        _COUNTS.pack_into(self._map, 0, done + 1, before + accepted, others + broken, length)

    def counts(self) -> Counts:
        """Return what was counted so far."""
        return Counts(*self._numbers()[:3])

    def last(self) -> bytes:
        """Return the input that was worked on last."""
        return self._map[_COUNTS.size : _COUNTS.size + self._numbers()[3]]

    def _numbers(self) -> tuple[int, int, int, int]:
        done, accepted, broken, length = _COUNTS.unpack_from(self._map)
        return done, accepted, broken, length


def bounded(check: Callable[[bytes], bool], seconds: float = MOST_SECONDS) -> Callable[[bytes], bool]:
    """Return the check that raises BoundError when an input takes too much time or memory.

    The clock counts processor time, so that a busy machine fails nothing.
    """

    def out_of_time(_number: int, _frame: object) -> None:
        raise BoundError(f"it takes more than {seconds} s")

    def watched(data: bytes) -> bool:
        _FORGET.write_text("5", encoding="ascii")
        before = _peak()
        signal.signal(signal.SIGPROF, out_of_time)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            accepted = check(data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if _peak() - before > MOST_GROWTH:
            raise BoundError(f"it takes {(_peak() - before) >> 20} MiB")
        return accepted

    return watched


def limit_memory() -> None:
    """Let this process take no more than it has now and the growth allowed, whatever it does."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_GROWTH
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _peak() -> int:
    """Return the most resident memory since the kernel was last told to forget it, in bytes."""
    return int(Path("/proc/self/status").read_text(encoding="utf-8").split("VmHWM:")[1].split()[0]) * 1024
