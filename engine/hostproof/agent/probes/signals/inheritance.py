"""What a program that is started here inherits: signals that stay ignored or blocked through execve(2)."""

import os
import signal

from ...lines import AskError, ask_error
from ...probing.step import Context

MOST = 16  # processes between us and who started the run
PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}  # the interpreter ignores these itself
GLIBC = (32, 33)  # signals that it keeps for itself


def inherited(_: Context) -> "dict[str, object]":
    """Return the names of signals that the engine was started with ignored, or blocked.

    The agent's own would not tell: it sets right what it must rely on. So we look at the nearest process above the
    agent that is a Python of its own: the engine.
    """
    status = engine_status()
    return {
        "inherited.ignored": names(status["SigIgn"], PYTHONS_OWN),
        "inherited.blocked": names(status["SigBlk"], set()),
    }


def engine_status() -> "dict[str, str]":
    """Return proc_pid_status(5) of the engine. Raises AskError where it can't be seen."""
    try:
        own = command_line(os.getpid())
        pid = os.getpid()
        for _ in range(MOST):
            pid = int(status_of(pid)["PPid"])
            if pid == 0:
                break
            words = command_line(pid)
            if words != own and os.path.basename(words.split(b"\0")[0]).startswith((b"python", b"hostproof")):
                return status_of(pid)
    except OSError as problem:
        error = ask_error(problem, "the processes above this one in /proc")
        error.cure = error.cure or "mount /proc"
        raise error from None
    except KeyError as problem:
        raise AskError("unsupported", "/proc/PID/status has no {}".format(problem)) from None
    raise AskError(
        "unsupported", "who started the agent can't be seen from here", "run hostproof on the machine itself"
    )


def command_line(pid: int) -> bytes:
    """Return a process's words, each ended by a zero byte."""
    with open("/proc/{}/cmdline".format(pid), "rb") as file:
        return file.read()


def status_of(pid: int) -> "dict[str, str]":
    """Return the rows of a process's status by name."""
    with open("/proc/{}/status".format(pid), encoding="utf-8", errors="replace") as file:
        return {name: text.strip() for name, _, text in (row.partition(":") for row in file)}


def names(word: str, without: "set[signal.Signals]") -> "list[str]":
    """Return the signals of a mask: SIGTERM for 0000000000004000."""
    bits = int(word, 16)
    numbers = [number for number in range(1, 65) if bits >> (number - 1) & 1 and number not in GLIBC]
    return [name_of(number) for number in numbers if number not in without]


def name_of(number: int) -> str:
    """Return a signal's name."""
    if signal.SIGRTMIN <= number <= signal.SIGRTMAX:
        return "SIGRTMIN+{}".format(number - signal.SIGRTMIN) if number > signal.SIGRTMIN else "SIGRTMIN"
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal {}".format(number)
