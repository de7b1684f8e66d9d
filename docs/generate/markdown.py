"""Markdown's tables and code spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns line up in the source, too."""
    lines = [[*head], *([*row] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    shown = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *shown[1:]])


def code(text: str) -> str:
    """Return a text as a code span that may stand in a table; an empty one stays empty."""
    if not text:
        return ""
    fence = "``" if "`" in text else "`"
    return fence + text.replace("|", "\\|") + fence


def block(language: str, lines: Iterable[str]) -> str:
    """Return lines as a fenced block."""
    return "\n".join([f"```{language}", *lines, "```"])
