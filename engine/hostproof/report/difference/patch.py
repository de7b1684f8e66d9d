"""A patch: a Difference in, the unified diff of all its texts out, as patch(1) takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hostproof.evaluate.difference.model import Difference, FactChange, OutputChange
from hostproof.facts.types import Kind
from hostproof.source.harmless import one_line

_ODD = re.compile(r"[^A-Za-z0-9._+=-]+")
MOST_NAME = 100
NOT_WHOLE = "# to look at, not to be applied: not all of it is here, or some of it is shown as escapes\n"


def render_patch(difference: Difference) -> str:
    """Return the diffs of outputs, then of texts among the facts, each against a file named after it.

    `outputs/NAME` and `facts/NAME` hold the texts as they were before, and `patch -p1` makes of them those after. A
    diff that was cut or had to be made harmless stands there too, each line behind a #, which patch(1) passes over.
    """
    head = f"# {one_line(difference.before.name)} to {one_line(difference.after.name)}\n"
    return head + "".join(_pieces(difference))


def paths_of(difference: Difference) -> dict[str, str]:
    """Return the path that the patch has for each text: by `output NAME` or `fact NAME`."""
    return {f"{kind} {change.name}": path for kind, change, path in _named(difference)}


def _pieces(difference: Difference) -> Iterator[str]:
    for kind, change, path in _named(difference):
        appeared = change.appeared if isinstance(change, OutputChange) else 0
        lines = [
            "--- /dev/null" if appeared > 0 else f"--- a/{path}",
            "+++ /dev/null" if appeared < 0 else f"+++ b/{path}",
            *change.diff,
        ]
        yield f"# {kind} {one_line(change.name)}\n"
        if not change.whole:
            yield NOT_WHOLE
        mark = "" if change.whole else "# "
        yield "".join(f"{mark}{line}\n" for line in lines)


def _named(difference: Difference) -> Iterator[tuple[str, OutputChange | FactChange, str]]:
    texts = [fact for fact in difference.facts if fact.type.kind is Kind.STRING]
    taken: set[str] = set()
    for kind, changes in (("output", difference.outputs), ("fact", texts)):
        for change in changes:
            if change.diff:
                path = f"{kind}s/{_file_name(change.name)}"
                number = 1
                while (found := path if number == 1 else f"{path}~{number}") in taken:
                    number += 1
                taken.add(found)
                yield kind, change, found


def _file_name(name: str) -> str:
    return _ODD.sub("_", name)[:MOST_NAME].lstrip(".-") or "_"
