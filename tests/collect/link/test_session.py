"""Sessions: whatever becomes of the agent, every ask has an answer, and nothing is left running."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hostproof.collect.asks import Ask, Call, ReadFile, RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import Target, parse_target
from hostproof.facts.requests import SECOND
from hostproof.facts.unknown import Cause, Unknown
from offspring import children

LOCAL = parse_target("local")
LONG = 60 * SECOND
FILE = ReadFile("/proc/sys/kernel/ostype")
HELLO = '{"hello":1,"uname":[],"uid":0,"python":"3","clock":1}'


def running(mark: str) -> list[int]:
    """Return the processes that have `mark` on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def comes_true(what: Callable[[], bool]) -> bool:
    """Return whether it comes true within half a minute."""
    end = time.monotonic() + 30
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


@pytest.fixture
def mark() -> Iterator[str]:
    """Return a number for `sleep` that nobody else has on the command line."""
    word = f"31{secrets.randbelow(10**9):09d}"
    yield word
    for pid in running(word):
        os.kill(pid, signal.SIGKILL)


def impostor(script: str) -> Target:
    """Return a target on which a shell's script is started instead of Python."""
    return Target("impostor", ("/bin/sh", "-c", script, "sh"))


def error(target: Target, *asks: Ask, deadline: int = LONG) -> Unknown:
    """Return why the last of the asks was not answered."""
    session = hold_session(target, asks or (FILE,), deadline)
    found = session.answer(len(session.asks) - 1).error
    assert found is not None
    return found


def test_answers_stand_by_their_asks() -> None:
    """Each ask has its own answer, in whatever order they came."""
    slow = RunCommand(shell="sleep 0.1; echo slow")
    asks = [slow, FILE, Call("uname"), ReadFile("/no/such"), RunCommand(("echo", "quick"))]
    session = hold_session(LOCAL, asks, LONG)
    answers = [session.answer(number) for number in range(len(asks))]
    assert [answer.data for answer in answers] == [b"slow\n", b"Linux\n", b"", b"", b"quick\n"]
    assert answers[2].value == list(os.uname())
    assert answers[3].error is not None
    assert answers[3].error.cause is Cause.ABSENT
    assert session.trouble is None
    assert session.hello is not None
    assert session.hello.uid == os.geteuid()


def test_more_is_asked_and_answered_than_pipes_hold() -> None:
    """Thousands of asks and megabytes of answers pass without a jam."""
    asks = [RunCommand(("printf", "%s", "x" * 3000)), *(ReadFile(f"/proc/self/../self/./{n}") for n in range(3000))]
    asks += [RunCommand(shell=f"head -c 900000 /dev/zero; : {n}") for n in range(12)]
    session = hold_session(LOCAL, asks, LONG)
    assert session.trouble is None
    assert [len(session.answer(number).data) for number in range(3001, 3013)] == [900_000] * 12


def test_progress_is_told_as_it_comes(tmp_path: Path) -> None:
    """The count rises to the number of asks, and the first does not wait for the last."""
    told: list[int] = []
    seen: list[bool] = []
    gate = tmp_path / "gate"

    def progress(done: int) -> None:
        told.append(done)
        seen.append(gate.exists())
        gate.touch()

    hold_session(LOCAL, [FILE, RunCommand(shell=f"until [ -e {gate} ]; do sleep 0.01; done")], LONG, progress)
    assert told == [1, 2]
    assert seen == [False, True]


def test_the_deadline_ends_the_run_and_keeps_what_came(mark: str) -> None:
    """What was answered stays, the rest is timeout, nothing is left."""
    session = hold_session(LOCAL, [FILE, RunCommand(("sleep", mark), timeout=LONG)], 2 * SECOND)
    assert session.answer(0).data == b"Linux\n"
    late = session.answer(1).error
    assert late is not None
    assert (late.cause, "2s" in late.detail) == (Cause.TIMEOUT, True)
    assert comes_true(lambda: not running(mark))


def test_an_agent_that_is_killed_fails_what_it_had_not_answered(mark: str) -> None:
    """A command kills the agent's worker: the status is told, and other commands end as well."""
    asks = [FILE, RunCommand(("sleep", mark), timeout=LONG), RunCommand(shell="sleep 1; kill -9 $PPID; sleep 5")]
    session = hold_session(LOCAL, asks, LONG)
    assert session.answer(0).data == b"Linux\n"
    lost = session.answer(1).error
    assert lost is not None
    assert (lost.cause, "status 137" in lost.detail) == (Cause.FAILED, True)
    assert comes_true(lambda: not running(mark))


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("echo garbage", "no JSON"),
        ("echo '{\"hello\":99}'", "protocol 99"),
        (f"echo '{HELLO}'; echo '{{\"id\":5}}'", "ask 5"),
        (f"echo '{HELLO}'; echo '{{\"id\":0}}{{\"id\":0}}'", "no JSON"),
        (f"echo '{HELLO}'; echo '{HELLO}'", "id is no number"),
        ("head -c 70000000 /dev/zero", "more than it was asked for"),
        ("exit 3", "status 3"),
        ("echo Traceback >&2; echo 'what: went wrong' >&2; exit 1", "what: went wrong"),
        ("kill -9 $$", "status -9"),
        (f"echo '{HELLO}'", "status 0"),
    ],
)
def test_an_agent_that_talks_nonsense_is_an_error(script: str, word: str) -> None:
    """Garbage, another protocol, answers to nothing, an early end: failed, with what happened."""
    found = error(impostor(script), FILE)
    assert found.cause is Cause.FAILED
    assert word in found.detail


