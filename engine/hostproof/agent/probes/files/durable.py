"""Whether fsync(2) is there, and how long it takes to make a change durable.

A round is up to 200, 400 or 2000 writes of one block, each with an fsync, and not longer than its time. Where the
slowest hundredth is slow and the middle is not, somebody else may have been writing: then another round is made, 3
at most, and the one with the lower 99th percentile is told.
"""

import hashlib
import os

from ...lines import AskError
from ...probing.measure import SECOND, Disturbance, call_cost, ticks
from ...probing.step import Context
from .trying import BLOCK, attempt, make, path_of

SLOW = SECOND // 100
ROUNDS = 3
ENOUGH = 8  # however slow they are

NO_PSI = AskError("absent", "/proc/pressure/cpu does not say it", "mount /proc, and boot with psi=1")


def flush(context: Context) -> "dict[str, object]":
    """Flush a file and a folder; what renames a file into place has to flush both."""

    def file() -> bool:
        os.fsync(make(path_of(context, "flushed"), b"x"))
        return True

    def folder() -> bool:
        os.fsync(os.open(context.scratch(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        return True

    return {"fsync": attempt(file), "fsync.folder": attempt(folder)}


def fsync(context: Context) -> "dict[str, object]":
    """Write a block and flush it, time and again."""
    file = make(path_of(context, "fsync"))
    rounds: "list[tuple[int, list[int], float | None]]" = []
    while not rounds or (len(rounds) < ROUNDS and doubtful(rounds[-1][1])):
        with Disturbance() as disturbance:
            found = one_round(context, file)
        rounds.append((late(found), found, disturbance.pressure))
    _, times, pressure = min(rounds, key=lambda one: one[0])
    return {
        "fsync.time": times,
        "fsync.rounds": len(rounds),
        "fsync.overhead": call_cost(),
        "fsync.pressure": pressure if pressure is not None else NO_PSI,
    }


def doubtful(times: "list[int]") -> bool:
    """Say whether the slowest hundredth is slow, and the middle is not."""
    return late(times) >= SLOW > sorted(times)[len(times) // 2]


def one_round(context: Context, file: int) -> "list[int]":
    """Return how long each fsync took, in nanoseconds."""
    most, due = context.pick(200, 400, 2000), ticks() + context.pick(SECOND // 4, SECOND, 4 * SECOND)
    found: "list[int]" = []
    while len(found) < most and (len(found) < ENOUGH or ticks() < due):
        os.pwrite(file, block(len(found)), 0)
        started = ticks()
        os.fsync(file)
        found.append(ticks() - started)
    return found


def block(number: int) -> bytes:
    """Return a block like no other, which no storage can make smaller; where there are no random numbers, too."""
    return hashlib.shake_128(str(number).encode("ascii")).digest(BLOCK)


def late(times: "list[int]") -> int:
    """Return the 99th percentile, by the nearest rank."""
    return sorted(times)[-(-99 * len(times) // 100) - 1]
