"""What a user calls a target in, how to start the agent there out: the only thing in which targets differ."""

from __future__ import annotations

import sys

from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import record

KINDS = ("local",)


@record
class Target:
    """`python` is the command line that starts Python there; `same_python`: it is the interpreter that runs us."""

    name: str
    python: tuple[str, ...]
    same_python: bool = False


def parse_target(text: str) -> Target:
    """Return the target that a user's word names: `local` is this machine. Raises ProblemError (HP-E507)."""
    word = text.strip()
    if word == "local":
        # An embedded Python doesn't know its own program.
        return Target("local", (sys.executable or "python3",), same_python=bool(sys.executable))
    near = nearest(word, KINDS)
    hint = f"did you mean {near!r}?" if near else f"supported are: {', '.join(KINDS)}"
    raise ProblemError((Problem("HP-E507", f"{text!r} is not a kind of target", None, hint),))
