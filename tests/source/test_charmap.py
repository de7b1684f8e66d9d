"""The map from a scalar's characters to the file: exact for all that is not white space, in every spelling."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from hostproof.source.charmap import MOST_CHARACTERS, WHITE, places
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

SPELLED = {"\\": "\\\\", '"': '\\"', "é": "\\xe9", "☺": "\\u263a", "😀": "\\U0001F600", "\x07": "\\a", "\x1b": "\\e"}


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield all scalars of a tree."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    else:
        for entry in node.entries:
            yield entry.key
            yield from scalars(entry.value)


def second(text: str) -> Scalar:
    """Return the value of the second entry of a text's list."""
    problems = Problems()
    tree = load_yaml(SourceFile("a.yaml", text), problems)
    assert problems.found == []
    assert isinstance(tree, Sequence)
    entry = tree.items[1]
    assert isinstance(entry, Mapping)
    scalar = entry.get("e")
    assert isinstance(scalar, Scalar)
    return scalar


def assert_mapped(scalar: Scalar) -> None:
    """Each character that is not white space must be spelled in the file where the map says."""
    text, written = scalar.text, scalar.file.text
    end = scalar.start
    for index, char in enumerate(text):
        span = scalar.span(index, index + 1)
        assert scalar.start <= span.start <= span.end <= scalar.end
        if char in WHITE:
            continue
        assert span.start >= end, "characters keep their order"
        end = span.end
        spelling = written[span.start : span.end]
        assert char == spelling or spells(spelling, char, scalar.style)


def spells(spelling: str, char: str, style: str) -> bool:
    """Whether an escape sequence means a character, as ruamel.yaml's own scanner sees it."""
    quoted = f"'{spelling}'" if style == "'" else f'"{spelling}"'
    return bool(YAML(typ="safe", pure=True).load(quoted) == char)


WORDS = st.sampled_from(
    [*"abc", "x.y", "<=", "5ms", "and", "(é", "☺)", "日本", "😀", "it's", "b\\d", '"q"', "#h", "e\u0301"]
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=5)
SPACES = st.sampled_from([" ", "  ", " \t "])
BREAKS = st.sampled_from(["\n", "\r\n"])


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """Write random words as a scalar in one of YAML's five styles, inside a list, with either kind of line end."""
    style = draw(st.sampled_from(["", "'", '"', "|", ">"]))
    indent = draw(st.sampled_from(["    ", "      "]))
    lines = [draw(SPACES).join(line) for line in draw(LINES)]
    if style in {"|", ">"}:
        body = block(draw, style, indent, lines)
    elif style:
        body = quoted(draw, style, indent, lines)
    else:
        body = unquoted(draw, indent, lines)
    before = draw(st.sampled_from(["", "&anchor ", "&anchor\n" + indent, "# why\n" + indent]))
    after = draw(st.sampled_from(["\n", " # no\n"])) if style not in {"|", ">"} else ""
    text = f"- {{k: 'v'}}\n- e: {before}{body}{after}- z\n"
    return text.replace("\n", draw(BREAKS))


def block(draw: st.DrawFn, style: str, indent: str, lines: list[str]) -> str:
    """Write a literal or folded block, with chomping, an explicit indentation, blank and more indented lines."""
    explicit = draw(st.booleans())
    chomp = draw(st.sampled_from(["", "-", "+"]))
    header = f"{style}{chomp}{len(indent) - 2 if explicit else ''}{draw(st.sampled_from(['', ' # why']))}\n"
    extra = st.sampled_from(["", "", "  ", "\t"])
    leads = [draw(extra) if explicit or number else "" for number in range(len(lines))]
    gaps = [draw(st.sampled_from(["", "", "\n", indent + "\n"])) for _ in lines]
    body = "".join(f"{indent}{lead}{line}\n{gap}" for lead, line, gap in zip(leads, lines, gaps, strict=True))
    return header + body


def quoted(draw: st.DrawFn, style: str, indent: str, lines: list[str]) -> str:
    """Write a quoted scalar over several lines, with escapes, escaped line ends and blank lines."""
    if style == "'":
        lines = [line.replace("'", "''") for line in lines]
        breaks = ["\n" + indent, "\n\n" + indent]
    else:
        lines = ["".join(draw(escaped(char)) for char in line) for line in lines]
        breaks = ["\n" + indent, "\n\n" + indent, " \\\n" + indent, "\\n", "\\\n\n" + indent, "\\t\\x20\\\n"]
    return style + "".join(f"{draw(st.sampled_from(breaks))}{line}" for line in lines)[len(indent) :].lstrip() + style


