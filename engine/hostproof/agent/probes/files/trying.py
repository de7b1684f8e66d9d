"""Trying an operation in the scratch folder: "ok", the errno that refused it, or "wrong" where it did not do it."""

import errno
import os

from ...lines import AskError
from ...probing.step import Context
from ...probing.system import error_name

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = 4096
# What says nothing of the operation: there was no room for it.
EXHAUSTED = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def attempt(function: "Callable[[], bool]") -> str:
    """Call a function that says whether an operation had its effect; name the errno that it raises.

    Raises AskError where there was no room for it.
    """
    outcome, number = bare_attempt(function)
    if number in EXHAUSTED:
        raise AskError("inconclusive", "there is no room to try it: " + outcome, "make room, or raise the limit")
    return outcome


def bare_attempt(function: "Callable[[], bool]") -> "tuple[str, int]":
    """Call such a function; return the outcome, and the errno or 0."""
    try:
        return ("ok" if function() else "wrong"), 0
    except OSError as problem:
        return error_name(problem.errno or 0), problem.errno or 0


def path_of(context: Context, name: str) -> str:
    """Return the path of a file in the scratch folder. Raises AskError where there can be no such folder."""
    return os.path.join(context.scratch(), name)


def make(path: str, content: bytes = b"") -> int:
    """Make a file and return its descriptor. Raises OSError."""
    file = os.open(path, NEW, 0o600)
    os.write(file, content)
    return file
