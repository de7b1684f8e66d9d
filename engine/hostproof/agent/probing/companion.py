"""The other side of an exchange: a forked process that serves while the step asks, and ends with it."""

import os
import signal

from .. import offspring

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable


def companion(work: "Callable[..., None]", *arguments: object) -> int:
    """Fork a process that does `work(*arguments)`; return its pid. Raises OSError.

    It needs no thread, so a step works where there can be none, and both sides can be placed on processors.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            offspring.die_with_parent(parent, signal.SIGKILL)
            work(*arguments)
        finally:
            os._exit(0)  # whatever became of it, the step sees by the answers that it lacks
    return pid


def dismiss(pid: int) -> None:
    """End a companion before its step ends."""
    offspring.send(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
