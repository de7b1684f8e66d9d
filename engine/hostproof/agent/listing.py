"""Lists what stands where, links as links: shell patterns in, kinds and where links lead out; nothing is read."""

import errno
import stat

from .files import HERE, MOST_FILES, Door, expand
from .lines import AskError, ask_error, to_bytes, to_text

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from typing import Optional


def listing(*patterns: str, door: Door = HERE) -> "list[dict[str, Optional[str]]]":
    """Return `path`, `kind` (file, folder, link, other), and of links `link` (their text) and what it `leads` to.

    That is a kind, `absent`, `loop`, `not-running` (below /dev in a root directory, say) or the name of an error. A
    pattern in a folder that isn't there matches nothing. Raises AskError for what may not be looked at, and for too
    many.
    """
    found: "list[dict[str, Optional[str]]]" = []
    for pattern in patterns:
        try:
            paths, missed = expand(to_bytes(pattern), door)
        except AskError as problem:
            if problem.cause in ("absent", "not-running"):
                continue
            raise
        for path in sorted(missed):
            why = missed[path]
            if isinstance(why, dict):
                raise AskError(str(why["cause"]), str(why["detail"]), str(why["cure"]))
        if len(found) + len(paths) > MOST_FILES:
            raise AskError("too-large", "{} and others match more than {} paths".format(pattern, MOST_FILES))
        found += [entry(path, door) for path in paths]
    return found


def entry(path: bytes, door: Door) -> "dict[str, Optional[str]]":
    """Return what stands at a path. Raises AskError."""
    try:
        kind = kind_of(door.look_at(path).st_mode)
        link = to_text(door.text(path)) if kind == "link" else None
    except OSError as problem:
        raise ask_error(problem, to_text(path)) from None
    return {"path": to_text(path), "kind": kind, "link": link, "leads": leads(path, door) if kind == "link" else None}


def leads(path: bytes, door: Door) -> str:
    """Return what is found where a link leads."""
    try:
        return kind_of(door.look(path).st_mode)
    except AskError as problem:
        return problem.cause
    except OSError as problem:
        if problem.errno in (errno.ENOENT, errno.ENOTDIR):
            return "absent"
        return "loop" if problem.errno == errno.ELOOP else errno.errorcode.get(problem.errno or 0, "failed")


def kind_of(mode: int) -> str:
    """Return file, folder, link or other."""
    if stat.S_ISLNK(mode):
        return "link"
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
