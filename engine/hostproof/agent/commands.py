"""One running command, or probe: reads its outputs within bounds, ends it at its deadline, and makes its answer."""

import os
import signal
import time

from . import offspring
from .lines import SECOND, AskError, base64, now, whole

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

USUAL_TIME = 10 * SECOND
MOST_TIME = 3600 * SECOND
MOST_OUTPUT = 16 * 1024 * 1024
USUAL_OUTPUT = 1024 * 1024
MOST_STDERR = 65536
CHUNK = 65536
FLOOD = 16 * 1024 * 1024  # a command that prints this much more than its bound is ended: its answer is settled
READS = 16  # chunks taken from one pipe before the others get their turn

LINGER = 0.1  # seconds for outputs to be closed after the command has ended: its children may still be printing
TERM_TIME = 0.2  # seconds between SIGTERM at the deadline and SIGKILL: a chance to remove temporary files
KILL_TIME = 0.2  # seconds after SIGKILL until it is given up (uninterruptible sleep)


class Command:
    """A started program. `due` is when `tick` must be called next, in seconds of time.monotonic()."""

    def __init__(self, ask: "dict[str, object]", start: "Callable[[str], tuple[int, int, int]]") -> None:
        self.ask = ask["id"]
        self.most = whole(ask, "most", USUAL_OUTPUT, MOST_OUTPUT)
        self.timeout = whole(ask, "timeout", USUAL_TIME, MOST_TIME)
        self.started = now()
        self.pid, self.out, self.err = start(str(self.ask))
        self.kept = {self.out: bytearray(), self.err: bytearray()}
        self.sizes = {self.out: 0, self.err: 0}
        self.open = {self.out, self.err}
        self.due = time.monotonic() + self.timeout / SECOND
        self.error: "AskError | None" = None
        self.stage = "running"  # then: asked to end, killed, lingering, done
        self.status: "int | None" = None

    def read(self, end: int, scratch: bytearray) -> bool:
        """Take what an output holds; False when it is at its end and was closed."""
        for _ in range(READS):
            try:
                length = os.readv(end, [scratch])
            except BlockingIOError:
                return True
            if not length:
                self.close(end)
                return False
            self.sizes[end] += length
            room = (self.most if end == self.out else MOST_STDERR) - len(self.kept[end])
            if room > 0:
                self.kept[end] += memoryview(scratch)[: min(length, room)]
        if sum(self.sizes.values()) > self.most + FLOOD and self.stage == "running":
            self.kill()
        return True

    def close(self, end: int) -> None:
        """Close one output."""
        self.open.discard(end)
        os.close(end)

    def notice_end(self) -> bool:
        """See whether the program has ended. Until it is reaped nobody else gets its group's number."""
        if self.status is None:
            try:
                found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:  # cannot happen unless somebody else reaps our children
                found, self.status = None, 0
            if found is not None:
                self.status = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
                if self.stage == "running":
                    self.stage = "lingering"
                self.due = time.monotonic() + LINGER
        return self.status is not None

    @property
    def done(self) -> bool:
        """Whether nothing more can come of it."""
        return self.stage == "done" or (self.status is not None and not self.open)

    def tick(self) -> None:
        """Do what is due: ask to end at the deadline, kill, close the outputs."""
        if self.stage == "running":
            self.error = AskError(
                "timeout", "not finished after {:g} s".format(self.timeout / SECOND), "allow more time"
            )
            offspring.send_group(self.pid, signal.SIGTERM)
            offspring.send_group(self.pid, signal.SIGCONT)
            self.stage = "asked to end"
            self.due = time.monotonic() + TERM_TIME
        elif self.stage in ("asked to end", "lingering"):
            self.kill()
        else:
            self.stage = "done"

    def kill(self) -> None:
        """End it and all that stems from it."""
        family = offspring.descendants(self.pid) + offspring.orphans(self.pid, str(self.ask))
        offspring.send_group(self.pid, signal.SIGKILL)
        for pid in family:
            offspring.send(pid, signal.SIGKILL)
        self.stage = "killed"
        self.due = time.monotonic() + KILL_TIME

    def finish(self) -> "dict[str, object]":
        """Close and reap; return the fields of the answer."""
        for end in list(self.open):
            self.close(end)
        offspring.send_group(self.pid, signal.SIGKILL)
        offspring.reap(self.pid)
        return self.fields()

    def clean(self) -> None:
        """Undo what is not a process; a command of a pack has nothing of the kind that we know of."""

    def fields(self) -> "dict[str, object]":
        """Return what the answer says."""
        size = self.sizes[self.out]
        if size > self.most and self.error is None:
            self.error = AskError("too-large", "it printed {} bytes or more, the bound is {}".format(size, self.most))
        said = self.error.fields() if self.error else {}
        said.update(data=base64(self.kept[self.out]), stderr=base64(self.kept[self.err]), size=size, status=self.status)
        return said


def words(ask: "dict[str, object]") -> "list[str]":
    """Return the program and its arguments. Raises AskError where there are none."""
    shell = ask.get("shell")
    argv = ask.get("argv")
    found = ["/bin/sh", "-c", str(shell)] if shell else [str(word) for word in argv] if isinstance(argv, list) else []
    if not found or not found[0]:
        raise AskError("failed", "no program to run was named")
    return found
