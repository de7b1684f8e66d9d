"""Holds kernel parameters for an experiment: sets them to and fro through an agent that puts them back in any case."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hostproof.collect.experiment.settings import Setting, refusal
from hostproof.collect.link.bundle import AGENT, OPTIONS, pack_agent
from hostproof.collect.target import Target
from hostproof.source.harmless import one_line
from hostproof.source.records import field, record

LOCK = "/run/hostproof-experiment"
PATIENCE = 30.0  # seconds for one answer
CHUNK = 65536


@record(frozen=False)
class Held:
    """A running experiment: what the parameters are on either side, and where probes are to run.

    `restored` is what everything was put back to, once it was; None until then.
    """

    writer: int
    reader: int
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    recovered: tuple[str, ...] = ()
    target: Target = field(default_factory=lambda: Target("local", (sys.executable or "python3",)))
    restored: Mapping[str, str] | None = None
    partial: bytearray = field(default_factory=bytearray)

    def put(self, *, after: bool) -> None:
        """Set all parameters to one side. Raises ProblemError (HP-E541)."""
        said = self.ask({"after": after})
        if said.get("values") != (self.after if after else self.before):
            raise refusal("somebody else sets these parameters too: what was set is not what they are", "")

    def ask(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        """Ask the agent one thing; raises ProblemError for what it can't do."""
        with suppress(BrokenPipeError):  # what it said before it went is still to be read
            os.write(self.writer, json.dumps(asked).encode("ascii") + b"\n")
        said = self.hear()
        error = said.get("error")
        if isinstance(error, dict):
            raise refusal(one_line(str(error.get("detail"))), one_line(str(error.get("cure") or "")))
        if "values" not in said and "pid" not in said:
            raise refusal("the process that sets the parameters has ended", "")
        return said

    def hear(self) -> Mapping[str, object]:
        """Return the next thing that the agent says; nothing when it has gone, or says nothing for long."""
        line = self._line()
        while line and not line.startswith(b"{"):  # what Python prints when it breaks
            line = self._line()
        said = json.loads(line or b"{}")
        if said.get("restored") and not said.get("left"):
            self.restored = _texts(said["restored"])
        return dict(said)

    def _line(self) -> bytes:
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        due = time.monotonic() + PATIENCE
        while b"\n" not in self.partial:
            if not poll.poll(max(0.0, due - time.monotonic()) * 1000 + 1):
                return b""
            chunk = os.read(self.reader, CHUNK)
            if not chunk:
                return b""
            self.partial += chunk
        line, _, rest = bytes(self.partial).partition(b"\n")
        self.partial[:] = rest
        return line or b" "


@contextmanager
def hold(
    settings: Sequence[Setting], *, host: bool, lock: str = LOCK, ended: Callable[[Held], None] | None = None
) -> Iterator[Held]:
    """Have an agent hold the parameters; leaving the `with`, however it comes about, puts them back.

    Without `host` they are those of a network namespace of its own, in which `target` starts agents. Raises
    ProblemError (HP-E541) where they can't be read, set or told apart, and if another experiment is at work. `ended` is
    called when the agent has ended, also if it was before anything was yielded.
    """
    bundle = pack_agent(bool(sys.executable), True, entry="experiment.main", arguments=repr(lock))
    theirs_in, writer = os.pipe()
    reader, theirs_out = os.pipe()
    held = Held(writer, reader)
    try:
        command = _started(bundle.arguments, writer, theirs_in, theirs_out)
        try:
            _send(writer, bundle.modules)
            _begin(held, settings, host)
            yield held
        finally:
            os.close(writer)
            _end(held, command)
            if ended is not None:
                ended(held)
    finally:
        os.close(reader)


def _started(arguments: tuple[str, ...], writer: int, theirs_in: int, theirs_out: int) -> object:
    import sh

    with os.fdopen(theirs_in, "rb") as source, os.fdopen(theirs_out, "wb") as out:
        try:
            python = sh.Command(sys.executable or "python3")
            return python(*arguments, _in=source, _out=out, _err=out, _bg=True, _bg_exc=False, _new_session=True)
        except (sh.CommandNotFound, sh.ForkException, OSError) as problem:
            os.close(writer)
            raise refusal(f"Python can't be started: {one_line(str(problem), 200)}", "") from None


def _send(writer: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(writer, left) :]


def _begin(held: Held, settings: Sequence[Setting], host: bool) -> None:
    said = held.ask({"set": {one.name: one.value for one in settings}, "host": host})
    held.before, held.after = _texts(said.get("before")), _texts(said.get("after"))
    recovered = said.get("recovered")
    held.recovered = tuple(map(str, recovered)) if isinstance(recovered, list) else ()
    held.target = own_target() if host else own_target(f"/proc/{said['pid']}/ns/net")


def own_target(namespace: str = "") -> Target:
    """Return this machine as a target, in a network namespace if one is named."""
    python = sys.executable or "python3"
    if not namespace:
        return Target("local", (python,), bool(sys.executable))
    program = (AGENT / "experiment" / "enter.py").read_text("utf-8")
    words = (python, *OPTIONS, program, namespace, _full(python))
    return Target("local", words, bool(sys.executable))


def _full(python: str) -> str:
    from shutil import which

    return python if Path(python).is_absolute() else which(python) or python


def _end(held: Held, command: object) -> None:
    """Hear that everything was put back; the agent ends by itself."""
    while held.hear():
        continue
    import sh

    try:
        command.wait()  # type: ignore[attr-defined]
    except (sh.ErrorReturnCode, sh.SignalException, ChildProcessError):
        return


def _texts(said: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}
