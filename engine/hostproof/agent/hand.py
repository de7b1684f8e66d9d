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
from .pipes import LineReader, Writer, open_descriptors
from .rooted import Root
from .spawn import empty_input

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TIME = 5.0  # seconds for one file, glob or call
MOST_AHEAD = 256  # asks handed over and not yet answered
LONGEST_ANSWER = 64 * 1024 * 1024
CHUNK = 262144

KINDS: "dict[str, Callable[[dict[str, object]], dict[str, object]]]" = {
    "file": files.read_file,
    "glob": files.read_glob,
    "call": calls.call,
}


class Hand:
    """The loop's side: what still has to be asked, what has been, and since when the first of these is at work."""

    def __init__(self, root: "Root | None" = None) -> None:
        self.root = root
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
        self.pid = os.fork()
        if self.pid == 0:
            work(asks, answers_end, self.root)
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
        try:
            lines = self.reader.feed(chunk)
        except ValueError as problem:
            return self.replace(AskError("too-large", "the answer was {}".format(problem)))
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

    def close(self) -> None:
        """Let the hand end."""
        if self.pid:
            os.close(self.answers)
            os.close(self.writer.end)
            self.pid = 0

    def replace(self, why: AskError) -> "list[bytes]":
        """End the hand; return the answer of the ask it was at. The others will be asked again."""
        offspring.send(self.pid, signal.SIGKILL)
        self.close()
        if not self.asked:
            return []
        lost = self.asked.popleft()[0]
        self.waiting.extendleft(reversed(self.asked))
        self.asked.clear()
        return [answer(lost, why.fields(), now())]


def work(asks: int, answers: int, root: "Root | None") -> None:
    """Be the hand: answer lines until there are no more; never returns."""
    try:
        let_go(asks, answers, *((root.top,) if root else ()))
        kinds = root.kinds if root else KINDS
        reader = LineReader(LONGEST_ANSWER)
        while True:
            chunk = os.read(asks, CHUNK)
            if not chunk:
                os._exit(0)
            for line in reader.feed(chunk):
                write_all(answers, do(json.loads(line.decode("ascii")), kinds))
    finally:
        os._exit(1)


def let_go(*kept: int) -> None:
    """Close everything that is the loop's but what is kept, the engine's pipes above all: who hangs must not hold them.

    The loop's signal handlers, which do nothing, stay: a hand that is asked to end first finishes what it is at, and
    so leaves no test file behind, and then finds that there is nothing more to do.
    """
    signal.set_wakeup_fd(-1)
    empty = empty_input()
    for number in (0, 1, 2):
        os.dup2(empty, number)
    for end in open_descriptors():
        if end not in (0, 1, 2, *kept):
            try:
                os.close(end)
            except OSError:
                continue


def write_all(end: int, data: bytes) -> None:
    """Write all of it, waiting as long as it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(end, view) :]


def do(ask: "dict[str, object]", kinds: "dict[str, Callable[[dict[str, object]], dict[str, object]]]") -> bytes:
    """Return the answer to one ask, whatever happens."""
    started = now()
    try:
        fields = kinds[str(ask["ask"])](ask)
    except AskError as problem:
        fields = problem.fields()
    except OSError as problem:
        fields = ask_error(problem, str(ask.get("name", ask["ask"]))).fields()
    except ValueError as problem:  # a name with a NUL, or one that can't be encoded
        fields = AskError("failed", str(problem)).fields()
    except Exception as problem:  # noqa: BLE001 - one broken row of a table must not cost the others
        fields = AskError("failed", "{}: {}".format(type(problem).__name__, problem), "report this as a bug").fields()
    return answer(ask["id"], fields, started)
