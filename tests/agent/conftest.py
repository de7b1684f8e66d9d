"""A real agent to talk to, started as on a foreign machine: from its sources, by a bare Python."""

from __future__ import annotations

import base64
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hostproof.collect.link.bundle import BOOTSTRAP, PACKAGE, Bundle, pack_agent

PATIENCE = 30.0  # seconds until a test gives up; nothing here measures time


def running(mark: str) -> list[int]:
    """Return the processes that have `mark` on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in words:
                found.append(int(entry.name))
    return found


def wait_until(what: Callable[[], bool]) -> bool:
    """Return whether it comes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


@dataclass
class Agent:
    """A started agent; `hello` is its first line."""

    process: subprocess.Popen[bytes]
    hello: dict[str, object] = field(default_factory=dict)
    heard: bytes = b""

    def ask(self, *asks: dict[str, object]) -> None:
        """Send asks, numbered from 0 unless they have an id."""
        lines = [json.dumps({"id": number, **ask}) + "\n" for number, ask in enumerate(asks)]
        assert self.process.stdin is not None
        self.process.stdin.write("".join(lines).encode())
        self.process.stdin.flush()

    def line(self) -> dict[str, object]:
        """Return the next line; fails when none comes."""
        assert self.process.stdout is not None
        while b"\n" not in self.heard:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                raise EOFError("the agent said no more")
            self.heard += chunk
        line, _, self.heard = self.heard.partition(b"\n")
        return json.loads(line)  # type: ignore[no-any-return]

    def answers(self, *asks: dict[str, object]) -> list[dict[str, object]]:
        """Ask, and return the answers in the order of the asks."""
        self.ask(*asks)
        found = {answer["id"]: answer for answer in (self.line() for _ in asks)}
        return [found[number] for number in range(len(asks))]

    def answer(self, **ask: object) -> dict[str, object]:
        """Ask one thing and return its answer."""
        return self.answers(ask)[0]

    def run(self, *argv: str, **more: object) -> dict[str, object]:
        """Run a program."""
        return self.answer(ask="run", argv=list(argv), **more)

    def shell(self, text: str, **more: object) -> dict[str, object]:
        """Run a shell's text."""
        return self.answer(ask="run", shell=text, **more)

    def worker(self) -> int:
        """Return the process that does the work; the one we started is its guard."""
        return int(str(self.hello["pid"]))

    def close(self) -> int:
        """Close its input, and return its exit status."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(PATIENCE)


def start_agent(
    prefix: tuple[str, ...] = (), edit: tuple[str, str] = ("", ""), *, probes: bool = False, **more: object
) -> Agent:
    """Start an agent, through another program if `prefix` names one; `edit` replaces a text of its sources."""
    bundle = pack_agent(same_python=False, probes=probes)
    if edit[0]:
        assert edit[0].encode() in bundle.modules
        edited = bundle.modules.replace(edit[0].encode(), edit[1].encode())
        start = BOOTSTRAP.format(format="json", size=len(edited), package=PACKAGE, entry="main", arguments="")
        bundle = Bundle((*bundle.arguments[:-1], start), edited)
    command = (*prefix, sys.executable, *bundle.arguments)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, **more)  # type: ignore[call-overload]
    assert process.stdin is not None
    process.stdin.write(bundle.modules)
    process.stdin.flush()
    agent = Agent(process)
    agent.hello = agent.line()
    return agent


def stop_agent(agent: Agent) -> None:
    """End an agent, whatever state a test left it in."""
    for stream in (agent.process.stdin, agent.process.stdout):
        if stream is not None and not stream.closed:
            stream.close()
    try:
        agent.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(agent.process.pid, signal.SIGKILL)
        agent.process.wait()
        raise


@pytest.fixture(scope="module")
def shared() -> Iterator[Agent]:
    """Start one agent for all tests of a module that do it no harm."""
    started = start_agent()
    yield started
    stop_agent(started)


@pytest.fixture
def agent() -> Iterator[Agent]:
    """Start a fresh agent."""
    started = start_agent()
    yield started
    stop_agent(started)


@pytest.fixture
def agent_as() -> Iterator[Callable[..., Agent]]:
    """Start an agent through another program, and end it after the test."""
    started: list[Agent] = []

    def start(*prefix: str, **more: object) -> Agent:
        started.append(start_agent(prefix, **more))
        return started[-1]

    yield start
    for one in started:
        stop_agent(one)


@pytest.fixture
def mark() -> Iterator[str]:
    """Return a number for `sleep` that nobody else has on the command line; whoever has it afterwards is killed."""
    word = f"30{secrets.randbelow(10**9):09d}"
    yield word
    for pid in running(word):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def alive(mark: str) -> Callable[[], list[int]]:
    """Return the processes that carry the mark."""
    return lambda: running(mark)


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], bool]:
    """Wait for something to come true."""
    return wait_until


def data(answer: dict[str, object], name: str = "data") -> bytes:
    """Return the bytes of an answer."""
    return base64.b64decode(str(answer[name]))


@pytest.fixture
def content() -> Callable[..., bytes]:
    """Return the bytes of an answer."""
    return data


@pytest.fixture
def cause() -> Callable[[dict[str, object]], str]:
    """Return the cause of an answer's error, empty without one."""
    return lambda answer: str(answer.get("error", {}).get("cause", ""))  # type: ignore[attr-defined]
