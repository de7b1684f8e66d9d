"""A probe's parts: the step, which learns some facts in a process of its own, and what it is given to do so."""

import os

from ..lines import AskError, ask_error

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

EFFORTS = ("quick", "usual", "full")


class Step:
    """One part of a probe: the short names of its facts, the function that learns them, its time in seconds."""

    def __init__(
        self, facts: "tuple[str, ...]", run: "Callable[[Context], dict[str, object]]", most: float = 5.0
    ) -> None:
        self.facts = facts
        self.run = run
        self.most = most


class Context:
    """What a step is given: how thorough to be, which facts are wanted, the probe's arguments, a place to write."""

    def __init__(self, effort: str, wanted: "frozenset[str]", arguments: "dict[str, object]", scratch: str) -> None:
        self.files: "dict[str, str]" = {}  # what came along with the ask: texts by path
        self.effort = effort if effort in EFFORTS else "usual"
        self.wanted = wanted
        self.arguments = arguments
        self.place = scratch

    def pick(self, quick: int, usual: int, full: "int | None" = None) -> int:
        """Return one of three counts, as the effort asks."""
        if self.effort == "quick":
            return quick
        return full if self.effort == "full" and full is not None else usual

    def needs_full(self, what: str) -> None:
        """Raise AskError (not-collected) unless this run may take its time."""
        if self.effort != "full":
            raise AskError("not-collected", what + " is only measured in a full run", "run it with --full")

    def scratch(self) -> str:
        """Return an empty folder that is removed when the probe has ended. Raises AskError where there can be none."""
        try:
            os.mkdir(self.place, 0o700)
        except FileExistsError:  # an earlier step's
            if os.path.islink(self.place) or os.stat(self.place).st_uid != os.geteuid():
                raise AskError("failed", self.place + " is somebody else's", "remove it") from None
        except OSError as problem:
            raise no_scratch(problem, self.place) from None
        return self.place


def no_scratch(problem: OSError, place: str) -> AskError:
    """Return why there is no folder to write to."""
    found = ask_error(problem, "make the folder " + place)
    found.cure = "set TMPDIR to a folder that can be written to"
    return found
