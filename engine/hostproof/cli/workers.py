"""Work on all cores: a function of a number in, its bytes for 0, 1, 2... out, in this order and never all at once.

Processes are forked, so that each has what was loaded before, and start no program. A worker takes every n-th number
and waits when its pipe is full: memory stays flat, and no order has to be put right.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

WORTH_IT = 16  # pieces of work below which forking costs more than it saves
ENDERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BROKEN = -1
_FAILED = 70


class WorkerError(RuntimeError):
    """Raised where a worker broke or ended before its work was done."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def in_order(number: int, work: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield `work(0)` to `work(number - 1)`; with several cores and enough work, made in as many processes.

    Raises WorkerError if one of them breaks; whatever was started has ended when this generator is closed.
    """
    wanted = min(cores(), number // WORTH_IT)
    if wanted < 2:
        yield from map(work, range(number))
        return
    workers: list[tuple[int, BinaryIO]] = []
    try:
        for first in range(wanted):
            workers.append(_started(range(first, number, wanted), work))
        for at in range(number):
            yield _received(workers[at % wanted][1])
    finally:
        for process, pipe in workers:
            pipe.close()
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _started(numbers: range, work: Callable[[int], bytes]) -> tuple[int, BinaryIO]:
    _flush()
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return process, os.fdopen(read, "rb", buffering=1 << 16)
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            _serve(pipe, numbers, work)
    finally:
        os._exit(0)


def _serve(pipe: BinaryIO, numbers: range, work: Callable[[int], bytes]) -> None:
    with suppress(BrokenPipeError):  # nobody waits for the rest
        for number in numbers:
            try:
                said = work(number)
            except Exception as error:  # noqa: BLE001 - told to whoever waits, who raises it
                _send(pipe, _BROKEN, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
                return
            _send(pipe, len(said), said)


def _send(pipe: BinaryIO, length: int, said: bytes) -> None:
    pipe.write(length.to_bytes(8, "little", signed=True))
    if length == _BROKEN:
        pipe.write(len(said).to_bytes(8, "little", signed=True))
    pipe.write(said)


def _received(pipe: BinaryIO) -> bytes:
    length = _length(pipe)
    if length == _BROKEN:
        raise WorkerError(pipe.read(_length(pipe)).decode("utf-8", "replace"))
    said = pipe.read(length)
    if len(said) < length:
        raise WorkerError("a worker ended before its work was done")
    return said


def _length(pipe: BinaryIO) -> int:
    said = pipe.read(8)
    if len(said) < 8:
        raise WorkerError("a worker ended before its work was done")
    return int.from_bytes(said, "little", signed=True)


def _flush() -> None:
    """Write what is buffered now, or it would be written twice."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def side_by_side(work: Sequence[Callable[[], None]], most: int) -> Generator[int, None, None]:
    """Do each piece of work in a process of its own, at most so many at once; yield how many are done, as they are.

    What breaks there is told on standard error. Whatever was started has ended when this generator is closed.
    """
    running: set[int] = set()
    waiting = list(reversed(work))
    try:
        while waiting or running:
            while waiting and len(running) < most:
                _start(waiting.pop(), running)
            running.discard(os.wait()[0])
            yield len(work) - len(waiting) - len(running)
    finally:
        _end(running)


def _start(work: Callable[[], None], running: set[int]) -> None:
    """Fork a process that does a piece of work, and note it."""
    _flush()
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, ENDERS)  # none comes between the fork and what it is handled by
    process = os.fork()
    if process:
        running.add(process)
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)
        return
    status = _FAILED
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)
        work()
        status = 0
    except KeyboardInterrupt:  # the agent has been ended; whoever interrupted us knows
        status = 130
    except Exception:  # noqa: BLE001 - told, and missed where its outcome is wanted
        import traceback

        os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        os._exit(status)


def _end(running: set[int]) -> None:
    """Interrupt what still runs, and wait until all that it started has ended."""
    for process in running:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGINT)
    for process in running:
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
