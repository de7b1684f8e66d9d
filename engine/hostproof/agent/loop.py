"""The agent's loop: asks come in on one descriptor, answers go out on another, everything else happens in between.

One poll(2) waits for asks, the outputs of all commands, the hand's answers and ended children. Commands run side by
side, at most MOST_AT_ONCE, and only as many as may fill ROOM bytes of output together. Probes come last, each alone.
"""

import json
import os
import select
import signal
import time
from collections import deque

from . import hand, offspring
from .commands import CHUNK, MOST_OUTPUT, USUAL_OUTPUT, Command, words
from .lines import LONGEST_LINE, AskError, answer, hello, now, whole
from .pipes import LineReader, Writer
from .rooted import Root, not_running
from .spawn import Starter

MOST_AT_ONCE = 16
ROOM = 16 * 1024 * 1024
MOST_UNSENT = 4 * 1024 * 1024  # answers that the engine has not taken; above it nothing new is begun
STARTS = 4  # commands begun between two looks at what has come
SWEEP_TIME = 0.02  # seconds after a command has ended until what it left behind is looked for
ENDERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

READ = select.POLLIN | select.POLLHUP | select.POLLERR


class Loop:
    """One run, from the first ask to the last answer."""

    def __init__(self, asks: int, answers: int, root: "Root | None" = None) -> None:
        self.root = root
        os.set_blocking(asks, False)
        self.asks = asks
        self.reader = LineReader(LONGEST_LINE)
        self.writer = Writer(answers)
        self.hand = hand.Hand(root)
        self.starter = Starter(dict(os.environ))
        self.waiting: "deque[dict[str, object]]" = deque()
        self.probes: "list[dict[str, object]]" = []
        self.commands: "dict[int, Command]" = {}
        self.ends: "dict[int, Command]" = {}
        self.scratch = bytearray(CHUNK)
        self.short = False  # the system has no process to spare
        self.complete = False  # every ask has come in
        self.ended = False  # somebody wants us to stop
        self.sweep_due: "float | None" = None
        self.wake = waker()

    def run(self) -> None:
        """Answer everything, or stop when the engine goes away or a signal comes."""
        self.writer.put(hello(self.root is None))
        self.hand.start()
        while not self.ended and (not self.complete or self.busy or self.writer.waiting):
            self.begin()
            for end, _ in self.wait():
                self.serve(end)
            self.tick()
        self.hand.close()
        offspring.end_all(list(self.commands))
        for command in self.commands.values():
            command.clean()

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self.commands or self.waiting or self.probes or self.hand.busy)

    @property
    def full(self) -> bool:
        """Whether the engine has to catch up first."""
        return self.writer.waiting > MOST_UNSENT

    def begin(self) -> None:
        """Hand asks over and start some commands, as far as there is room."""
        if not self.full:
            self.hand.pump()
            for _ in range(STARTS):
                if self.short or not self.has_room or not self.start(self.waiting[0]):
                    break
                self.waiting.popleft()
            if self.may_probe:
                self.start(self.next_probe())
        self.flush()

    @property
    def may_probe(self) -> bool:
        """Whether a probe may begin: nothing else is at work, which it would measure."""
        return bool(self.probes) and self.complete and not (self.commands or self.waiting or self.hand.busy)

    def next_probe(self) -> "dict[str, object]":
        """Take the probe that comes next: those that look at what others caused have a higher order."""
        first = min(self.probes, key=lambda ask: whole(ask, "order", 1, 100))
        self.probes.remove(first)
        return first

    @property
    def has_room(self) -> bool:
        """Whether one more command waits and may run now."""
        if not self.waiting or not self.commands:
            return bool(self.waiting)
        taken = sum(command.most for command in self.commands.values())
        more = whole(self.waiting[0], "most", USUAL_OUTPUT, MOST_OUTPUT)
        return len(self.commands) < MOST_AT_ONCE and taken + more <= ROOM

    def start(self, ask: "dict[str, object]") -> bool:
        """Start a command or a probe, or answer why it can't be; False to try again when another has ended."""
        started = now()
        try:
            command = self.begun(ask)
        except AskError as problem:
            self.say(ask["id"], problem.fields(), started)
        except BlockingIOError as problem:
            if self.commands:
                self.short = True
                return False
            self.say(
                ask["id"],
                AskError("failed", str(problem), "raise the limits of processes and open files").fields(),
                started,
            )
        else:
            self.commands[command.pid] = command
            self.ends.update({command.out: command, command.err: command})
        return True

    def begun(self, ask: "dict[str, object]") -> Command:
        """Return the running command or probe of an ask. Raises AskError, BlockingIOError."""
        if ask["ask"] == "run":
            argv = self.root.command(words(ask)) if self.root else words(ask)
            return Command(ask, lambda mark: self.starter.start(argv, mark))
        if self.root:
            raise not_running("probe {}".format(ask["name"]))
        from .probe import Probe

        return Probe(ask)

    def wait(self) -> "list[tuple[int, int]]":
        """Wait until something can be read, written or is due."""
        poll = select.poll()
        poll.register(self.wake, READ)
        poll.register(self.asks, READ)
        if not self.full and self.hand.pid:
            poll.register(self.hand.answers, READ)
            if self.hand.writer.waiting:
                poll.register(self.hand.writer.end, select.POLLOUT)
        if self.writer.waiting:
            poll.register(self.writer.end, select.POLLOUT)
        for end in self.ends:
            poll.register(end, READ)
        return poll.poll(self.patience())

    def patience(self) -> "float | None":
        """Return the milliseconds until something is due."""
        if not self.full and (self.may_probe or (self.has_room and not self.short)):
            return 0
        dues = [command.due for command in self.commands.values()]
        if self.hand.asked:
            dues.append(self.hand.since + hand.MOST_TIME)
        if self.sweep_due is not None:
            dues.append(self.sweep_due)
        return max(0.0, min(dues) - time.monotonic()) * 1000 + 1 if dues else None

    def serve(self, end: int) -> None:
        """Read from one descriptor that has something."""
        command = self.ends.get(end)
        if command is not None:
            if not command.read(end, self.scratch):
                del self.ends[end]
                command.notice_end()
        elif end == self.asks:
            self.listen()
        elif end == self.wake:
            self.wake_up()
        elif self.hand.pid and end == self.hand.answers:
            self.pass_on(self.hand.take())

    def listen(self) -> None:
        """Take what asks have come; `end` says that there are no more. A closed pipe means that the engine is gone."""
        chunk = os.read(self.asks, CHUNK)
        if not chunk:
            self.ended = True
        for line in self.reader.feed(chunk):
            ask = json.loads(line.decode("ascii"))
            kind = ask["ask"]
            if kind == "end":
                self.complete = True
            elif kind == "run":
                self.waiting.append(ask)
            elif kind == "probe":
                self.probes.append(ask)
            elif kind in hand.KINDS:
                self.hand.waiting.append((ask["id"], line))
            else:
                self.say(ask["id"], AskError("unsupported", "this agent knows no ask {}".format(kind)).fields(), now())

    def wake_up(self) -> None:
        """See which signals came: a child has ended, or we are to."""
        numbers = os.read(self.wake, 4096)
        self.ended = self.ended or any(number in numbers for number in ENDERS)
        noticed = [command.notice_end() for command in self.commands.values()]
        if not any(noticed) and self.sweep_due is None:  # then it was somebody that a command left to us
            self.sweep_due = time.monotonic()

    def tick(self) -> None:
        """Do what is due: deadlines, answers of finished commands, the hand, the sweep."""
        here = time.monotonic()
        for command in list(self.commands.values()):
            if here >= command.due:
                command.tick()
            if command.done:
                self.finish(command)
        if self.full:
            self.hand.since = here  # it waits for us
        self.pass_on(self.hand.tick())
        if self.sweep_due is not None and here >= self.sweep_due:
            self.sweep_due = here + SWEEP_TIME if self.sweep() else None

    def finish(self, command: Command) -> None:
        """Answer a command that has ended."""
        for end in command.open:
            del self.ends[end]
        self.say(command.ask, command.finish(), command.started)
        del self.commands[command.pid]
        self.short = False
        if self.sweep_due is None:
            self.sweep_due = time.monotonic() + (0 if command.stage == "done" else SWEEP_TIME)

    def sweep(self) -> bool:
        """Kill what ended commands left behind in other sessions; False when there is nothing of the kind."""
        found = False
        for pid in offspring.children(os.getpid()):
            if pid not in self.commands and pid != self.hand.pid and not offspring.reap(pid) and self.is_stray(pid):
                found = True
                for stray in [pid, *offspring.descendants(pid)]:
                    offspring.send(stray, signal.SIGKILL)
        return found

    def is_stray(self, pid: int) -> bool:
        """Whether an adopted process belongs to no command that still runs; where it can't be told, none may run."""
        if offspring.session_of(pid) in self.commands:
            return False
        mark = offspring.mark_of(pid)
        if not mark:
            return not self.commands
        return mark not in {str(command.ask) for command in self.commands.values()}

    def say(self, ask: object, fields: "dict[str, object]", started: int) -> None:
        """Queue an answer."""
        self.writer.put(answer(ask, fields, started))

    def pass_on(self, answers: "list[bytes]") -> None:
        """Queue answers that are lines already."""
        for line in answers:
            self.writer.put(line)

    def flush(self) -> None:
        """Send what the engine takes; a broken pipe means that it is gone."""
        try:
            self.writer.flush()
        except OSError:
            self.ended = True


def waker() -> int:
    """Return a descriptor from which the numbers of the signals that came can be read."""
    end, writer = os.pipe()
    os.set_blocking(end, False)
    os.set_blocking(writer, False)
    for number in (*ENDERS, signal.SIGCHLD):
        signal.signal(number, notice)
    signal.set_wakeup_fd(writer)
    return end


def notice(number: int, frame: object) -> None:
    """Handle a signal: the number alone, through the descriptor, is what counts."""
