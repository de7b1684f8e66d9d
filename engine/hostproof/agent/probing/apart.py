"""A function in a child of its own: what it does to its process ends with it, what it returns comes back as JSON."""

import json
import os

from ..hand import write_all
from ..lines import AskError, ask_error, spell

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 65536


def apart(function: "Callable[[], object]") -> "object":
    """Return what a function returns in a forked child. Raises what it raised as AskError; a child that dies, too."""
    end, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        be_child(function, writer)
    os.close(writer)
    said = read_all(end)
    os.close(end)
    status = os.waitpid(pid, 0)[1]
    if not said:
        how = "signal {}".format(os.WTERMSIG(status)) if os.WIFSIGNALED(status) else "status {}".format(status >> 8)
        raise AskError("failed", "the process that tried it ended by " + how, "see the kernel log for the reason")
    found = json.loads(said.decode("ascii"))
    error = found.get("error")
    if error:
        raise AskError(error["cause"], error["detail"], error["cure"], found.get("status"))
    return found["value"]


def be_child(function: "Callable[[], object]", out: int) -> None:
    """Be the child: call the function, tell, end; never returns."""
    try:
        write_all(out, spell(attempt(function)))
        os._exit(0)
    finally:
        os._exit(70)


def attempt(function: "Callable[[], object]") -> "dict[str, object]":
    """Return the value of a function, or the error it ended with."""
    try:
        return {"value": function()}
    except AskError as problem:
        return problem.fields()
    except OSError as problem:
        return ask_error(problem, getattr(function, "__name__", "it")).fields()


def read_all(end: int) -> bytes:
    """Return everything until the end of a pipe."""
    said = bytearray()
    while True:
        chunk = os.read(end, CHUNK)
        if not chunk:
            return bytes(said)
        said += chunk
