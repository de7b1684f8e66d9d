"""What libyaml says about a malformed text, as a problem that tells its writer what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from hostproof.source.problems import Problem
from hostproof.source.spans import SourceFile, Span

ESCAPE = re.compile(r"\\([xuU][0-9A-Fa-f]*|.|)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Row:
    """A phrase of libyaml's message, and ours.

    `{char}` is what the problem points at and `{opening}` the place where the construct around it begins. It may
    point there `at` the opening: a quote that is never closed is not wrong at the end of the file.
    """

    phrase: str
    message: str
    hint: str
    code: str = "HP-E007"
    at: Literal["fault", "opening", "escape"] = "fault"


_TAB = "indent with spaces"
_QUOTE = "put the text in quotes"
_WHOLE = "put the whole of it in quotes; between single quotes write '' for '"
_ESCAPE = r"write \\ for a backslash, or use single quotes, in which a backslash is itself"
_CODE = r"write the character itself, or its code point as \U and eight hexadecimal digits"
_LIST = "put commas between the items of the list that opens at {opening}, and ] behind the last"
_MAP = "put commas between the entries of the mapping that opens at {opening}, and }} behind the last"
_DIRECTIVE = "leave the line out: packs are YAML 1.2 without directives"

# The messages of libyaml 0.1 and 0.2 (scanner.c, parser.c); the first phrase found counts.
_ROWS = (
    _Row("end of the text", "the bracket is never closed", "add the closing ] or }}", at="opening"),
    _Row("behind a value", "nothing may follow the value on its line", _WHOLE),
    _Row("unexpected end of stream", "the quoted text is never closed", "add the closing quote", at="opening"),
    _Row("unexpected document indicator", "the quoted text is never closed", "add the closing quote", at="opening"),
    _Row("unknown escape character", "{char} is no escape sequence in double quotes", _ESCAPE, at="escape"),
    _Row("hexdecimal number", "an escape sequence lacks hexadecimal digits", _ESCAPE, at="escape"),
    _Row("invalid Unicode character escape", "the escape sequence stands for no character", _CODE, at="escape"),
    _Row("expected ',' or ']'", "expected a comma or ] before this", _LIST),
    _Row("expected ',' or '}'", "expected a comma or }} before this", _MAP),
    _Row("could not find expected ':'", "this line is no key with a value", 'write "key: value"', at="opening"),
    _Row("mapping values", "a colon and a space may not stand here", f"{_QUOTE}, or check the indentation"),
    _Row("mapping keys", "a key may not begin here", "put it on a line of its own"),
    _Row("block sequence entries", "a list item may not begin here", "put it on a line of its own"),
    _Row("expected key", "expected a key here", "indent the keys of the mapping that begins at {opening} alike"),
    _Row("expected '-'", "expected an item of the list here", "indent the items of the list at {opening} alike"),
    _Row("expected node content", "a value may not begin with {char}", _QUOTE),
    _Row("alphabetic or numeric character", "* and & must be followed by a name", f"{_QUOTE} if it is no alias"),
    _Row("undefined tag handle", "a text that begins with ! is a tag", _QUOTE, "HP-E013"),
    _Row("a tab character", "a tab cannot indent", _TAB, "HP-E008"),
    _Row("cannot start any token", "a value may not begin with {char}", _QUOTE),
    _Row("expected comment or line break", "only a comment may follow on this line", "begin the text on the next line"),
    _Row("indentation indicator equal to 0", "a block cannot be indented by 0 spaces", "write 1 to 9"),
    _Row("expected <document start>", "nothing may follow here", "put everything into one mapping or list"),
    _Row("directive", "directives are not allowed", _DIRECTIVE, "HP-E014"),
    _Row("unexpected ':'", "a colon may not stand here", _QUOTE),
)


def syntax_problem(file: SourceFile, phrase: str, context: str, at: int, opening: int) -> Problem:
    """Return the problem for libyaml's message `phrase` at the offset `at`, while doing `context`.

    `opening` is the offset where the construct that it was reading begins. Both may lie behind the end.
    """
    at, opening = min(at, len(file.text)), min(opening, len(file.text))
    row = _row(_finer(file, phrase, at), context)
    place = _escape(file, at) if row.at == "escape" else _mark(file, opening if row.at == "opening" else at)
    line, column = file.position(opening)
    words = {"char": file.text[place.start : place.end], "opening": f"{line}:{column}"}
    return Problem(row.code, row.message.format(**words), place, row.hint.format(**words))


def _finer(file: SourceFile, phrase: str, at: int) -> str:
    """Tell apart what libyaml has one phrase for."""
    char = file.text[at : at + 1]
    if not char and ("expected ','" in phrase or "expected node" in phrase):
        return "end of the text"
    if char == "\t" and "cannot start" in phrase:
        return "a tab character"
    line = file.text.rfind("\n", 0, at) + 1
    if "expected key" in phrase and file.text[line:at].strip():
        return "behind a value"
    return phrase


def _row(phrase: str, context: str) -> _Row:
    if context.endswith("directive"):
        phrase = "directive"
    elif context.endswith("tag"):
        phrase = "undefined tag handle"
    unknown = _Row("", phrase.replace("{", "{{").replace("}", "}}"), "")
    return next((row for row in _ROWS if row.phrase in phrase), unknown)


def _escape(file: SourceFile, at: int) -> Span:
    """Return the whole escape sequence of which libyaml names some character."""
    match = ESCAPE.match(file.text, file.text.rfind("\\", 0, at + 1))
    return file.span(*match.span()) if match else _mark(file, at)


def _mark(file: SourceFile, at: int) -> Span:
    """Point at one character, or behind the last of the line."""
    return file.span(at, at + (file.text[at : at + 1].strip("\r\n") != ""))
