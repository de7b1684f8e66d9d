"""The grammar as EBNF, made from the file the parser is built of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown import block, code

from hostproof import expr

GRAMMAR = Path(expr.__file__).with_name("grammar.lark")
# Terminals that the page describes in words, by the names they have there.
_LEXICAL = {"PATH": "path", "NUMBER": "number", "TEXT": "text", "RAW": "raw-text"}
_RULE = re.compile(r"\??([a-z]+): (.*)")
_TERMINAL = re.compile(r"(_?[A-Z]+)(?:\.\d+)?: (.*)")
_WORD = re.compile(r"/([a-z]+)\\b/")


def _lines() -> list[str]:
    text = re.sub(r"//.*", "", GRAMMAR.read_text("utf-8"))
    return re.sub(r"\n\s*\|", " |", text).splitlines()


def _terminals() -> dict[str, str]:
    """Return what each terminal is written as in the EBNF."""
    found = {}
    for match in filter(None, map(_TERMINAL.fullmatch, _lines())):
        word = _WORD.fullmatch(match[2])
        spelt = f'"{word[1]}"' if word else match[2]
        found[match[1]] = f"({spelt})" if " | " in spelt else spelt
    return {**found, **_LEXICAL}


def _rules() -> Iterator[tuple[str, list[str]]]:
    """Yield each rule's name and alternatives."""
    terminals = _terminals()
    for match in filter(None, map(_RULE.fullmatch, map(str.rstrip, _lines()))):
        body = re.sub(r"->\s*\w+", "", match[2])
        body = re.sub(r"\[(\w+)\]", r"\1?", body)
        body = re.sub(r"\b_?[A-Z]+\b", lambda name: terminals[name[0]], body)
        yield match[1], _alternatives(" ".join(body.split()))


def _alternatives(body: str) -> list[str]:
    """Cut a rule at each | that stands in no bracket."""
    found, depth = [""], 0
    for piece in re.split(r'("[^"]*"|[()]| \| )', body):
        depth += (piece == "(") - (piece == ")")
        if piece == " | " and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def grammar() -> str:
    """Return all rules, an alternative a line."""
    rules = list(_rules())
    width = max(len(name) for name, _ in rules)
    lines = []
    for name, alternatives in rules:
        lines.append(f"{name:{width}} ::= {alternatives[0]}")
        lines += [f"{'':{width}}   | {alternative}" for alternative in alternatives[1:]]
    return block("ebnf", lines)


def reserved() -> str:
    """Return the words that are never names."""
    words = (_WORD.fullmatch(match[2]) for match in filter(None, map(_TERMINAL.fullmatch, _lines())))
    return " ".join(code(word[1]) for word in words if word)
