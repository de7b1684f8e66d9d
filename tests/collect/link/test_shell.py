"""The stand-in where there is no Python, run by every shell that can be had, beside the agent that it stands in for."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.collect.asks import Answer, Ask, Call, Probe, ReadFile, ReadGlob, RunCommand
from hostproof.collect.link.session import hold_session
from hostproof.collect.link.shell import Dialect, shell_program, spell_word, stand_in
from hostproof.collect.link.wire import WireError
from hostproof.collect.run import collect
from hostproof.collect.target import START, Target, parse_target
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.requests import SECOND
from hostproof.facts.unknown import Cause
from hostproof.rulepack.find import find_pack
from hostproof.rulepack.load import load_pack
from sshservers import FETCHED

LONG = 60 * SECOND
SHELLCHECK = shutil.which("shellcheck")
LOCAL = parse_target("local")
WITHOUT_PYTHON = START.replace("for p in python3 /usr/libexec/platform-python", "for p in no-such-python")
CANDIDATES = (("dash",), ("bash", "--posix"), ("busybox", "ash"), ("mksh",), ("posh",), ("yash",))
# What a shell can't ask the kernel, and what changes between two looks.
CALLED = ("adjtimex", "cgroups", "filesystems", "getrandom", "interfaces", "loopback", "temp")
MOVING = {"memory.available", "memory.committed", "processes.threads", "sysctl.fs.file-nr"}


def shells() -> list[tuple[str, ...]]:
    """Return the command lines of the shells that are installed or fetched."""
    folders = [str(FETCHED / name) for name in ("bin", "usr/bin")]
    path = ":".join([*folders, os.environ["PATH"]])
    return [(found, *options) for name, *options in CANDIDATES if (found := shutil.which(name, path=path))]


def target(shell: tuple[str, ...] = ("/bin/sh",), before: str = "") -> Target:
    """Return this machine as one without Python, behind a shell; `before` is run there first."""
    return Target("shell", (*shell, "-c", before + WITHOUT_PYTHON), foreign=True)


def ask_all(where: Target, *asks: Ask) -> list[Answer]:
    """Return the answers of a target."""
    session = hold_session(where, asks, LONG)
    assert session.trouble is None, session.trouble
    return [session.answer(number) for number in range(len(asks))]


def said(answer: Answer) -> tuple[object, ...]:
    """Return what of an answer has to be the same whoever gave it."""
    return (answer.data, answer.files, answer.value, answer.status, answer.stderr, answer.error, dict(answer.missed))


each_shell = pytest.mark.parametrize("shell", shells(), ids=lambda words: Path(words[0]).name)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Return a folder of files with odd names and contents."""
    for name in ("plain", "two words", "new\nline", "quo'te\"s", "$(touch gone)", "back\\slash", "*", "-n", "\u00e9"):
        (tmp_path / name).write_bytes(bytes(range(256)) + name.encode())
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / ".hidden").touch()
    os.mkfifo(tmp_path / "fifo")
    return tmp_path


@each_shell
def test_answers_are_those_of_the_agent(shell: tuple[str, ...], odd: Path) -> None:
    """Files, patterns, commands and the calls that it knows: bytes, texts, reasons and status alike."""
    asks: list[Ask] = [
        *(ReadFile(str(odd / name)) for name in sorted(path.name for path in odd.iterdir())),
        *(ReadFile(path) for path in ("/proc/sys/kernel/ostype", "/no/such", "/etc/passwd/x", "/dev/null", "/etc")),
        ReadGlob(f"{odd}/*", 300),
        *(ReadGlob(text) for text in (f"{odd}/none*", "/no/such/*", "/etc/passwd/*", f"{odd}/fol*/*", f"{odd}/.h*")),
        ReadGlob("/sys/class/net/*/mtu"),
        RunCommand(("printf", "%s|", "a b", "", "new\nline", "$(id)", "*", "'", '"', "\\", "\u00e9", "-")),
        RunCommand(shell="echo out; echo err >&2; exit 3"),
        RunCommand(shell="printf '\\000\\001\\377'; pwd; cat; echo $HOME $TERM $LC_ALL $PATH"),
        RunCommand(("nonesuch",)),
        RunCommand(("/no/such",)),
        RunCommand(("/etc/passwd",)),
        RunCommand(shell="head -c 3000000 /dev/zero", most=1000000),
        RunCommand(shell="head -c 300000 /dev/zero >&2"),
        Call("uname"),
        Call("readlink", ("/proc/self/ns/net", "/etc/passwd", str(odd / "dangling"), "/no/such")),
        Call("which", ("sh", "nonesuch")),
        Call("listdir", (str(odd),)),
    ]
    for ask, theirs, ours in zip(asks, ask_all(LOCAL, *asks), ask_all(target(shell), *asks), strict=True):
        if theirs.error is not None and theirs.error.cause is Cause.TOO_LARGE:
            assert ours.data == theirs.data, ask
            assert ours.error is not None, ask
            assert ours.error.cause is Cause.TOO_LARGE, ask
        else:
            assert said(ours) == said(theirs), ask


