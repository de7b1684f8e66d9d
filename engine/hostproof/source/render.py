"""Problems as text for people: the place, what is wrong, the line it is wrong in, and what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from hostproof.source.harmless import harmless, shortened
from hostproof.source.problems import MOST_PROBLEMS, Level, Problem
from hostproof.source.spans import Span

TAB = 4
MOST_BEFORE, MOST_SHOWN = 60, 120  # characters of a line: before the place, and in all
MOST_MESSAGE = 500
CUT = "..."

RED, YELLOW, CYAN, BOLD, PLAIN = "31;1", "33;1", "36", "1", "0"


class _Cell(NamedTuple):
    """A character as it is shown, and how many columns that takes."""

    shown: str
    width: int


def render_problem(problem: Problem, colour: bool = False) -> str:
    """Return a problem as some lines of text, the last without a line break.

    Characters that would not be seen, or would change what is, are shown as escapes, and long lines are cut around
    the place. With `colour`, ANSI escape sequences mark the parts.
    """
    tint = RED if problem.level is Level.ERROR else YELLOW
    label = _paint(f"{problem.level} {problem.code}:", tint, colour)
    lines = [f"{label} {_safe(problem.message)}"]
    if problem.span is not None:
        lines[0] = f"{_paint(_safe(str(problem.span)) + ':', BOLD, colour)} {lines[0]}"
        lines += _snippet(problem.span, tint, colour)
    if problem.hint:
        lines.append(f"  {_paint('hint:', CYAN, colour)} {_safe(problem.hint)}")
    return "\n".join(lines)


def render_problems(problems: Iterable[Problem], most: int = MOST_PROBLEMS, colour: bool = False) -> str:
    """Return the first `most` problems, how many more there are, and a line that sums them all up.

    The text is empty without problems, and ends with a line break otherwise.
    """
    found = tuple(problems)
    if not found:
        return ""
    parts = [render_problem(problem, colour) for problem in found[:most]]
    if len(found) > most:
        parts.append(f"... and {_count(len(found) - most, 'more problem')}")
    return "\n\n".join([*parts, _summary(found)]) + "\n"


def _summary(problems: tuple[Problem, ...]) -> str:
    levels = Counter(problem.level for problem in problems)
    counts = " and ".join(_count(levels[level], level) for level in Level if levels[level])
    files = sorted({problem.span.file.path for problem in problems if problem.span})
    if not files:
        return counts
    return f"{counts} in {_safe(files[0]) if len(files) == 1 else _count(len(files), 'file')}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _safe(text: str) -> str:
    return shortened(harmless(text).replace("\n", "\\n").replace("\t", "\\t"), MOST_MESSAGE)


def _snippet(span: Span, tint: str, colour: bool) -> list[str]:
    """Return the line a span begins in, and carets below what of it stands there; nothing for a blank line."""
    number, column = span.file.position(span.start)
    line, at = span.file.line(number), column - 1
    if not line.strip():
        return []
    begin = max(0, at - MOST_BEFORE)
    end = min(len(line), begin + MOST_SHOWN)
    cells = _cells(line[begin:end])
    lead = CUT if begin else ""
    shown = lead + "".join(cell.shown for cell in cells) + (CUT if end < len(line) else "")
    before = len(lead) + sum(cell.width for cell in cells[: at - begin])
    marked = sum(cell.width for cell in cells[at - begin : at - begin + span.end - span.start])
    gutter = len(str(number))
    carets = _paint("^" * max(1, marked), tint, colour)
    return [f"  {number} | {shown.rstrip()}", f"  {' ' * gutter} | {' ' * before}{carets}"]


def _cells(text: str) -> list[_Cell]:
    import unicodedata

    cells: list[_Cell] = []
    column = 0
    for char in text:
        if char == "\t":
            cell = _Cell(" " * (TAB - column % TAB), TAB - column % TAB)
        elif (escape := harmless(char)) != char:
            cell = _Cell(escape, len(escape))
        elif unicodedata.category(char) in {"Mn", "Me", "Cf"}:
            cell = _Cell(char, 0)
        else:
            cell = _Cell(char, 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1)
        cells.append(cell)
        column += cell.width
    return cells


def _paint(text: str, tint: str, colour: bool) -> str:
    return f"\x1b[{tint}m{text}\x1b[{PLAIN}m" if colour else text
