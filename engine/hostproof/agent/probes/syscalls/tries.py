"""Tries calls in a child: what each answered, and which of them ended the process or never came back."""

import ctypes
import os
import select
import signal

from ...probing.system import architecture, error_name, libc, syscall
from .table import CALLS

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Try = tuple[int, tuple[object, ...]]  # a call's number and its arguments

KILLED, STUCK = "SIGSYS", "STUCK"  # instead of an errno: the filter ended the process; no answer came
MOST_WAIT = 0.5  # seconds for one call; each is refused at once, so that only a filter's supervisor can take long
MOST_ENDS = 12  # processes ended before we give up: a filter that kills for everything tells nothing more
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
COLUMNS = {"x86_64": 0, "aarch64": 1}  # of the numbers in the table


def numbers() -> "dict[str, int]":
    """Return the numbers of the table's calls on this machine, of those that it has; empty where they aren't known."""
    column = COLUMNS.get(architecture())
    return {} if column is None else {call.name: call.numbers[column] for call in CALLS if call.numbers[column]}


def ask(name: str, *arguments: object) -> "tuple[int, int]":
    """Make a call of the table; return its result, and the errno if that is -1, else 0."""
    return syscall(numbers().get(name, -1), *arguments)  # there is no call of the number -1: ENOSYS


def demand(name: str, *arguments: object) -> int:
    """Make a call of the table and return its result. Raises OSError."""
    result, number = ask(name, *arguments)
    if number:
        raise OSError(number, "{}: {}".format(name, os.strerror(number)))
    return result


def answers_of(tries: "Sequence[Try]", prepare: "Callable[[], None] | None" = None) -> "list[str]":
    """Return what each try came to: OK, the name of an errno, SIGSYS or STUCK; empty where it wasn't tried.

    They run one after another in a child. Where one ends it, another child goes on behind it. `prepare` is called
    first in each child; a child in which it fails answers nothing.
    """
    answers: "list[str]" = []
    for _ in range(MOST_ENDS):
        answers += some_answers(tries[len(answers) :], prepare)
        if len(answers) >= len(tries) or answers[-1:] == [""]:
            break
    return answers + [""] * (len(tries) - len(answers))


def some_answers(tries: "Sequence[Try]", prepare: "Callable[[], None] | None") -> "list[str]":
    """Return the answers up to the first try that a child did not survive, its own included."""
    end, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(end)
        be_trier(tries, prepare, writer)
    os.close(writer)
    try:
        said, stuck = lines_from(end)
    finally:
        os.close(end)
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    started, answers = said[:1] == [""], said[1:]
    if len(answers) >= len(tries):
        return answers
    if not started:
        return [""]
    ended = KILLED if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS else ""
    return [*answers, STUCK if stuck else ended]


def be_trier(tries: "Sequence[Try]", prepare: "Callable[[], None] | None", out: int) -> None:
    """Be the child: write a line for each try as soon as it is known; never returns."""
    try:
        if prepare is not None:
            prepare()
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # landlock_restrict_self wants it of those without rights
        scratch = ctypes.create_string_buffer(4096)
        os.write(out, b"\n")
        for number, arguments in tries:
            os.write(out, answer_of(number, arguments, scratch).encode("ascii") + b"\n")
        os._exit(0)
    finally:
        os._exit(1)


def answer_of(number: int, arguments: "Sequence[object]", scratch: "ctypes.Array[ctypes.c_char]") -> str:
    """Return what one call answers; the words `buffer` and `own` among its arguments are filled in."""
    ctypes.memset(scratch, 0, len(scratch))
    words = {"buffer": ctypes.addressof(scratch), "own": os.getpid()}
    given = [words[word] if isinstance(word, str) else word for word in arguments]
    return error_name(syscall(number, *given)[1]) or "OK"


def lines_from(end: int) -> "tuple[list[str], bool]":
    """Return the lines that come before the pipe is closed, and whether the last wait was in vain."""
    poll = select.poll()
    poll.register(end, select.POLLIN)
    said = b""
    while poll.poll(MOST_WAIT * 1000):
        chunk = os.read(end, 65536)
        if not chunk:
            return said.decode("ascii").split("\n")[:-1], False
        said += chunk
    return said.decode("ascii").split("\n")[:-1], True


def enter_user_namespace() -> None:
    """Move to a user namespace of our own, with all capabilities there and over our mounts. Raises OSError."""
    demand("unshare", CLONE_NEWUSER | CLONE_NEWNS)