def test_a_file_over_the_bound_is_cut() -> None:
    """Its beginning comes with the error; only the agent knows how long it is."""
    (answer,) = ask_all(target(), ReadFile("/bin/sh", 100))
    assert answer.error is not None
    assert answer.error.cause is Cause.TOO_LARGE
    assert (len(answer.data), answer.size) == (100, 101)


@pytest.mark.parametrize(
    "lacks", ["base64", "head", "base64() { command base64 | cat; }; :", "setsid", "grep", "env() { return 1; }; :"]
)
def test_it_makes_do_without_a_tool(lacks: str, odd: Path) -> None:
    """Bytes are spelled with what is there."""
    before = f"{lacks}() {{ return 127; }}; " if lacks.isalnum() else f"{lacks}; "
    asks: tuple[Ask, ...] = (ReadGlob(f"{odd}/*"), RunCommand(shell="printf '\\000\\377'"), ReadFile("/no/such"))
    theirs, ours = ask_all(LOCAL, *asks), ask_all(target(before=before), *asks)
    assert [said(answer) for answer in ours] == [said(answer) for answer in theirs]


@pytest.mark.parametrize("ask", [Call("affinity"), Probe("tcp", (), ("loopback.works",), SECOND)])
def test_what_needs_python_says_so(ask: Ask) -> None:
    """Probes and direct calls are unknown, with what helps."""
    (answer,) = ask_all(target(), ask)
    assert answer.error is not None
    assert answer.error.cause is Cause.NO_TOOL
    assert "install python3" in answer.error.cure


def test_facts_are_the_same() -> None:
    """Of the pack linux all facts that come from files and commands; the others are unknown and say why."""
    requests = load_pack(find_pack("linux"), builtin_catalog()).needed(None)
    theirs, ours = collect(requests, LOCAL, LONG), collect(requests, target(), LONG)
    lacking = {name: why for name, why in ours.unknown.items() if why.cause is Cause.NO_TOOL}
    assert {why.detail.split()[1] for why in lacking.values()} <= set(CALLED)
    known = theirs.values.keys() - lacking.keys() - MOVING
    assert len(known) > 40
    assert {name: ours.get(name) for name in known} == {name: theirs.values[name] for name in known}


def marks() -> str:
    """Return a number of seconds for `sleep` that nobody else has on the command line."""
    return f"31{secrets.randbelow(10**9):09d}"


def running(mark: str) -> list[int]:
    """Return the processes that have `mark` on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0") and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def gone(mark: str) -> bool:
    """Return whether all those processes have ended within half a minute; kill them if not."""
    end = time.monotonic() + 30
    while running(mark):
        if time.monotonic() > end:
            for pid in running(mark):
                os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


@each_shell
@pytest.mark.parametrize(
    "text", ["sleep {}", "trap '' TERM; sleep {}", "(setsid sleep {} &); sleep {}", "exec env -i sleep {}"]
)
def test_a_command_has_a_deadline(shell: tuple[str, ...], text: str) -> None:
    """It ends, whatever it does against it, and what it printed before is there."""
    mark = marks()
    slow = RunCommand(shell="echo begun; " + text.replace("{}", mark), timeout=SECOND // 2)
    answer, after = ask_all(target(shell), slow, RunCommand(("echo", "after")))
    assert answer.error is not None
    assert answer.error.cause is Cause.TIMEOUT
    assert answer.data == b"begun\n"
    assert after.data == b"after\n", after
    assert gone(mark)


@each_shell
def test_what_a_command_leaves_behind_is_ended(shell: tuple[str, ...]) -> None:
    """In its session, in one of its own, and with the pipe still open; the answer doesn't wait for it."""
    mark = marks()
    texts = [f"sleep {mark} & echo left", f"setsid sleep {mark} & echo left", f"(sleep {mark} >/dev/null 2>&1 &)"]
    left = ask_all(target(shell), *(RunCommand(shell=text) for text in texts))
    assert [answer.error for answer in left] == [None] * 3
    assert gone(mark)


