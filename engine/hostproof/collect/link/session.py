"""One session with one agent: a target and asks in, an Answer for every ask out, whatever becomes of the agent.

The agent is started once, by `sh`. Its pipes are ours, not sh's: sh's callbacks come only when a buffer is full or the
program has ended, its queues hold everything in memory, and `_timeout` leaves grandchildren alive (all measured).
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from hostproof.collect.asks import Answer, Ask, Probe
from hostproof.collect.link.bundle import pack_agent
from hostproof.collect.link.silence import REPORT, Ending, why_not_started, why_silent
from hostproof.collect.link.wire import (
    END,
    HELLO,
    LONGEST_LINE,
    Hello,
    WireError,
    decode_answer,
    decode_hello,
    encode_ask,
)
from hostproof.collect.target import NO_PYTHON, Target
from hostproof.facts.requests import SECOND
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import field, record, replace

if TYPE_CHECKING:
    import sh

    from hostproof.collect.link.shell import Dialect

GRACE = 3.0  # seconds that the agent has to end all it started, after which its own group is killed
CHUNK = 262144
MOST_HEARD = 512 * 1024 * 1024
MOST_STDERR = 4096
MOST_NOISE = 1024 * 1024


@record(frozen=False)
class Session:
    """What has been said so far. `answers` lacks what has not come; `trouble` says why nothing more will."""

    asks: Sequence[Ask]
    unsent: memoryview
    hello: Hello | None = None
    answers: dict[int, Answer] = field(default_factory=dict)
    trouble: Unknown | None = None
    heard: int = 0
    stderr: bytes = b""
    foreign: bool = False  # others may print before the agent does: a shell's start-up files
    noise: bytes = b""  # the last line that they printed
    shell: Dialect | None = None  # how a shell speaks, where there is no Python
    partial: bytearray = field(default_factory=bytearray)

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self.trouble is not None or len(self.answers) == len(self.asks)

    def answer(self, number: int) -> Answer:
        """Return the answer to the ask of this number, an error if none came."""
        return self.answers.get(number) or Answer(error=self.trouble)

    def hear(self, name: str, chunk: bytes) -> None:
        """Take what the agent wrote to one of its outputs; nonsense ends the session."""
        if name == "stderr":
            self.stderr = (self.stderr + chunk)[-MOST_STDERR:]
            return
        try:
            self.cut(chunk)
        except WireError as problem:
            self.trouble = Unknown(Cause.FAILED, f"the agent wrote what it never should: {problem}", REPORT)

    def cut(self, chunk: bytes) -> None:
        """Cut what the agent wrote into lines, and take them. Raises WireError."""
        self.heard += len(chunk)
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            self.partial += line
            self.take(bytes(self.partial))
            self.partial.clear()
        self.partial += rest
        if len(self.partial) > LONGEST_LINE or self.heard > MOST_HEARD:
            raise WireError("more than it was asked for")

    def take(self, line: bytes) -> None:
        """Take one line. Raises WireError."""
        if self.hello is None:
            self.greet(line)
            return
        found = decode_answer(line) if self.shell is None else self.shell.answered(line)
        if found is None:
            return
        number, answer = found
        if not 0 <= number < len(self.asks) or number in self.answers:
            raise WireError(f"an answer to ask {number}, which is not open")
        self.answers[number] = answer

    def greet(self, line: bytes) -> None:
        """Take the agent's first line, or what others print before it. Raises WireError."""
        if not self.foreign:
            self.hello = decode_hello(line)
            return
        if self.heard > MOST_NOISE:
            raise WireError("much, and no greeting in it: see what the start-up files of its user's shell print")
        if self.shell is None and line.endswith(NO_PYTHON):
            from hostproof.collect.link.shell import Dialect, shell_program

            self.shell, self.unsent = Dialect(self.asks), memoryview(shell_program(self.asks))
            return
        _, mark, rest = line.rpartition(HELLO)
        try:
            self.hello = self.shell.greeted(mark + rest) if self.shell else decode_hello(mark + rest)
            if self.shell:
                self.shell = replace(self.shell, uid=self.hello.uid)
        except WireError:
            self.noise = line[-MOST_STDERR:].strip() or self.noise


def hold_session(
    target: Target,
    asks: Sequence[Ask],
    deadline: int,
    progress: Callable[[int], None] | None = None,
    effort: str = "usual",
) -> Session:
    """Ask everything of one agent and return what came of it.

    `deadline` is the time for all of it in nanoseconds; `progress` is called with the number of answers so far;
    `effort` (quick, usual, full) is for probes. An
    agent that can't be started, dies, or talks nonsense makes errors, never an exception. KeyboardInterrupt passes
    through once the agent and all it started are gone.
    """
    rooted = target.kind == "root"
    probes = not rooted and any(isinstance(ask, Probe) for ask in asks)
    arguments = f"{target.place!r}, {target.chroot!r}" if rooted else ""
    bundle = pack_agent(target.same_python, probes, target.foreign, arguments)
    lines = [encode_ask(number, ask, effort) for number, ask in enumerate(asks)]
    session = Session(asks, memoryview(b"".join((bundle.modules, *lines, END))), foreign=target.foreign)
    with _Agent(target, (*target.python[1:], *bundle.arguments)) as agent:
        if agent.refusal is not None:
            session.trouble = agent.refusal
        else:
            _talk(agent, session, time.monotonic_ns() + deadline, progress)
    if session.trouble is None and not session.complete:
        said, noise = session.stderr.decode("utf-8", "replace"), session.noise.decode("utf-8", "replace")
        ending = Ending(not agent.open, agent.status, session.hello is not None, said, noise)
        session.trouble = why_silent(target, ending, deadline)
    return session


