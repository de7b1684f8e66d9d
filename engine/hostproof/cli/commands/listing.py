"""Rows for people and for programs: aligned columns, and JSON, of what `facts` and `plan` list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import TEXT_OR_JSON
from hostproof.facts.snapshot import Value
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError

_WIDEST = 56  # a wider cell pushes the rest of its own line only


def wants_json(given: Given) -> bool:
    """Return whether `--format json` was given; raises ProblemError for any other word than text or json."""
    return wanted_word(given, TEXT_OR_JSON) == "json"


def wanted_word(given: Given, words: Sequence[str]) -> str:
    """Return the word of `--format`, the first of `words` where none is given; raises ProblemError for any other."""
    word = given.text("format", words[0])
    if word not in words:
        near = nearest(word, words)
        hint = f"did you mean {near}?" if near else f"write {' or '.join(words)}"
        raise ProblemError((Problem("HP-E501", f"--format {word}: there is no format {word!r} here", hint=hint),))
    return word


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines whose cells stand below each other, two blanks apart; the last cell is as long as it is."""
    widths = [
        max((len(cell) for cell in column if len(cell) <= _WIDEST), default=0) for column in zip(*rows, strict=True)
    ]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(line + "\n" for line in lines)


def as_json(value: Mapping[str, Value] | Sequence[Mapping[str, Value]]) -> str:
    """Return indented JSON that ends its last line."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
