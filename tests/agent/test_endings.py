"""However a run ends, everything that the agent started ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HIDDEN = "setsid sh -c 'trap \"\" TERM; sleep {0} & sleep {0}' & trap '' TERM; sleep {0}"


@pytest.fixture
def busy(agent, mark: str, alive, until) -> Callable[[], list[int]]:
    """Have the agent run commands that ignore SIGTERM and hide; return what finds them."""
    agent.ask(*({"ask": "run", "shell": HIDDEN.format(mark)} for _ in range(3)), {"ask": "file", "path": "/etc/passwd"})
    assert agent.line()["id"] == 3
    assert until(lambda: len(alive()) >= 12)
    return alive


def test_a_closed_input_ends_everything(agent, busy, until) -> None:
    """The engine has gone: so does the agent, with all it started."""
    assert agent.close() == 0
    assert until(lambda: not busy())


def test_a_closed_output_ends_everything(agent, busy, until) -> None:
    """Nobody reads any more: the same."""
    agent.process.stdout.close()
    agent.ask({"ask": "file", "path": "/etc/passwd"})
    assert agent.process.wait(30) == 0
    assert until(lambda: not busy())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_its_group_ends_everything(agent, busy, until, number: signal.Signals) -> None:
    """What a terminal, a shell or systemd sends reaches all."""
    os.killpg(agent.process.pid, number)
    assert agent.process.wait(30) == 0
    assert until(lambda: not busy())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_the_death_of_the_worker_ends_everything(agent, busy, until, number: signal.Signals) -> None:
    """The guard clears up after it."""
    os.kill(agent.worker(), number)
    assert agent.process.wait(30) == (0 if number == signal.SIGTERM else 128 + number)
    assert until(lambda: not busy())


def test_the_death_of_the_worker_leaves_no_scratch_folder(agent_as, until, tmp_path: Path) -> None:
    """What a probe was writing to is removed by the guard, if nobody else is left to do it."""
    agent = agent_as(probes=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    probe = {"ask": "probe", "name": "files", "wanted": ["fsync.time"], "arguments": {"folder": ""}, "effort": "full"}
    agent.ask(probe, {"ask": "end"})
    left = f"hostproof-{agent.worker()}-0"
    assert until(lambda: (tmp_path / left).is_dir())
    os.kill(agent.worker(), signal.SIGKILL)
    assert agent.process.wait(30) == 128 + signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_worker_is_ended_too(agent, busy, until) -> None:
    """A worker that does not react is killed by its guard."""
    os.kill(agent.worker(), signal.SIGSTOP)
    os.kill(agent.process.pid, signal.SIGTERM)
    assert agent.process.wait(30) == 128 + signal.SIGKILL
    assert until(lambda: not busy())


def test_the_death_of_the_guard_ends_everything(agent, busy, until) -> None:
    """The worker hears of it from the kernel."""
    os.kill(agent.process.pid, signal.SIGKILL)
    assert until(lambda: not busy())
    assert until(lambda: not Path(f"/proc/{agent.worker()}").exists())


def test_the_death_of_the_parent_ends_everything(mark: str, alive, until) -> None:
    """Whoever started the agent is killed, while somebody else keeps the agent's input open."""
    read_end, write_end = os.pipe()
    code = (
        "import subprocess, sys, json, os\n"
        "from hostproof.collect.link.bundle import pack_agent\n"
        "bundle = pack_agent(True)\n"
        "ask = json.dumps({'id': 0, 'ask': 'run', 'shell': sys.argv[2]}).encode()\n"
        "command = [sys.executable, *bundle.arguments]\n"
        "agent = subprocess.Popen(command, stdin=int(sys.argv[1]), start_new_session=True)\n"
        "os.write(int(sys.argv[3]), bundle.modules + ask + b'\\n')\n"
        "agent.wait()\n"
    )
    argv = [sys.executable, "-c", code, str(read_end), HIDDEN.format(mark), str(write_end)]
    # More than a pipe holds is written, so it must be larger.
    import fcntl

    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 1 << 20)
    parent = subprocess.Popen(argv, pass_fds=(read_end, write_end), stdout=subprocess.DEVNULL)
    sleeping = f"sleep {mark}"
    assert until(lambda: sum(Path(f"/proc/{pid}/comm").read_text() == "sleep\n" for pid in alive()) >= 3), sleeping
    parent.kill()
    parent.wait()
    assert until(lambda: not alive())
    os.close(read_end)
    os.close(write_end)


