"""Harmless text: what could trick a terminal, a parser or an eye is shown, all else is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.harmless import bounded, harmless, one_line, shortened

ANYTHING = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 漢字 and 🙂", "plain text, 漢字 and 🙂"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("50%\r100%", "50%\\x0d100%"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("a\u200bb\ufeffc\u2028d", "a\\u200bb\\ufeffc\\u2028d"),
        ("\ud83d", "\\ud83d"),
        ("\ufffe\ufdd0\U0001fffe", "\\ufffe\\ufdd0\\U0001fffe"),
        ("\U000e0041", "\\U000e0041"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner is spelling there
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    """Controls, invisible and unencodable characters become escapes; letters stay."""
    assert harmless(text) == shown


@given(text=ANYTHING)
def test_nothing_hostile_is_left(text: str) -> None:
    """Whatever comes in, what comes out can be encoded and has no control character or bidi control."""
    result = harmless(text)
    result.encode()
    assert [c for c in result if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"] == []
    assert [
        c for c in result if unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
    ] == []


@given(text=ANYTHING)
def test_harmless_text_stays(text: str) -> None:
    """Going through twice changes nothing more."""
    assert harmless(harmless(text)) == harmless(text)


@given(text=ANYTHING, most=st.integers(4, 40))
def test_one_line(text: str, most: int) -> None:
    """One line has no line break of any kind, no outer blanks, and at most so many characters."""
    line = one_line(text, most)
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())
    assert len(line) <= most


@given(text=st.text("abc\n", max_size=200), most=st.integers(10, 100))
def test_bounded(text: str, most: int) -> None:
    """A cut text says how many characters are missing, and keeps its beginning and its end."""
    result = bounded(text, most)
    if len(text) <= most:
        assert result == text
    else:
        head, _, tail = result.partition("\n[... ")
        number, _, tail = tail.partition(" characters left out ...]\n")
        assert text.startswith(head)
        assert text.endswith(tail)
        assert len(head) + int(number) + len(tail) == len(text)


def test_shortened() -> None:
    """A shortened text ends in three dots within its bound."""
    assert [shortened(text, 6) for text in ("abcdef", "abcdefg", "ab cdefg")] == ["abcdef", "abc...", "ab..."]
