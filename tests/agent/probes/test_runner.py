"""A probe's process: steps apart from each other, deadlines, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probing.runner import start_probe
from hostproof.agent.probing.step import Context, Step

from ..conftest import running, wait_until

Learn = Callable[[Context], "dict[str, object]"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., dict[str, dict[str, object]]]]:
    """Give a function that runs steps as a probe `tried`; facts are named a, b, c... in the steps' order."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def ask(*learn: Learn, most: float = 20.0, effort: str = "usual") -> dict[str, dict[str, object]]:
        module = ModuleType("hostproof.agent.probes.tried")
        names = "abcdef"[: len(learn)]
        module.STEPS = tuple(Step((name,), one, most) for name, one in zip(names, learn, strict=True))  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        asked = {"id": 1, "name": "tried", "wanted": list(names), "effort": effort, "arguments": {}}
        pid, out, err = start_probe(asked, "1")
        os.set_blocking(out, True)
        with os.fdopen(out, "rb") as said, os.fdopen(err, "rb") as cries:
            lines = [json.loads(line) for line in said]
            os.set_blocking(cries.fileno(), True)
            assert cries.read() == b""
        os.waitpid(pid, 0)
        found: dict[str, dict[str, object]] = {"values": {}, "unknown": {}}
        for line in lines:
            found["values"].update(line["values"])
            found["unknown"].update({name: why["cause"] for name, why in line["unknown"].items()})
        return found

    yield ask
    assert list(tmp_path.iterdir()) == []


def one(context: Context) -> dict[str, object]:
    """Learn that b is 1."""
    return {"b": 1}


Run = Callable[..., dict[str, dict[str, object]]]


def test_a_step_that_dies_costs_its_own_facts(run: Run) -> None:
    """A step that is killed leaves the next one untouched."""

    def die(context: Context) -> dict[str, object]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {"a": 1}

    assert run(die, one) == {"values": {"b": 1}, "unknown": {"a": "failed"}}


def test_a_step_that_hangs_is_ended(run: Run) -> None:
    """A step beyond its deadline is ended; the next one still runs."""

    def hang(context: Context) -> dict[str, object]:
        time.sleep(60)
        return {}

    def quick(context: Context) -> dict[str, object]:
        return {"b": 1}

    assert run(hang, quick, most=0.5) == {"values": {"b": 1}, "unknown": {"a": "timeout"}}


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        (PermissionError(1, "no"), "denied"),
        (OSError(38, "no"), "unsupported"),
        (AskError("inconclusive", "noise", "be quiet"), "inconclusive"),
        (MemoryError(), "failed"),
        (KeyError("x"), "failed"),
    ],
)
def test_what_a_step_raises_is_the_reason(run: Run, problem: Exception, cause: str) -> None:
    """Errors of the kernel become causes, a bug of ours too."""

    def fail(context: Context) -> dict[str, object]:
        raise problem

    assert run(fail) == {"values": {}, "unknown": {"a": cause}}


def test_a_fact_alone_can_be_unknown(run: Run) -> None:
    """An error in the place of a value is that fact's; one that a step forgets is a bug, and told."""
    assert run(lambda context: {"a": AskError("denied", "x")}) == {"values": {}, "unknown": {"a": "denied"}}
    assert run(lambda context: {}) == {"values": {}, "unknown": {"a": "failed"}}
    assert run(lambda context: {"a": float("nan")}) == {"values": {}, "unknown": {"a": "failed"}}


def test_what_a_step_starts_ends_with_it(run: Run) -> None:
    """A grandchild in a session of its own, which holds the pipe open, delays nothing and does not survive."""
    mark = f"hostproof-stray-{os.getpid()}"

    def leave(context: Context) -> dict[str, object]:
        if os.fork() == 0:
            os.setsid()
            os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", mark])
        assert wait_until(lambda: bool(running(mark)))
        return {"a": 1}

    assert run(leave, one)["values"] == {"a": 1, "b": 1}
    assert running(mark) == []


def test_a_step_changes_only_itself(run: Run) -> None:
    """Limits, affinity and handlers of one step are gone in the next."""

    def change(context: Context) -> dict[str, object]:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return {"a": 1}

    def look(context: Context) -> dict[str, object]:
        import resource

        handled = signal.getsignal(signal.SIGTERM)
        return {"b": [resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 16, handled == signal.SIG_DFL]}

    assert run(change, look)["values"] == {"a": 1, "b": [True, True]}


def test_the_scratch_folder_is_shared_and_removed(run: Run) -> None:
    """Steps of a probe write into one folder, which is gone afterwards; `run` looks."""

    def write(context: Context) -> dict[str, object]:
        path = Path(context.scratch()) / "deep" / "file"
        path.parent.mkdir()
        path.write_text("x")
        return {"a": oct(Path(context.scratch()).stat().st_mode)}

    def read(context: Context) -> dict[str, object]:
        return {"b": (Path(context.scratch()) / "deep" / "file").read_text()}

    assert run(write, read)["values"] == {"a": "0o40700", "b": "x"}


def test_efforts_differ(run: Run) -> None:
    """What takes long is learnt in a full run only, and says so in others."""

    def learn(context: Context) -> dict[str, object]:
        context.needs_full("this")
        return {"a": context.pick(1, 2, 3)}

    assert run(learn) == {"values": {}, "unknown": {"a": "not-collected"}}
    assert run(learn, effort="full") == {"values": {"a": 3}, "unknown": {}}


def test_a_step_is_known_by_its_name(run: Run) -> None:
    """The kernel's logs show which probe it was, and of which run."""
    found = run(lambda context: {"a": Path("/proc/self/comm").read_text()})["values"]["a"]
    assert found == f"hp-tried.{os.getpid() % 4096:03x}\n"