def test_a_finished_run_leaves_nothing(agent, mark: str, alive, until) -> None:
    """After `end` and the last answer the agent goes by itself, and takes what commands left."""
    agent.ask({"ask": "run", "shell": f"setsid sleep {mark} >/dev/null 2>&1 & :"}, {"ask": "end"})
    assert agent.line()["id"] == 0
    assert agent.process.wait(30) == 0
    assert until(lambda: not alive())


def test_a_hand_that_dies_costs_one_ask(agent, cause) -> None:
    """The process that reads files is killed: what it was at fails, all else is answered."""
    agent.answer(ask="file", path="/etc/passwd")
    worker = agent.worker()
    (hand,) = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    os.kill(int(hand), signal.SIGSTOP)
    agent.ask(*({"ask": "file", "path": "/etc/passwd"} for _ in range(300)))
    os.kill(int(hand), signal.SIGKILL)
    causes = [cause(agent.line()) for _ in range(300)]
    assert sorted(set(causes)) in (["", "failed"], [""])
    assert causes.count("failed") <= 1


def test_a_hand_that_hangs_costs_one_ask(agent_as, cause, content, until) -> None:
    """What does not end in time is answered with timeout, and a new hand does the rest."""
    agent = agent_as(edit=("MOST_TIME = 5.0", "MOST_TIME = 0.3"))
    agent.answer(ask="file", path="/etc/passwd")
    worker = agent.worker()
    (hand,) = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    os.kill(int(hand), signal.SIGSTOP)  # as a dead file server would
    first, second = agent.answers({"ask": "file", "path": "/etc/passwd"}, {"ask": "file", "path": "/etc/group"})
    assert cause(first) == "timeout"
    assert b"root" in content(second)
    assert until(lambda: not Path(f"/proc/{hand}").exists())


def test_a_hanging_file_does_not_stop_commands(agent) -> None:
    """Commands go on while a file hangs."""
    agent.answer(ask="file", path="/etc/passwd")
    worker = agent.worker()
    (hand,) = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    os.kill(int(hand), signal.SIGSTOP)
    agent.ask({"ask": "file", "path": "/etc/passwd"}, {"ask": "run", "argv": ["true"]})
    assert agent.line()["id"] == 1
    os.kill(int(hand), signal.SIGCONT)
    assert agent.line()["id"] == 0


def test_no_test_file_is_left_behind(agent, tmp_path: Path) -> None:
    """A call that writes and executes a file finishes before the agent ends."""
    agent.ask(*({"ask": "call", "name": "write_and_execute", "arguments": [str(tmp_path)]} for _ in range(100)))
    agent.line()
    os.killpg(agent.process.pid, signal.SIGTERM)
    assert agent.process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="unmounting needs root")
def test_it_works_without_proc(agent_as, content, mark: str, alive, until) -> None:
    """In a bare chroot there is no /proc: files and commands are still read, and hang no longer than they may."""
    script = 'umount -l /proc && exec "$@"'
    probe = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"unmounting is not allowed here: {probe.stderr.decode()}")
    agent = agent_as("unshare", "-m", "sh", "-c", script, "sh")
    passwd, echo, hang = agent.answers(
        {"ask": "file", "path": "/etc/passwd"},
        {"ask": "run", "argv": ["echo", "x"]},
        {"ask": "run", "argv": ["sleep", mark], "timeout": 100_000_000},
    )
    assert b"root" in content(passwd)
    assert content(echo) == b"x\n"
    assert hang["error"]["cause"] == "timeout"
    agent.ask({"ask": "run", "shell": f"trap '' TERM; sleep {mark}; sleep {mark}"})
    assert until(lambda: len(alive()) >= 2)
    assert agent.close() == 0
    assert until(lambda: not alive())


def test_an_ask_that_is_no_json_ends_it_with_a_word(agent_as, mark: str, alive, until) -> None:
    """An engine that talks nonsense hears why on standard error."""
    agent = agent_as(stderr=subprocess.PIPE)
    agent.ask({"ask": "run", "argv": ["sleep", mark]})
    assert until(lambda: len(alive()) == 1)
    agent.process.stdin.write(b"nonsense\n")
    agent.process.stdin.flush()
    assert agent.process.wait(30) == 70
    assert b"JSONDecodeError" in agent.process.stderr.read()
    agent.process.stderr.close()
    assert until(lambda: not alive())
