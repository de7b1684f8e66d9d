"""The profile of a folder: `hostproof.yaml` here or above counts where a command names neither pack nor profile."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hostproof.cli.arguments.given import Given
from hostproof.cli.screen import warn
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import replace

PROFILE_NAME = "hostproof.yaml"


def with_profile(given: Given) -> Given:
    """Return a command line with the profile that is found, and say on standard error which; as it was without one.

    Raises ProblemError (HP-E552) for one that somebody else could have put there: packs run commands.
    """
    if given.texts("pack") or given.texts("profile"):
        return given
    path = found_profile()
    if not path:
        return given
    if not given.flag("quiet"):
        warn(f"using {path}")
    return replace(given, words={**given.words, "profile": (path,)})


def found_profile() -> str:
    """Return the path of the nearest profile from the working folder up to `/`, relative to it; empty without one."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return ""
    for folder in (here, *here.parents):
        path = folder / PROFILE_NAME
        if os.path.lexists(path):
            shown = os.path.relpath(path, here)
            _require_own(path, shown)
            return shown
    return ""


def _require_own(path: Path, shown: str) -> None:
    """Refuse a file of somebody else, or one that anybody may change or replace, as in /tmp."""
    try:
        looks = (path.lstat(), path.stat(), path.parent.stat())
    except OSError:
        return  # reading it will tell
    if any(look.st_uid not in {0, os.geteuid()} for look in looks):
        why = "it, or its folder, belongs to another user"
    elif any(look.st_mode & stat.S_IWOTH for look in looks[1:]):
        why = "anybody may write to it, or to its folder"
    else:
        return
    hint = f"--profile {shown} if you trust it, or --pack linux"
    raise ProblemError((Problem("HP-E552", f"{shown} is not used by itself: {why}", hint=hint),))
