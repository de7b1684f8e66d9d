"""GitHub's step summary: a Markdown report in pieces, cut between two chapters to what a runner takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hostproof.evaluate.model import Evaluation
from hostproof.report.markdown import render_markdown

MOST_BYTES = 1024 * 1024 - 4096  # of 1 MiB a step: beyond it, nothing of a summary is shown (docs.github.com)
_FENCE = re.compile(r"(`{3,})")


def render_step_summary(evaluation: Evaluation) -> str:
    """Return the summary of one host."""
    return "".join(fitted([render_markdown(evaluation)]))


def fitted(pieces: Iterable[str], most: int = MOST_BYTES) -> Iterator[str]:
    """Yield the pieces as long as their UTF-8 has room, up to a heading; then a line that says that it was cut."""
    room = most
    for piece in pieces:
        size = len(piece.encode())
        if size > room:
            yield _beginning(piece, room)
            yield "\n\n---\n\nThe report is longer than a step summary may be; its other formats hold all of it.\n"
            return
        room -= size
        yield piece


def _beginning(text: str, room: int) -> str:
    """Return what fits, up to the last heading that stands in no code and nothing folded."""
    at = end = used = 0
    fence, folded = "", 0
    for line in text.splitlines(keepends=True):
        if not fence and not folded and line.startswith("#"):
            end = at
        used += len(line.encode())
        if used > room:
            return text[:end].rstrip("\n")
        begins = _FENCE.match(line)
        if begins and (not fence or (begins[1] == fence and line.strip() == fence)):
            fence = "" if fence else begins[1]
        elif not fence:
            folded += line.startswith("<details>") - line.startswith("</details>")
        at += len(line)
    return text