def test_an_answer_twice_is_an_error() -> None:
    """A second answer to the same ask is not believed, and ends the session."""
    twice = f"echo '{HELLO}'; echo '{{\"id\":0}}'; echo '{{\"id\":0}}'; cat"
    found = error(impostor(twice), FILE, FILE)
    assert (found.cause, "ask 0" in found.detail) == (Cause.FAILED, True)


def test_no_python_is_no_tool() -> None:
    """A program that isn't there, and a shell that finds none."""
    for target in (Target("x", ("/no/such/python",)), Target("x", ("no-such-python",)), impostor("exit 127")):
        assert error(target).cause is Cause.NO_TOOL


def test_a_command_that_ends_the_agent_is_no_bug_of_ours() -> None:
    """What was not answered says that something ended the agent, and what to look for."""
    found = error(LOCAL, RunCommand(("sh", "-c", "kill -TERM $PPID; sleep 60")))
    assert (found.cause, "something ended the agent" in found.detail) == (Cause.FAILED, True)
    assert "a command of a pack" in found.cure


def test_an_ignored_child_is_no_error() -> None:
    """Where the kernel itself buries children, only the agent's exit status is lost."""
    usual = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        session = hold_session(LOCAL, (FILE,), LONG)
    finally:
        signal.signal(signal.SIGCHLD, usual)
    assert session.answer(0).error is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may unmount")
def test_without_proc_it_is_said_that_proc_is_missing() -> None:
    """Nobody is sent to install a Python that is there."""
    script = (
        "from hostproof.collect.link.session import hold_session; from hostproof.collect.asks import ReadFile\n"
        "from hostproof.collect.target import parse_target\n"
        "found = hold_session(parse_target('local'), (ReadFile('/etc/hostname'),), 10**10).answer(0).error\n"
        "print(found.cause, found.detail, found.cure, sep='|')"
    )
    command = ["unshare", "-m", "sh", "-c", 'umount -l /proc && exec "$0" -c "$1"', sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if "umount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("no mount namespaces here")
    assert done.stdout.startswith("failed|/proc is not mounted"), done.stderr
    assert done.stdout.endswith("|mount -t proc proc /proc\n")


def test_too_few_open_files_are_told_as_that() -> None:
    """A limit that is met is no missing Python."""
    script = (
        "import resource, sh\n"
        "from hostproof.collect.link.session import hold_session; from hostproof.collect.asks import ReadFile\n"
        "from hostproof.collect.target import parse_target\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (11, 11))\n"
        "found = hold_session(parse_target('local'), (ReadFile('/etc/hostname'),), 10**10).answer(0).error\n"
        "print(found.detail, found.cure, sep='|')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert "Too many open files" in done.stdout, done.stderr
    assert "raise the limit" in done.stdout


def test_an_agent_that_ignores_everything_is_killed(mark: str) -> None:
    """It neither answers nor ends when its input does: its group is killed."""
    found = error(impostor(f"trap '' TERM HUP; sleep {mark}"), deadline=SECOND // 5)
    assert found.cause is Cause.TIMEOUT
    assert comes_true(lambda: not running(mark))


def test_no_descriptor_and_no_thread_is_left() -> None:
    """A session gives back all it took, also one that failed."""
    import threading

    hold_session(LOCAL, [FILE], LONG)
    before = (len(os.listdir("/proc/self/fd")), threading.active_count())  # noqa: PTH208 - counted, not used
    there = children()
    for target in (LOCAL, impostor("echo garbage"), Target("x", ("/no/such/python",))):
        hold_session(target, [FILE], LONG)
    assert comes_true(lambda: threading.active_count() <= before[1])  # a cancelled timer ends a moment later
    assert len(os.listdir("/proc/self/fd")) == before[0]  # noqa: PTH208 - as above
    assert children() == there


PROGRAM = """
import sys
from hostproof.collect.asks import RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
hide = "setsid sh -c 'sleep {0} & sleep {0}' & sleep {0}".format(sys.argv[1])
try:
    hold_session(parse_target("local"), [RunCommand(shell=hide, timeout=10**12)] * 3, 10**12)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise
"""


@pytest.mark.parametrize("sent", [1, 3])
def test_ctrl_c_ends_everything(mark: str, sent: int) -> None:
    """A real SIGINT to the whole process group: the interrupt passes through, once all that was started has ended."""
    argv = [sys.executable, "-c", PROGRAM, mark]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert comes_true(lambda: len(running(f"sleep\0{mark}")) >= 9)
    for _ in range(sent):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.02)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert output == b"interrupted\n" or sent > 1
    assert comes_true(lambda: not running(mark))


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.02, 0.04, 0.08])
def test_ctrl_c_at_any_moment_leaves_nothing(mark: str, moment: float) -> None:
    """Also while the agent is being started."""
    program = "import sh\nprint(flush=True)\n" + PROGRAM
    process = subprocess.Popen(
        [sys.executable, "-c", program, mark],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert comes_true(lambda: not running(mark))


def test_an_engine_that_is_killed_takes_all_with_it(mark: str) -> None:
    """SIGKILL to the engine, which can clear up nothing itself."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, mark], start_new_session=True)
    assert comes_true(lambda: len(running(f"sleep\0{mark}")) >= 9)
    process.kill()
    process.wait()
    assert comes_true(lambda: not running(mark))
