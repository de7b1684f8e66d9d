"""Both ways to start a program, the quick one and the one for an old Python or glibc, do the same."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import pytest

from hostproof.agent import spawn
from offspring import children

Start = Callable[..., int]


@pytest.fixture(params=[spawn.spawn, spawn.fork_spawn], ids=["posix_spawn", "fork"])
def start(request: pytest.FixtureRequest) -> Start:
    """One of the two ways."""
    return request.param  # type: ignore[no-any-return]


def run(start: Start, *argv: bytes) -> tuple[bytes, int]:
    """Run a program by one way; return its output and status."""
    end, writer = os.pipe()
    empty = spawn.empty_input()
    pid = start(argv[0], list(argv), {b"A": b"b"}, (empty, writer, writer))
    os.close(writer)
    os.close(empty)
    output = b""
    while chunk := os.read(end, 65536):
        output += chunk
    os.close(end)
    return output, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_program_gets_arguments_environment_and_a_session(start: Start) -> None:
    """What was given arrives, and the session is new."""
    output, status = run(start, b"/bin/sh", b"-c", b'echo "$1 $A"; ps -o sid= -p $$; echo $$; exit 4', b"sh", b"x y")
    words = output.split()
    assert (words[:3], status) == ([b"x", b"y", b"b"], 4)
    assert words[3] == words[4]


@pytest.mark.parametrize(
    ("path", "number"), [(b"/no/such", errno.ENOENT), (b"/etc/passwd", errno.EACCES), (b"/", errno.EACCES)]
)
def test_a_program_that_cannot_be_started_says_why(start: Start, path: bytes, number: int) -> None:
    """The error of exec comes back, and no child is left."""
    before = children()
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is looked at
        run(start, path)
    assert caught.value.errno == number
    assert children() == before


def test_programs_are_looked_for_in_absolute_folders_only() -> None:
    """An empty or relative entry of PATH would run what lies in the working folder."""
    assert spawn.search_path({"PATH": ":.:bin:/opt/bin:/bin"})[:2] == ["/opt/bin", "/bin"]
    assert spawn.search_path({}) == list(spawn.FOLDERS)