def escaped(char: str) -> st.SearchStrategy[str]:
    """Return ways to write a character between double quotes."""
    if char in '\\"':
        return st.just(SPELLED[char])
    ways = {char, f"\\U{ord(char):08x}", SPELLED.get(char, char)}
    return st.sampled_from(sorted(ways | ({f"\\x{ord(char):02X}"} if ord(char) < 256 else set())))


def unquoted(draw: st.DrawFn, indent: str, lines: list[str]) -> str:
    """Write a plain scalar over several lines, blank ones among them; the pure loader stumbles over tabs here."""
    words = [line.replace("#h", "h").replace('"q"', "q").replace("\t", " ") for line in lines]
    return draw(st.sampled_from(["\n" + indent, " \n" + indent, "\n\n" + indent])).join(words)


@given(spellings())
def test_every_spelling_is_mapped(text: str) -> None:
    """Whatever the style, each character stands where the map says, and the text is what ruamel.yaml reads."""
    scalar = second(text)
    assert scalar.text == YAML(typ="safe", pure=True).load(io.StringIO(text, newline=""))[1]["e"]
    assert_mapped(scalar)


EXPRESSION = "a.b >= 5ms and  c"
"""An expression and what is pointed at in each of its spellings below: `5ms`, then `and  c`."""


@pytest.mark.parametrize(
    ("written", "one", "two"),
    [
        ("a.b >= 5ms and  c", "5ms", "and  c"),
        ("&x a.b >=\n     5ms\n     and  c", "5ms", "and  c"),
        ("'a.b >= 5ms and  c'", "5ms", "and  c"),
        ('"a.b \\u003e= 5m\\x73 and \\x20c"', "5m\\x73", "and \\x20c"),
        ('"a.b >= \\\n     5ms\n     and  c"', "5ms", "and  c"),
        ("|-\n    a.b >= 5ms and  c", "5ms", "and  c"),
        (">-\n    a.b >=\n    5ms\n    and  c", "5ms", "and  c"),
        (">2-\n    a.b >=\n    5ms and  c", "5ms", "and  c"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_token_is_found_in_each_style(written: str, one: str, two: str, end: str) -> None:
    """A range of the text is exactly the range of the file that says it."""
    scalar = second(f"- 1\n- e: {written}\n".replace("\n", end))
    text = scalar.text.strip()
    assert text == EXPRESSION
    found = [scalar.span(*(text.index(part), text.index(part) + len(part))) for part in ("5ms", "and  c")]
    assert [span.file.text[span.start : span.end] for span in found] == [one, two]


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("a and", "and"),
        ("'a and'", "and"),
        ("|\n    a and\n", "and"),
        (">\n    a\n    and\n\n", "and"),
        ("' '", "' "),
    ],
)
def test_the_end_of_a_text(written: str, before: str) -> None:
    """What is missing at the end is missing right behind the last word, not on a later line."""
    scalar = second(f"- 1\n- e: {written}\n")
    for start in (len(scalar.text), len(scalar.text.rstrip())):
        span = scalar.span(start, start)
        assert span.start == span.end
        assert span.file.text[: span.start].endswith(before)


def test_ranges_are_bounded() -> None:
    """A range that leaves the text is cut to it."""
    scalar = second("- 1\n- e: 'abc'\n")
    whole = scalar.span(-5, 99)
    assert whole.file.text[whole.start : whole.end] == "abc"


def test_an_empty_text() -> None:
    """Of an empty text there is only the place of its quotes."""
    span = second("- 1\n- e: ''\n").span(0, 0)
    assert span.file.text[span.start : span.end] == "''"


def test_an_alias_points_to_the_anchor() -> None:
    """The characters of an aliased text stand where the anchor's text stands."""
    scalar = second("- &x\n  'a b'\n- e: *x\n")
    span = scalar.span(2, 3)
    assert (str(span), scalar.text) == ("a.yaml:2:6", "a b")


def test_a_very_long_text_is_not_mapped() -> None:
    """The map of a text that no expression could be is its whole place: it would cost memory for nothing."""
    scalar = second(f"- 1\n- e: {'x' * (MOST_CHARACTERS + 1)}\n")
    assert scalar.span(5, 6).start == scalar.start
    assert places("x" * 9, "", "x" * 9, 0, 9)[8] == (8, 9)
