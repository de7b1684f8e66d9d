"""Tables of a comparison: for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.comparison.model import Comparison, Row, Sureness
from hostproof.report.comparison.cells import HEAD, cells_of, headline, remarks
from hostproof.report.layout import Line, cells, coloured_text, plain_text, wrapped
from hostproof.report.markdowntext import prose
from hostproof.source.harmless import one_line

MOST_NOTHING = 10  # rows on a terminal in which nothing was found
_STYLES = {
    Sureness.ALWAYS: "bold",
    Sureness.DIFFERS: "bold",
    Sureness.PERHAPS: "yellow",
    Sureness.TOO_FEW: "yellow",
    Sureness.NOTHING: "dim",
}


def comparison_terminal(found: Comparison, width: int, *, colour: bool) -> str:
    """Return headline, table and remarks; rows in which nothing was found are cut after ten."""
    rows = [row for row in found.rows if row.sureness is not Sureness.NOTHING]
    nothing = [row for row in found.rows if row.sureness is Sureness.NOTHING]
    left = len(nothing) - MOST_NOTHING
    lines = [((headline(found), "bold"),), *_table([*rows, *nothing[:MOST_NOTHING]])]
    if left > 0:
        lines.append(((f"... and {left} more in which no difference was found (-f markdown has all)", "dim"),))
    if found.rows:
        lines.append((("", ""),))
    for text in remarks(found):
        for number, part in enumerate(wrapped(text, width - 6)):
            lines.append((("note  " if number == 0 else "      ", "dim"), (part, "")))
    return coloured_text(lines) if colour else plain_text(lines)


def _table(rows: Sequence[Row]) -> Iterator[Line]:
    if not rows:
        return
    texts = [HEAD, *([one_line(cell) for cell in cells_of(row)] for row in rows)]
    used = [at for at in range(len(HEAD)) if any(text[at] for text in texts[1:])]
    widths = {at: max(cells(text[at]) for text in texts) for at in used}
    yield (("", ""),)
    for number, text in enumerate(texts):
        style = "dim" if number == 0 else _STYLES[rows[number - 1].sureness]
        yield (("  ".join(_padded(text[at], widths[at], left=at in (0, 6)) for at in used), style),)


def _padded(text: str, width: int, *, left: bool) -> str:
    blanks = " " * (width - cells(text))
    return text + blanks if left else blanks + text


def comparison_markdown(found: Comparison) -> str:
    """Return the same as Markdown, with every row."""
    lines = [f"**{prose(headline(found))}**", ""]
    if found.rows:
        lines += ["| " + " | ".join(HEAD) + " |", "|---|--:|--:|--:|--:|--:|---|"]
        lines += ["| " + " | ".join(map(prose, cells_of(row))) + " |" for row in found.rows]
        lines.append("")
    lines += [f"- {prose(text)}" for text in remarks(found)]
    return "\n".join(lines).rstrip("\n") + "\n"
