"""The agent runs commands: their outputs, their status, their surroundings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def agent(shared):
    """Use one agent for all tests here."""
    return shared


def test_both_outputs_and_the_status_come_back(agent, content) -> None:
    """Standard output, standard error and exit status are told apart."""
    answer = agent.shell("echo out; echo err >&2; exit 3")
    assert (content(answer), content(answer, "stderr"), answer["status"]) == (b"out\n", b"err\n", 3)
    assert answer["size"] == 4
    assert answer["took"] > 0
    assert "error" not in answer


def test_arguments_pass_no_shell(agent, content) -> None:
    """What a shell would obey reaches the program as it is."""
    assert content(agent.run("printf", "%s|", "$HOME; *", "a b", "")) == b"$HOME; *|a b||"


def test_output_may_be_any_bytes(agent, content) -> None:
    """Output that is no text comes back byte for byte."""
    code = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 300)"
    assert content(agent.run(sys.executable, "-c", code)) == bytes(range(256)) * 300


def test_a_death_by_signal_is_a_negative_status(agent) -> None:
    """The status of a killed command is the signal's number, negative."""
    assert agent.shell("kill -9 $$")["status"] == -9


def test_a_missing_program_is_no_tool(agent, cause) -> None:
    """A program that is not on PATH, or not where it was said to be."""
    for answer in agent.answers({"ask": "run", "argv": ["no-such-tool"]}, {"ask": "run", "argv": ["/no/such/tool"]}):
        assert cause(answer) == "no-tool"
        assert "such" in answer["error"]["detail"]


def test_what_cannot_be_run_says_why(agent, cause, tmp_path: Path) -> None:
    """No permission, no interpreter, no program at all: each has its cause."""
    texts = {"plain": ("echo\n", 0o644), "lost": ("#!/no/such/shell\n", 0o755), "garbage": ("\x7fELF garbage", 0o755)}
    for name, (text, mode) in texts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    plain, lost, garbage = agent.answers(*({"ask": "run", "argv": [f"{tmp_path}/{name}"]} for name in texts))
    assert cause(plain) == "denied"
    assert cause(lost) == "no-tool"
    assert "interpreter" in lost["error"]["detail"]
    assert cause(garbage) == "failed"


def test_no_program_is_an_error(agent, cause) -> None:
    """An ask without a program is answered, not obeyed."""
    for answer in agent.answers({"ask": "run", "argv": []}, {"ask": "run"}, {"ask": "run", "argv": "ls"}):
        assert cause(answer) == "failed"


def test_arguments_that_are_too_long_are_an_error(agent, cause) -> None:
    """The kernel takes no argument of more than 128 KiB."""
    assert cause(agent.run("true", "x" * 200_000)) == "failed"


def test_the_environment_is_clean(agent_as, content) -> None:
    """A command sees only what is documented, whatever the agent was given."""
    env = {
        "PATH": "relative:/opt/own:/usr/bin",
        "HOME": "/h",
        "SECRET": "s",
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Tokyo",
    }
    words = content(agent_as(env=env).run("env")).decode().split("\n")[:-1]
    assert sorted(words) == [
        "HOME=/h",
        "HOSTPROOF_ASK=0",
        "LC_ALL=C",
        "PATH=/opt/own:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
        "TERM=dumb",
    ]


def test_the_surroundings_are_those_of_a_fresh_login(agent_as, content) -> None:
    """Ignored and blocked signals, descriptors and the working folder of whoever started us don't reach a command."""
    ignoring = ("sh", "-c", 'trap "" PIPE INT TERM HUP XFSZ; exec "$@"', "sh")
    ends = os.pipe()
    agent = agent_as(*ignoring, pass_fds=ends)
    for end in ends:
        os.close(end)
    text = "grep -E 'Sig(Ign|Blk)' /proc/self/status; pwd; ls /proc/self/fd | tr '\\n' ' '; cat; ps -o sid=,pgid= -p $$"
    lines = content(agent.shell(text)).decode().split("\n")
    glibc = 0b11 << 31  # its posix_spawn leaves signals 32 and 33 ignored, which it keeps for itself
    assert [int(line.split()[1], 16) & ~glibc for line in lines[:2]] == [0, 0]
    assert lines[2] == "/"
    sid, pgid = lines[3].removeprefix("0 1 2 3 ").split()
    assert sid == pgid  # a session of its own, and empty input


def test_two_hundred_commands_run_side_by_side(agent, content) -> None:
    """All are answered, each with its own output, more than one at a time and never more than the bound."""
    text = "sleep 0.02; echo {}"
    answers = agent.answers(*({"ask": "run", "shell": text.format(number)} for number in range(200)))
    assert [content(answer) for answer in answers] == [f"{number}\n".encode() for number in range(200)]


def test_a_quick_command_does_not_wait_for_a_slow_one(agent, tmp_path: Path) -> None:
    """Answers come as commands end: the first asked here can only end once the second one's answer is here."""
    gate = tmp_path / "gate"
    agent.ask({"ask": "run", "shell": f"until [ -e {gate} ]; do sleep 0.01; done"}, {"ask": "run", "argv": ["true"]})
    assert agent.line()["id"] == 1
    gate.touch()
    assert agent.line()["id"] == 0


def test_no_more_than_sixteen_run_at_once(agent, content, tmp_path: Path) -> None:
    """The bound holds: each counts who is there besides it."""
    text = f"touch {tmp_path}/$$; ls {tmp_path} | wc -l; sleep 0.05; rm {tmp_path}/$$"
    counts = [int(content(a)) for a in agent.answers(*({"ask": "run", "shell": text} for _ in range(60)))]
    assert 2 <= max(counts) <= 16


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_limit_of_processes_delays_but_loses_nothing(agent_as, content) -> None:
    """Where no further process can be had, commands wait for others to end."""
    nobody = agent_as("prlimit", "--nproc=9", "setpriv", "--reuid=64123", "--regid=64123", "--clear-groups")
    answers = nobody.answers(*({"ask": "run", "argv": ["echo", str(number)]} for number in range(40)))
    assert [content(answer) for answer in answers] == [f"{number}\n".encode() for number in range(40)]


def test_a_limit_of_open_files_delays_but_loses_nothing(agent_as, content) -> None:
    """Where no further pipe can be had, commands wait for others to end."""
    tight = agent_as("prlimit", "--nofile=20")
    answers = tight.answers(*({"ask": "run", "argv": ["echo", str(number)]} for number in range(40)))
    assert [content(answer) for answer in answers] == [f"{number}\n".encode() for number in range(40)]


@pytest.mark.parametrize("argv", [["echo", "a\0b"], ["a\0b"], ["/a\0b"], ["echo", "\ud800"]])
def test_an_argument_that_no_program_can_have_is_an_error(agent, argv: list[str]) -> None:
    """A NUL, or a character that can't be encoded, costs this ask alone."""
    assert "error" in agent.run(*argv)
    assert agent.run("true")["status"] == 0


def test_an_unknown_ask_is_unsupported(agent, cause) -> None:
    """A newer engine may ask for what this agent doesn't know."""
    assert cause(agent.answer(ask="dance")) == "unsupported"
