"""Standard output and error: what is written there, how wide it is, and whether it takes colours."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from hostproof.source.harmless import unobeyed
from hostproof.source.problems import Problem, ProblemError

if TYPE_CHECKING:
    from typing import TextIO

WIDTH_WITHOUT_TERMINAL = 100
_NARROWEST = 40
_OBEYING = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")  # set where a build's log is read for commands


def show(said: str | bytes, *, obeyed: bool = False) -> None:
    """Write to standard output: text that ends its own lines, or a report's bytes as they are.

    Where a build's log obeys commands, text loses what reads as one, unless it is there to be `obeyed`.

    A reader that went away (`| head`) is no error; raises ProblemError where there is no room or no device.
    """
    try:
        _write(sys.stdout, said if obeyed or isinstance(said, bytes) else unobeyed_in_logs(said, sys.stdout))
    except BrokenPipeError:
        _close_quietly(sys.stdout)
    except OSError as error:
        _close_quietly(sys.stdout)
        raise ProblemError((Problem("HP-E503", f"cannot write to standard output: {error.strerror}"),)) from error


def warn(text: str) -> None:
    """Write a line to standard error; if that fails there is nobody left to tell."""
    command(unobeyed_in_logs(text) + "\n")


def command(text: str) -> None:
    """Write lines to standard error that the log of a build is to obey."""
    try:
        _write(sys.stderr, text)
    except OSError:
        _close_quietly(sys.stderr)


def unobeyed_in_logs(text: str, data_stream: TextIO | None = None) -> str:
    """Return a text as it may go to a log: what strangers wrote is no command to a build that reads it.

    Data for programs stay what they are where `data_stream` is a file.
    """
    if not any(os.environ.get(name) for name in _OBEYING) or (data_stream is not None and _is_file(data_stream)):
        return text
    return unobeyed(text)


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _write(stream: TextIO | None, said: str | bytes) -> None:
    if stream is None:  # the caller closed it: `hostproof check >&-`
        return
    if isinstance(said, bytes):
        stream.flush()
        stream.buffer.write(said)
    else:
        stream.write(said)
    stream.flush()


def _close_quietly(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that it can't raise again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def width() -> int:
    """Return how many characters a line of standard output has room for; COLUMNS wins over the terminal."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return max(int(told), _NARROWEST)
    if not is_terminal(sys.stdout):
        return WIDTH_WITHOUT_TERMINAL
    return max(os.get_terminal_size(sys.stdout.fileno()).columns, _NARROWEST)


def takes_colour(*, refused: bool) -> bool:
    """Return whether colours may be shown: on a terminal that has them, unless the user said no (no-color.org)."""
    return (
        not refused and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and is_terminal(sys.stdout)
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a person is looking."""
    return stream is not None and not stream.closed and stream.isatty()
