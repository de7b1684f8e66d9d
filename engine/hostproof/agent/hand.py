"""The hand: a forked child that reads files and makes calls, because either can hang (a dead NFS server, FUSE).

The loop feeds it asks and passes its answers on. When one ask takes too long, the hand is killed, that ask is answered
with `timeout`, and a new hand does the rest. Answers come in the order of the asks, so nothing has to be parsed.
"""

import json
import os
import signal
import time
from collections import deque

from . import calls, files, offspring
from .lines import AskError, answer, ask_error, now
from .pipes import LineReader, Writer

MOST_TIME = 5.0  # seconds for one file, glob or call
MOST_AHEAD = 256  # asks handed over and not yet answered
LONGEST_ANSWER = 64 * 1024 * 1024
CHUNK = 262144

KINDS = {"file": files.read_file, "glob": files.read_glob, "call": calls.call}


class Hand:
    """The loop's side: what still has to be asked, what has been, and since when the first of these is at work."""

    def __init__(self) -> None:
        self.waiting: "deque[tuple[object, bytes]]" = deque()
        self.asked: "deque[tuple[object, bytes]]" = deque()
        self.pid = 0
        self.since = 0.0

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self.waiting or self.asked)

    def start(self) -> None:
        """Fork a hand."""
        asks, asks_end = os.pipe()
        answers, answers_end = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            work(asks, answers_end, parent)
        os.close(asks)
        os.close(answers_end)
        os.set_blocking(answers, False)
        self.answers = answers
        self.writer = Writer(asks_end)
        self.reader = LineReader(LONGEST_ANSWER)

    def pump(self) -> None:
        """Hand over as many asks as may be ahead."""
        if not self.pid:
            if not self.waiting:
                return
            self.start()
        while self.waiting and len(self.asked) < MOST_AHEAD:
            if not self.asked:
                self.since = time.monotonic()
            self.asked.append(self.waiting.popleft())
            self.writer.put(self.asked[-1][1])
        try:
            self.writer.flush()
        except BrokenPipeError:  # it has died; `take` will find the end of its answers
            return

    def take(self) -> "list[bytes]":
        """Return the answers that have come; a hand that died costs the ask it was at."""
        try:
            chunk = os.read(self.answers, CHUNK)
        except BlockingIOError:
            return []
        if not chunk:
            return self.replace(AskError("failed", "the process that was at it died", "report this as a bug"))
        lines = self.reader.feed(chunk)
        for _ in lines:
            self.asked.popleft()
        if lines:
            self.since = time.monotonic()
        return lines

    def tick(self) -> "list[bytes]":
        """Return the answer of an ask that took too long, and see to the rest."""
        if not self.asked or time.monotonic() < self.since + MOST_TIME:
            return []
        cure = "see whether the file system answers at all"
        return self.replace(AskError("timeout", "not finished after {:g} s".format(MOST_TIME), cure))

    def replace(self, why: AskError) -> "list[bytes]":
        """End the hand; return the answer of the ask it was at. The others will be asked again."""
        offspring.send(self.pid, signal.SIGKILL)
        os.close(self.answers)
        os.close(self.writer.end)
        self.pid = 0
        if not self.asked:
            return []
        lost = self.asked.popleft()[0]
        self.waiting.extendleft(reversed(self.asked))
        self.asked.clear()
        return [answer(lost, why.fields(), now())]


def work(asks: int, answers: int, parent: int) -> None:
    """Be the hand: answer lines until there are no more; never returns."""
    try:
        offspring.die_with_parent(parent, signal.SIGKILL)
        become_quiet(asks, answers)
        reader = LineReader(LONGEST_ANSWER)
        while True:
            chunk = os.read(asks, CHUNK)
            if not chunk:
                os._exit(0)
            for line in reader.feed(chunk):
                write_all(answers, do(json.loads(line.decode("ascii"))))
    finally:
        os._exit(1)


def become_quiet(asks: int, answers: int) -> None:
    """Let go of everything that is the loop's: its signals, its descriptors; those of the engine above all."""
    for heard in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
        signal.signal(heard, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    empty = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(empty, number)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in (0, 1, 2, asks, answers):
            close_quietly(int(name))


def close_quietly(end: int) -> None:
    """Close a descriptor that may be closed already (the one the folder was listed through)."""
    try:
        os.close(end)
    except OSError:
        return


def write_all(end: int, data: bytes) -> None:
    """Write all of it, waiting as long as it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(end, view) :]


def do(ask: "dict[str, object]") -> bytes:
    """Return the answer to one ask, whatever happens."""
    started = now()
    try:
        fields = KINDS[str(ask["ask"])](ask)
    except AskError as problem:
        fields = problem.fields()
    except OSError as problem:
        fields = ask_error(problem, str(ask.get("name", ask["ask"]))).fields()
    except Exception as problem:  # noqa: BLE001 - one broken row of a table must not cost the others
        fields = AskError("failed", "{}: {}".format(type(problem).__name__, problem), "report this as a bug").fields()
    return answer(ask["id"], fields, started)
