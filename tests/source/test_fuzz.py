"""Whatever is thrown at the reader ends as a tree or as problems, with every place inside the file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostproof.source.charmap import WHITE
from hostproof.source.codes import CODES
from hostproof.source.files import read_source
from hostproof.source.harmless import harmless
from hostproof.source.nodes import Node, Scalar, Sequence
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.render import render_problems
from hostproof.source.spans import SourceFile, Span
from hostproof.source.yaml import load_yaml

BLOCKS = ["- ", "? ", ": ", "key: ", "a: ", "\n", "\n  ", "\n- ", "\nb: ", "\r\n", "|\n ", ">+\n  ", "|2-\n   "]
BRACKETS = ["[", "]", "{", "}", ", ", "{a: ", "http://x:1/?y", ":", "?"]
QUOTES = ["'", '"', "''", '"b c"', "\\x41", "\\u00e9", "\\\n", "\\n"]
WORDS = [
    "a",
    " b",
    "null",
    "0x1",
    "9.10",
    "\u00e9",
    "\u65e5\u672c",
    "\U0001f600",
    "e\u0301",
    " #",
    "&a ",
    "*a",
    "\ue000",
    "\ue001",
]
REFUSED = ["!t ", "!!", "%YAML 1.2\n", "<<: ", "1e999", "---\n", "...\n", "@", "`", "\t", "%"]
FORBIDDEN = ["\r", "\u2028", "\ufeff", "\x85", "\x00", "\x1b", "\ud800"]
USUAL = st.sampled_from(BLOCKS + BRACKETS + QUOTES + WORDS)
ANY = st.sampled_from(BLOCKS + BRACKETS + QUOTES + WORDS + REFUSED + FORBIDDEN)
TEXTS = (
    st.lists(st.sampled_from(BLOCKS + WORDS), max_size=20).map("".join)
    | st.lists(USUAL, max_size=12).map("".join)
    | st.lists(ANY, max_size=20).map("".join)
    | st.text()
)


def spans(node: Node) -> Iterator[Span]:
    """Yield the place of every node of a tree, and those of some of the characters of its scalars."""
    yield node.where
    if isinstance(node, Scalar):
        yield from (node.span(index, index + 1) for index in range(len(node.text)))
        yield node.span(len(node.text), len(node.text))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from spans(item)
    else:
        for entry in node.entries:
            yield entry.key.where
            yield from spans(entry.value)


def assert_sound(file: SourceFile) -> None:
    """Load a file; it must give a tree or an error, and nothing outside the file."""
    problems = Problems()
    node = load_yaml(file, problems)
    assert node is not None or problems.errors
    found = [problem.span for problem in problems.found if problem.span]
    assert len(found) == len(problems.found)
    for span in [*found, *(spans(node) if node else ())]:
        assert 0 <= span.start <= span.end <= len(file.text)
    assert {problem.code for problem in problems.found} <= CODES.keys()
    shown = render_problems(problems.ordered())
    assert harmless(shown) == shown


@given(TEXTS)
@example("".join(map(chr, [*range(0xE000, 0xF900)])) + "[a:b]")
def test_any_text(text: str) -> None:
    """No text makes the reader raise or point outside the text."""
    assert_sound(SourceFile("a.yaml", text))


@given(TEXTS)
def test_every_character_is_in_its_place(text: str) -> None:
    """In any text that loads, a character that is not white space is where the map says, or is escaped there."""
    node = load_yaml(SourceFile("a.yaml", text), Problems())
    scalars = [] if node is None else [one for one in walk(node) if isinstance(one, Scalar)]
    for scalar in scalars:
        for index, char in enumerate(scalar.text):
            span = scalar.span(index, index + 1)
            spelling = text[span.start : span.end]
            assert char in WHITE or spelling == char or spelling[:1] == "\\" or spelling == "''"


def walk(node: Node) -> Iterator[Node]:
    """Yield every node of a tree."""
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from walk(item)
    elif not isinstance(node, Scalar):
        for entry in node.entries:
            yield entry.key
            yield from walk(entry.value)


def assert_refused_bytes(problem: Problem, data: bytes) -> None:
    """Demand that the problem is the first byte that is not UTF-8: all before it can be decoded."""
    assert problem.code == "HP-E005"
    number = int(problem.message.split()[1])
    data[: number - 1].decode()


@given(st.binary() | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No content of a file makes the reader raise anything but problems."""
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    try:
        assert_sound(read_source(path))
    except ProblemError as error:
        (problem,) = error.problems
        assert_refused_bytes(problem, data)