@each_shell
def test_nothing_is_left_when_the_engine_goes(shell: tuple[str, ...]) -> None:
    """Command, guard and shell end when the time of the run is over."""
    mark = marks()
    asks = (RunCommand(shell=f"trap '' TERM HUP; sleep {mark}"), RunCommand(("sleep", mark)))
    session = hold_session(target(shell, f": {mark}; "), asks, 3 * SECOND // 2)
    assert session.answer(1).error is not None
    assert gone(mark)


def test_nothing_is_left_when_the_engine_is_killed() -> None:
    """A closed input is enough: no signal comes from a connection that broke."""
    mark = marks()
    ask = RunCommand(shell=f"trap '' TERM HUP; sleep {mark}")
    shell = subprocess.Popen(
        ["/bin/sh", "-c", WITHOUT_PYTHON], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert shell.stdin is not None
        shell.stdin.write(shell_program((ask,)))
        shell.stdin.flush()
        end = time.monotonic() + 30
        while not running(mark):
            assert time.monotonic() < end, "it never began"
            time.sleep(0.05)
        shell.stdin.close()
        assert gone(mark)
        shell.wait(30)
    finally:
        shell.kill()
        shell.wait()
        assert shell.stdout is not None
        shell.stdout.close()


def test_no_file_is_written(tmp_path: Path) -> None:
    """Not even a temporary one, whatever the shell makes of long texts."""
    watched = tmp_path / "tmp"
    watched.mkdir()
    before = f"TMPDIR={watched}; export TMPDIR; chmod 500 {watched}; "
    (answer,) = ask_all(target(before=before), ReadFile("/bin/sh"))
    assert answer.data == Path("/bin/sh").read_bytes()
    assert list(watched.iterdir()) == []


@pytest.fixture(scope="module")
def reader() -> Iterator[subprocess.Popen[bytes]]:
    """Run a shell that prints, for each line that it reads, the words that it finds, each after a NUL."""
    text = (
        "set -f; while IFS= read -r line; do set -- $line; for word do printf '%b' \"$word\"; printf '\\000'; done; "
        "printf '\\n'; done"
    )
    with subprocess.Popen(["/bin/sh", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as found:
        yield found


@given(words=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_a_word_comes_through_as_it_is(reader: subprocess.Popen[bytes], words: list[str]) -> None:
    """Whatever is in it, and nothing of it is taken for anything else."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write((" ".join(map(spell_word, words)) + "\n").encode("ascii"))
    reader.stdin.flush()
    wanted = b"".join(word.encode() + b"\0" for word in words) + b"\n"
    assert reader.stdout.read(len(wanted)) == wanted


ASKED: tuple[Ask, ...] = (ReadFile("/a"), ReadGlob("/a/*"), RunCommand(("a",)), Call("which", ("a",)), Call("uname"))


@given(
    number=st.integers(-1, 6),
    rest=st.dictionaries(
        st.sampled_from(["data", "why", "files", "missed", "matched", "words", "stderr", "hundredths"]),
        st.sampled_from(
            [
                *('"="', '"=x"', '"QQ=="', '"hex:41"', '"hex:4"', "null", "[]", '["=x"]', "{}", '{"=/a":"QQ=="}', "-1"),
                *(
                    '"timeout"',
                    '"No such file or directory"',
                    '"<300>"',
                    '"<1>QQ=="',
                    "1e99",
                    "99999999999",
                    '"\\ud800"',
                ),
            ]
        ),
    ),
    cut=st.integers(0, 3),
)
def test_hostile_lines_end_nothing(number: int, rest: dict[str, str], cut: int) -> None:
    """What a line says becomes an answer to what was asked, is passed over, or is refused as a whole."""
    said = ",".join([f'"id":{number}', *(f'"{name}":{value}' for name, value in rest.items())])
    line = ("{" + said + "}").encode()
    try:
        found = Dialect(ASKED).answered(line[: len(line) - cut])
    except WireError:
        return
    assert found is None or isinstance(found[1], Answer)


def test_out_of_time_is_not_said_of_what_was_answered() -> None:
    """What ends an ask can come just behind its answer; before it, it is one."""
    answer, late = b'{"id":0,"hundredths":1,"data":"QQ=="}', b'{"id":%d,"hundredths":2,"why":"timeout"}'
    dialect = Dialect(ASKED)
    assert dialect.answered(answer) is not None
    assert dialect.answered(late % 0) is None
    assert dialect.answered(late % 1) is not None
    assert dialect.answered(answer) is not None  # for the session to refuse


@pytest.mark.skipif(SHELLCHECK is None, reason="there is no shellcheck")
def test_the_script_passes_shellcheck() -> None:
    """As POSIX sh; what comes before it, and that functions are called by name, it can't know."""
    command = [str(SHELLCHECK), "-s", "sh", "-e", "SC2317,SC2154", "-"]
    assert subprocess.run(command, input=stand_in(), capture_output=True, check=False, text=True).stdout == ""
