"""Probe `files`: what a folder is good for: room, durability, atomic changes, locks, notices, and running programs."""

import functools
import shutil

from ...probing.step import Context, Step
from .change import allocate, copy, direct, exchange, mapped, noreplace, punch, reflink, tmpfile
from .durable import flush, fsync
from .share import flock, notice, ofd_lock
from .use import attribute, case, describe, links, room, run

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable


def tidy(run: "Callable[[Context], dict[str, object]]") -> "Callable[[Context], dict[str, object]]":
    """Return a step's function that empties the scratch folder afterwards: a nearly full file system stays usable."""

    @functools.wraps(run)
    def tidied(context: Context) -> "dict[str, object]":
        try:
            return run(context)
        finally:
            shutil.rmtree(context.place, ignore_errors=True)

    return tidied


STEPS = (
    Step(("folder", "type", "in_memory", "options"), describe),
    Step(("room", "room.files"), tidy(room)),
    Step(("run",), tidy(run)),
    Step(("fsync", "fsync.folder"), tidy(flush)),
    Step(("fsync.time", "fsync.rounds", "fsync.overhead", "fsync.pressure"), tidy(fsync), most=15.0),
    Step(("tmpfile",), tidy(tmpfile)),
    Step(("direct",), tidy(direct)),
    Step(("exchange",), tidy(exchange)),
    Step(("noreplace",), tidy(noreplace)),
    Step(("mapped",), tidy(mapped)),
    Step(("allocate",), tidy(allocate)),
    Step(("punch",), tidy(punch)),
    Step(("copy",), tidy(copy)),
    Step(("reflink",), tidy(reflink)),
    Step(("flock",), tidy(flock)),
    Step(("ofd_lock",), tidy(ofd_lock)),
    Step(("notice",), tidy(notice)),
    Step(("links",), tidy(links)),
    Step(("attribute",), tidy(attribute)),
    Step(("case",), tidy(case)),
)
