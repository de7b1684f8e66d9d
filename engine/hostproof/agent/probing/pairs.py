"""Two processes that answer each other: on one processor and on two, as their latencies have little in common."""

import os
import signal

from ..lines import AskError
from .measure import cpus, pin

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable


class Partner:
    """A child that runs `work` on the processor `there` until it returns or the `with` ends."""

    def __init__(self, work: "Callable[[], object]", there: int) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            try:
                pin((there,))
                work()
                os._exit(0)
            finally:
                os._exit(70)

    def __enter__(self) -> int:
        return self.pid

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def both_placements(series: "Callable[[int, int], list[int]]") -> "dict[str, object]":
    """Return `series(here, there)` with both ends on one processor as `same`, and on two as `across`.

    `across` is an AskError (unsupported) where only one processor may be used. Raises OSError where none may be chosen.
    """
    usable = cpus()
    found: "dict[str, object]" = {"same": placed(series, usable[0], usable[0])}
    if len(usable) > 1:
        found["across"] = placed(series, usable[0], usable[-1])
    else:
        found["across"] = AskError(
            "unsupported", "only processor {} may be used".format(usable[0]), "allow it a second"
        )
    pin(usable)
    return found


def placed(series: "Callable[[int, int], list[int]]", here: int, there: int) -> "list[int]":
    """Return one series, after going to our end's processor."""
    pin((here,))
    return series(here, there)
