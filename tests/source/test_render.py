"""Problems as people read them: the caret stands under exactly the characters at fault."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.harmless import harmless
from hostproof.source.problems import Problem
from hostproof.source.render import MOST_SHOWN, render_problem, render_problems
from hostproof.source.spans import SourceFile

LINES = [
    "plain: «text»",
    "日本語の: «値段» あ",
    "e\u0301te\u0301: «ca\u0301» b",
    "ﾊﾝｶｸ: «ｶﾀｶﾅ» ｲ",
    "😀 🇬🇧: «👍» c",
    "\tkey:\t«tab»\tend",
    "key: a«\t»b",
    "key: «\x1b[31m»red",
    "key: a\u202e«bidi»",
    "zero\u200bwidth: «here»",
    "key: «»",
    "key: value«»",
    "«every character of it»",
    "x" * 200 + "«long»" + "y" * 200,
    "«" + "long" * 100 + "»",
    "日" * 100 + "«本»" + "語" * 100,
]


def problem_at(line: str, number: int) -> Problem:
    """Return a problem that points at what «» encloses, on the second of three lines."""
    start, end = line.index("«"), line.index("»") - 1
    file = SourceFile("pack.yaml", "first: 1\n" + line.replace("«", "").replace("»", "") + "\nlast: 3\n")
    return Problem("HP-E010", f"case {number}", file.span(9 + start, 9 + end), "a hint" if number % 2 else "")


def test_carets_are_the_golden_ones(golden: Callable[[str], Callable[[str], None]]) -> None:
    """Wide, combining, control and tab characters, and lines too long to show."""
    golden("problems/carets.txt")(render_problems(problem_at(line, number) for number, line in enumerate(LINES)))


def columns(text: str) -> int:
    """Return how many columns a terminal takes for a text without tabs."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in {"Mn", "Me", "Cf"} for char in text)


@given(
    st.text("ab 日😀e\u0301", max_size=70), st.text("xy日😀", min_size=1, max_size=20), st.text("ab 日😀", max_size=200)
)
def test_the_caret_stands_below_its_character(before: str, at: str, after: str) -> None:
    """Counted in columns, the carets begin where the text at fault begins, and are as wide."""
    file = SourceFile("a.yaml", f"k{before}{at}{after}")
    shown = render_problem(Problem("HP-E010", "m", file.span(len(before) + 1, len(before) + 1 + len(at))))
    _head, line, carets = shown.split("\n")
    left = carets.index("^")
    upto = next(
        index for index in range(len(line) + 1) if columns(line[:index]) == left and line[index:].startswith(at)
    )
    assert columns(line[upto : upto + len(at)]) == len(carets) - left


@given(st.text(), st.text(), st.integers(0, 50), st.integers(0, 50))
def test_a_problem_is_a_few_lines_without_a_trick(text: str, message: str, start: int, length: int) -> None:
    """Whatever the texts hold, nothing gets through that a terminal would obey, and no line is endless."""
    start = min(start, len(text))
    span = SourceFile("a.yaml", text).span(start, min(start + length, len(text)))
    shown = render_problem(Problem("HP-E010", message, span, message))
    assert harmless(shown) == shown
    assert shown.count("\n") <= 3
    assert max(map(len, shown.split("\n"))) <= 10 * MOST_SHOWN + 30


def test_a_problem_without_a_place() -> None:
    """Where there is no file there is no path, and no snippet."""
    assert render_problem(Problem("HP-E001", "there is no file a", hint="b")) == (
        "error HP-E001: there is no file a\n  hint: b"
    )


def test_a_range_over_several_lines() -> None:
    """Only the first of its lines is shown, marked to its end."""
    file = SourceFile("a.yaml", "a: b\r\n  c\r\n")
    assert render_problem(Problem("HP-W001", "m", file.span(3, 10))) == (
        "a.yaml:1:4: warning HP-W001: m\n  1 | a: b\n    |    ^"
    )


def test_colour_changes_nothing_but_colour() -> None:
    """Without its escape sequences, a coloured text is the plain one."""
    problem = problem_at("a: «b»", 1)
    coloured = render_problem(problem, colour=True)
    assert "\x1b[31;1m^\x1b[0m" in coloured
    for code in ("31;1", "33;1", "36", "1", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == render_problem(problem)


@pytest.mark.parametrize(
    ("errors", "warnings", "files", "most", "end"),
    [
        (1, 0, ["a"], 100, "\n\n1 error in a\n"),
        (2, 1, ["a"], 100, "\n\n2 errors and 1 warning in a\n"),
        (0, 3, ["a", "b"], 100, "\n\n3 warnings in 2 files\n"),
        (3, 0, ["a"], 1, "\n\n... and 2 more problems\n\n3 errors in a\n"),
        (3, 0, ["a"], 2, "\n\n... and 1 more problem\n\n3 errors in a\n"),
        (1, 0, [], 100, "HP-E001: m\n\n1 error\n"),
    ],
)
def test_the_summary(errors: int, warnings: int, files: list[str], most: int, end: str) -> None:
    """The last line counts all problems, also those that are left out."""
    spans = [SourceFile(name, "text").span(0, 1) for name in files] or [None]
    codes = ["HP-E001"] * errors + ["HP-W001"] * warnings
    shown = render_problems([Problem(code, "m", spans[index % len(spans)]) for index, code in enumerate(codes)], most)
    assert shown.endswith(end)
    assert shown.count("HP-") == min(most, len(codes))


def test_no_problem_is_no_text() -> None:
    """Nobody is told of nothing."""
    assert render_problems([]) == ""
