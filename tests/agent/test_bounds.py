"""Whatever a command does, it gets no more time, memory or children than it was given."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

IGNORING = "trap '' TERM HUP INT; "


def peak(pid: int) -> int:
    """Return the most memory a process ever had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def test_a_flood_takes_no_memory(agent, content, cause) -> None:
    """A child that prints 1 GiB: the answer has the bound's bytes, and the agent stays under 40 MiB."""
    answer = agent.shell("yes | head -c 1G", most=1_000_000)
    assert cause(answer) == "too-large"
    assert content(answer) == b"y\n" * 500_000
    assert answer["size"] > 1_000_000
    assert peak(agent.worker()) < 40 * 2**20
    assert peak(agent.process.pid) < 40 * 2**20


def test_many_floods_at_once_take_no_memory(agent, cause) -> None:
    """Sixteen floods with the usual bound share the room there is."""
    answers = agent.answers(*({"ask": "run", "shell": "yes | head -c 200M; yes >&2"} for _ in range(16)))
    assert {cause(answer) for answer in answers} == {"too-large"}
    assert peak(agent.worker()) < 80 * 2**20  # answers wait to be written: 16 of 1.4 MB


def test_a_flood_on_standard_error_is_bounded_too(agent, content) -> None:
    """Standard error is kept up to 64 KiB, the rest is thrown away, and the command goes on."""
    answer = agent.shell("head -c 3000000 /dev/zero >&2; echo done")
    assert content(answer) == b"done\n"
    assert len(content(answer, "stderr")) == 65536
    assert answer["status"] == 0


def test_what_just_fits_is_no_error(agent, content) -> None:
    """The bound itself is allowed."""
    answer = agent.shell("head -c 1000 /dev/zero", most=1000)
    assert len(content(answer)) == 1000
    assert "error" not in answer


def test_a_hang_ends_at_its_deadline(agent, cause, content, mark: str, alive, until) -> None:
    """What was printed before comes along, and nothing is left."""
    answer = agent.shell(f"echo before; sleep {mark}", timeout=400_000_000)
    assert (cause(answer), content(answer)) == ("timeout", b"before\n")
    assert until(lambda: not alive())


def test_a_command_may_clean_up_at_its_deadline(agent, cause, tmp_path: Path) -> None:
    """SIGTERM comes first, so that temporary files can go."""
    (tmp_path / "temporary").touch()
    text = f"trap 'rm {tmp_path}/temporary; exit 7' TERM; while :; do sleep 0.01; done"
    answer = agent.shell(text, timeout=400_000_000)
    assert (cause(answer), answer["status"]) == ("timeout", 7)
    assert not (tmp_path / "temporary").exists()


def test_ignoring_sigterm_does_not_help(agent, cause, mark: str, alive, until) -> None:
    """SIGKILL follows."""
    answer = agent.shell(f"{IGNORING} sleep {mark} & sleep {mark}; sleep {mark}", timeout=400_000_000)
    assert (cause(answer), answer["status"]) == ("timeout", -9)
    assert until(lambda: not alive())


def test_stopping_itself_does_not_help(agent, cause, mark: str, alive, until) -> None:
    """A stopped process is woken to hear that its time is over."""
    answer = agent.shell(f"sleep {mark} & kill -STOP $$", timeout=400_000_000)
    assert cause(answer) == "timeout"
    assert until(lambda: not alive())


@pytest.mark.parametrize("stay", ["; wait", ""], ids=["the command waits", "the command ends"])
def test_sessions_of_their_own_do_not_help(agent, mark: str, alive, until, stay: str) -> None:
    """Children two sessions away, that ignore signals and whose parents have gone, end with the command."""
    away = f"setsid sh -c '{IGNORING} setsid sh -c \"{IGNORING} sleep {mark} & sleep {mark}\" & sleep {mark} &' &"
    agent.shell(f"{away} {away} sleep 0.1 {stay}", timeout=300_000_000)
    assert until(lambda: not alive())


def test_a_bomb_that_forks_away_is_swept_up(agent, mark: str, alive, until) -> None:
    """Children that keep forking into new sessions while they are killed don't outrun it; the agent still answers."""
    code = (
        "import os, sys, time\n"
        "end = time.monotonic() + 1.5\n"
        "while time.monotonic() < end:\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            os.setsid()\n"
        "            os.environ.clear()\n"
        "            os.execvp('sleep', ['sleep', sys.argv[1]])\n"
        "        os._exit(0)\n"
        "    time.sleep(0.005)\n"
    )
    agent.run(sys.executable, "-c", code, mark, timeout=600_000_000)
    assert agent.run("true")["status"] == 0
    assert until(lambda: not alive())


def test_a_grandchild_that_holds_the_pipe_does_not_hold_us(agent, content, mark: str, alive, until) -> None:
    """The answer comes once the command itself has ended, with what was printed, and the grandchild goes."""
    answer = agent.shell(f"sleep {mark} & echo here")
    assert (content(answer), answer["status"]) == (b"here\n", 0)
    assert "error" not in answer
    assert until(lambda: not alive())


def test_a_grandchild_in_a_session_of_its_own_does_not_hold_us(agent, content, mark: str, alive, until) -> None:
    """Nor if it can't be reached through the group."""
    answer = agent.shell(f"setsid sleep {mark} & echo here")
    assert (content(answer), answer["status"]) == (b"here\n", 0)
    assert until(lambda: not alive())


def test_a_daemon_that_closed_its_outputs_is_found(agent, mark: str, alive, until) -> None:
    """What detaches itself completely is still ours."""
    assert agent.shell(f"setsid sleep {mark} </dev/null >/dev/null 2>&1 & :")["status"] == 0
    assert until(lambda: not alive())


def test_one_command_s_children_are_not_another_s(agent, content, mark: str) -> None:
    """What a running command put into the background stays while others end."""
    away = f"(setsid sleep {mark} &) ; sleep 0.5; pgrep -f 'sleep {mark}' | wc -l"
    answers = agent.answers({"ask": "run", "shell": away}, *({"ask": "run", "argv": ["true"]} for _ in range(20)))
    assert int(content(answers[0])) >= 1


def test_output_after_closing_one_pipe_is_read(agent, content) -> None:
    """A command that closes its standard error, or its output for a while, is still waited for."""
    assert content(agent.shell("exec 2>&-; sleep 0.05; echo late")) == b"late\n"
    assert agent.shell("exec >&- 2>&-; sleep 0.05; exit 5")["status"] == 5


def test_an_engine_that_reads_nothing_costs_no_memory(agent, until) -> None:
    """While answers are not taken, no new commands are begun."""
    agent.ask(*({"ask": "run", "shell": "head -c 1000000 /dev/zero"} for _ in range(40)))
    worker = agent.worker()
    children = Path(f"/proc/{worker}/task/{worker}/children")
    assert until(lambda: len(children.read_text().split()) == 1)  # the hand
    assert peak(worker) < 80 * 2**20
    assert sorted(agent.line()["id"] for _ in range(40)) == list(range(40))
