"""Signals to one process and to one thread: pidfd_send_signal(2), and tgkill(2) as Go's scheduler uses it."""

import mmap
import os
import select
import signal
import struct
import threading
import time

from ...lines import AskError
from ...probing.measure import cpus, ticks
from ...probing.pairs import Partner
from ...probing.step import Context
from ...probing.system import demand, error_name, syscall

PATIENCE = 2.0  # seconds until a signal is taken for lost
MOST_LOST = 3
PAUSE = 0.0003  # seconds between looks
EXITED = 7  # the status with which a child says that it got its signal
TURN, SENT, ERROR, SIZE = 0, 8, 16, 24  # places on a shared page


def process_descriptor(_: Context) -> "dict[str, object]":
    """Signal a child by a descriptor that refers to it, and see by the same descriptor that it ended."""
    number = int(signal.SIGUSR1)
    signal.pthread_sigmask(signal.SIG_BLOCK, (number,))
    child = os.fork()
    if child == 0:
        os._exit(EXITED if signal.sigtimedwait((number,), PATIENCE) else 0)
    descriptor, error = syscall("pidfd_open", child, 0)
    if not error:
        error = syscall("pidfd_send_signal", descriptor, number, 0, 0)[1]
    if error:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return {"pidfd.error": error_name(error)}
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    told = poll.poll(PATIENCE * 2000)
    status = os.waitpid(child, 0)[1]
    heard = os.WIFEXITED(status) and os.WEXITSTATUS(status) == EXITED
    return {"pidfd.error": None if told and heard else "silent"}


class Listener(threading.Thread):
    """A thread that says its id, and takes SIGURG once it is told to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.known, self.go = threading.Event(), threading.Event()
        self.id, self.heard = 0, False

    def run(self) -> None:
        """Be the thread."""
        self.id = demand("gettid")
        self.known.set()
        self.go.wait()
        self.heard = signal.sigtimedwait((signal.SIGURG,), 0) is not None


def thread_signal(_: Context) -> "dict[str, object]":
    """Send SIGURG to one of two threads that both block it: only that one may have it pending."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGURG,))
    listener = Listener()
    try:
        listener.start()
    except RuntimeError:
        raise AskError("failed", "no thread could be started", "see probe.threads.stopped_by") from None
    listener.known.wait()
    error = syscall("tgkill", os.getpid(), listener.id, int(signal.SIGURG))[1]
    ours = signal.sigtimedwait((signal.SIGURG,), 0) is not None
    listener.go.set()
    listener.join()
    name = error_name(error)
    directed = (
        AskError("failed", "tgkill(2) gave " + name, "see thread.error") if error else listener.heard and not ours
    )
    return {"thread.error": name or None, "thread.directed": directed}


def urgent(context: Context) -> "dict[str, object]":
    """Let another process interrupt our busy loop with SIGURG, one at a time, as Go's scheduler does."""
    board = mmap.mmap(-1, mmap.PAGESIZE)
    caught: "list[int]" = []
    signal.signal(signal.SIGURG, lambda *_: caught.append(ticks()))
    us, thread = os.getpid(), demand("gettid")
    rounds = context.pick(20, 100, 1000)
    times: "list[int]" = []
    lost = 0
    with Partner(lambda: interrupt(board, us, thread), cpus()[-1]):
        for turn in range(1, rounds + 1):
            del caught[:]
            put(board, TURN, turn)
            due = ticks() + int(PATIENCE * 1e9)
            while not caught and not get(board, ERROR) and ticks() < due:
                pass
            if get(board, ERROR):
                break
            lost += not caught
            times += [one - get(board, SENT) for one in caught[:1]]
            if lost >= MOST_LOST:
                break
    error = get(board, ERROR)
    if error:
        why = AskError("failed", "tgkill(2) gave " + error_name(error), "see urgent.error")
        return {"urgent.error": error_name(error), "urgent.lost": why, "urgent.latency": why}
    silent = AskError("failed", "every signal got lost", "see urgent.lost")
    return {"urgent.error": None, "urgent.lost": lost, "urgent.latency": times or silent}


def interrupt(board: "mmap.mmap", target: int, thread: int) -> None:
    """Send one SIGURG for each turn that the busy loop announces."""
    done = 0
    while True:
        time.sleep(PAUSE)
        turn = get(board, TURN)
        if turn != done:
            done = turn
            put(board, SENT, ticks())
            put(board, ERROR, syscall("tgkill", target, thread, int(signal.SIGURG))[1])


def put(board: "mmap.mmap", place: int, value: int) -> None:
    """Write a number on the shared page."""
    struct.pack_into("q", board, place, value)


def get(board: "mmap.mmap", place: int) -> int:
    """Return a number from the shared page."""
    return int(struct.unpack_from("q", board, place)[0])
