"""An experiment's two processes: a keeper that sets parameters as it is told, and a guard that outlives it.

Whoever of the two sees that the other, or the engine, has gone puts everything back. The keeper has a session of its
own, so that nobody ends both by ending a group. If both are killed at one moment, the next experiment finds it written.
"""

import json
import os
import select
import signal
import struct

from ..hand import write_all
from ..lines import AskError, ask_error
from ..pipes import LineReader
from .parameters import Parameter, Record

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator

CLONE_NEWNET = 0x40000000  # linux/sched.h
SIOCSIFFLAGS = 0x8914  # linux/sockios.h
UP_AND_RUNNING = 0x41  # IFF_UP | IFF_RUNNING, linux/if.h
ENDERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LONGEST_LINE = 65536
FAILED = 1


class EndError(Exception):
    """Somebody wants us to end."""


class Held:
    """What an experiment holds: the machine's `parameters`, and those that are set, `own`, which may be the same."""

    def __init__(self, place: str, wanted: "dict[str, str]", host: bool) -> None:
        self.wanted = wanted
        self.host = host
        self.parameters = [Parameter(name) for name in sorted(wanted)]
        self.record = Record(place)
        try:
            self.recovered = self.record.recover()
            if self.recovered:
                self.parameters = [Parameter(name) for name in sorted(wanted)]
            self.own = self.parameters if host else own_parameters(self.parameters)
            self.record.write(self.parameters, wanted)
        except AskError:
            self.record.remove_unless_needed()
            raise

    def put(self, after: bool) -> "dict[str, str]":
        """Set all to one side; return what the kernel made of them. Raises AskError."""
        befores = {one.name: one.before for one in self.parameters}
        values = self.wanted if after else befores
        return {one.name: one.put(values[one.name]) for one in self.own}

    def tried(self) -> "dict[str, object]":
        """Try both sides; return what is to be known of them. Raises AskError where there is nothing to compare."""
        before, after = self.put(False), self.put(True)
        moved = [one.name for one in self.parameters if not self.host and one.read() != one.before]
        if moved:
            raise AskError("unsupported", "{} is the whole machine's after all".format(moved[0]), "add --host")
        same = [name for name in sorted(before) if before[name] == after[name]]
        if same:
            raise AskError("unsupported", "{} is {} already: there is no change".format(same[0], before[same[0]]))
        return {"pid": os.getpid(), "before": before, "after": after, "recovered": self.recovered}

    def restore(self) -> "dict[str, object]":
        """Put everything back; return what could be, and what could not."""
        left = [one.name for one in self.parameters if not one.restore()]
        if not left:
            self.record.remove()
        return {"restored": {one.name: one.before for one in self.parameters}, "left": left}


def own_parameters(parameters: "list[Parameter]") -> "list[Parameter]":
    """Go into a network namespace of its own, with lo up; return its parameters of the same names. Raises AskError."""
    enter_new_network()
    found = []
    for one in parameters:
        try:
            found.append(Parameter(one.name))
        except AskError as problem:
            cure = "add --host to set it for the whole machine while the experiment lasts"
            detail = "{}: a network namespace has none of its own ({})".format(one.name, problem.detail)
            raise AskError("unsupported", detail, cure) from None
    return found


def enter_new_network() -> None:
    """Leave our network namespace for a new one, and bring its loopback up. Raises AskError."""
    import ctypes
    import fcntl
    import socket

    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        error = OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        refused = ask_error(error, "a network namespace")
        refused.cure = "run it as root; or, if root may not either, add --host"
        raise refused
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
        fcntl.ioctl(door.fileno(), SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))


def main(place: str) -> None:
    """Run an experiment's parameters on descriptors 0 and 1, with its lock at `place`; never returns."""
    os.chdir("/")
    for number in ENDERS:
        signal.signal(number, signal.SIG_IGN)
    status = FAILED
    try:
        status = run(place)
    finally:
        os._exit(status)


def run(place: str) -> int:
    """Hold parameters as the first line asks; return the exit status, when all is as it was."""
    reader = LineReader(LONGEST_LINE)
    asks = lines(reader, [0])
    asked = json.loads(next(asks, b"{}").decode("ascii"))
    if not asked:
        return 0
    try:
        held = Held(place, asked["set"], asked["host"])
    except (AskError, OSError) as problem:
        refused = problem if isinstance(problem, AskError) else ask_error(problem, place)
        say(refused.fields())
        return 0
    watch, watch_end = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        os.close(watch_end)
        keep(held, lines(reader, [0, watch]))
    os.close(watch)
    return guard(held, keeper)


def guard(held: Held, keeper: int) -> int:
    """Wait for the keeper; do its last work if it could not."""
    for number in ENDERS:
        signal.signal(number, lambda *_: os.kill(keeper, signal.SIGTERM))
    status = os.waitpid(keeper, 0)[1]
    if status == 0:
        return 0
    for number in ENDERS:
        signal.signal(number, signal.SIG_IGN)
    say(held.restore())
    return FAILED


def keep(held: Held, asks: "Iterator[bytes]") -> None:
    """Be the keeper: set what is asked for until nobody asks any more, then put everything back; never returns."""
    try:
        os.setsid()
        for number in ENDERS:
            signal.signal(number, end)
        follow(held, asks)
    except EndError:
        pass
    except (AskError, OSError) as problem:
        say((problem if isinstance(problem, AskError) else ask_error(problem, "it")).fields())
    finally:
        for number in ENDERS:
            signal.signal(number, signal.SIG_IGN)
        said = held.restore()
        say(said)
        os._exit(0)


def follow(held: Held, asks: "Iterator[bytes]") -> None:
    """Do as the engine asks, until it ends. Raises AskError."""
    say(held.tried())
    for line in asks:
        say({"values": held.put(json.loads(line.decode("ascii"))["after"])})


def lines(reader: LineReader, ends: "list[int]") -> "Iterator[bytes]":
    """Yield lines of the first descriptor, until one of them has come to its end."""
    poll = select.poll()
    for number in ends:
        poll.register(number, select.POLLIN)
    while True:
        ready = [number for number, _ in poll.poll()]
        if ready != ends[:1]:
            return
        chunk = os.read(ends[0], LONGEST_LINE)
        if not chunk:
            return
        for line in reader.feed(chunk):
            yield line


def say(said: "dict[str, object]") -> None:
    """Tell the engine, if it is there still."""
    try:
        write_all(1, (json.dumps(said) + "\n").encode("ascii"))
    except OSError:
        return


def end(*_: object) -> None:
    """Handle a signal: it ends the experiment."""
    raise EndError
