"""How attempts over a network ended, and how long they took to do so: names that can be counted."""

import errno
import socket

from ..lines import AskError
from .measure import ticks

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def ending(problem: Exception) -> str:
    """Return the name of how an attempt ended: timeout, an errno, OpenSSL's reason, else the kind of the error."""
    if isinstance(problem, socket.timeout):
        return "timeout"
    reason = getattr(problem, "reason", None)
    if isinstance(reason, str):
        return reason
    number = getattr(problem, "errno", None)
    return errno.errorcode.get(number, type(problem).__name__) if number else type(problem).__name__


def count(found: "dict[str, int]", name: str) -> None:
    """Count one more of a name."""
    found[name] = found.get(name, 0) + 1


def attempt(
    action: "Callable[[], object]", errors: "dict[str, int]", problems: "tuple[type[Exception], ...]" = (OSError,)
) -> bool:
    """Return whether something succeeded; count how it failed."""
    try:
        action()
    except problems as problem:
        count(errors, ending(problem))
        return False
    return True


def waits(
    actions: "Iterable[Callable[[], object]]", problems: "tuple[type[Exception], ...]" = (OSError,)
) -> "tuple[list[int], dict[str, int]]":
    """Return how long attempts took in nanoseconds, and how often they ended how, `answer` where they got one."""
    took: "list[int]" = []
    ends: "dict[str, int]" = {}
    for action in actions:
        started = ticks()
        if attempt(action, ends, problems):
            count(ends, "answer")
        took.append(ticks() - started)
    return took, ends


def no_loopback(problem: OSError) -> AskError:
    """Return why nothing over loopback can be tried: that is the business of the probe `tcp`, not of those above it."""
    return AskError(
        "failed",
        "no connection to ourselves: {}".format(ending(problem)),
        "see what the probe tcp says; often the loopback interface is down",
    )