def _talk(agent: _Agent, session: Session, end: int, progress: Callable[[int], None] | None) -> None:
    """Write asks and read answers until all have come, the agent has gone, or the time is over."""
    while not session.complete and agent.open:
        left = end - time.monotonic_ns()
        if left <= 0:
            return
        known = len(session.answers)
        agent.exchange(session, left / SECOND)
        if progress is not None and len(session.answers) > known:
            progress(len(session.answers))


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Raise a KeyboardInterrupt that Python only reports, as it does with all that is raised in a hook around fork.

    Importing sh imports logging, which has such hooks: one Ctrl-C in fifty, while the agent started, did nothing.
    """
    lost: list[object] = []
    usual = sys.unraisablehook

    def keep(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            lost.append(unraisable.exc_value)
        else:
            usual(unraisable)

    sys.unraisablehook = keep
    try:
        yield
    finally:
        sys.unraisablehook = usual
    if lost:
        raise KeyboardInterrupt


class _Agent:
    """A started agent and our ends of its pipes; leaving the `with` ends it and everything it started."""

    def __init__(self, target: Target, arguments: tuple[str, ...]) -> None:
        self.refusal: Unknown | None = None
        self.status: int | None = None
        self.open = False  # whether more can come from it
        self._command: sh.RunningCommand | None = None
        self._program = target.python[0]
        self._arguments = arguments
        self._ends: dict[str, int] = {}

    def __enter__(self) -> _Agent:
        theirs_in, self._ends["stdin"] = os.pipe()
        self._ends["stdout"], theirs_out = os.pipe()
        self._ends["stderr"], theirs_err = os.pipe()
        for end in self._ends.values():
            os.set_blocking(end, False)
        try:
            with (
                os.fdopen(theirs_in, "rb") as source,
                os.fdopen(theirs_out, "wb") as out,
                os.fdopen(theirs_err, "wb") as err,
                _no_interrupt_lost(),
            ):
                self._start(source, out, err)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self, source: BinaryIO, out: BinaryIO, err: BinaryIO) -> None:
        import sh

        engine = os.getpid()
        try:
            self._command = sh.Command(self._program)(
                *self._arguments,
                _in=source,
                _out=out,
                _err=err,
                _bg=True,
                _bg_exc=False,
                _new_session=True,
            )
            self.open = True
        except (sh.CommandNotFound, sh.ForkException, OSError) as problem:
            self.refusal = why_not_started(self._program, problem)
        except BaseException:
            if os.getpid() != engine:  # Ctrl-C came between fork and exec: this is the child, and must not go on as us
                os._exit(255)
            raise

    def exchange(self, session: Session, patience: float) -> None:
        """Wait, at most `patience` seconds; write what can be written, and let the session hear what was read."""
        poll = select.poll()
        for name in self._ends:
            if name != "stdin":
                poll.register(self._ends[name], select.POLLIN)
            elif session.unsent:
                poll.register(self._ends[name], select.POLLOUT)
        ready = {end for end, _ in poll.poll(patience * 1000 + 1)}
        if self._ends.get("stdin") in ready:
            self._send(session)
        # Standard error last: what the agent said there before it ended is there when its output is seen to end.
        for name in ("stdout", "stderr"):
            if self._ends.get(name) in ready or (name in self._ends and "stdout" not in self._ends):
                session.hear(name, self._receive(name))
        self.open = "stdout" in self._ends

    def _send(self, session: Session) -> None:
        try:
            session.unsent = session.unsent[os.write(self._ends["stdin"], session.unsent[:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it has gone: what it said before it went is still to be read
            session.unsent = memoryview(b"")

    def _receive(self, name: str) -> bytes:
        try:
            chunk = os.read(self._ends[name], CHUNK)
        except BlockingIOError:
            return b""
        if not chunk:
            self._close(name)
        return chunk

    def _close(self, *names: str) -> None:
        for name in names:
            os.close(self._ends.pop(name))

    def __exit__(self, *_: object) -> None:
        """Close the agent's input, which ends it; if that doesn't, kill its group."""
        self._close(*self._ends)
        if self._command is None:
            return
        timer = threading.Timer(GRACE, self._kill)
        timer.start()
        try:
            self._wait()
        except KeyboardInterrupt:  # impatient
            self._kill()
            self._wait()
            raise
        finally:
            timer.cancel()

    def _wait(self) -> None:
        import sh

        assert self._command is not None
        try:
            self._command.wait()
        except sh.ErrorReturnCode:  # the status says it all
            pass
        except ChildProcessError:  # somebody else has heard how it ended, which is all that is lost
            return
        self.status = self._command.exit_code

    def _kill(self) -> None:
        assert self._command is not None
        with suppress(ProcessLookupError):
            self._command.kill_group()
