"""The automaton's tables are what lark makes of the grammar, and it reads every text as lark does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import grammar as written
import pytest
from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken

from hostproof.expr.parse import GRAMMAR
from hostproof.expr.syntax.automaton import END, TABLES, UnreadableError, automaton
from hostproof.expr.syntax.automaton import Token as Word


@pytest.fixture(scope="module")
def lark() -> Lark:
    """Return lark's own parser of the grammar."""
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer="contextual")


def tables_of(lark: Lark) -> dict[str, Any]:
    """Return lark's tables as plain data, its states numbered in the order they are met from the first."""
    frontend = lark.parser
    table, lexer = frontend.parser._parse_table, frontend.lexer.root_lexer
    rules = {rule: at for at, rule in enumerate(lark.rules)}
    numbers = {table.start_states["start"]: 0}
    waiting = [*numbers]
    actions, follow = list[dict[str, int]](), list[dict[str, int]]()
    for state in waiting:
        acts, goes = dict[str, int](), dict[str, int]()
        for symbol, (action, target) in sorted(table.states[state].items()):
            shifted = action.name == "Shift"
            if shifted and target not in numbers:
                numbers[target] = len(numbers)
                waiting.append(target)
            place = acts if symbol.isupper() else goes
            place[symbol] = numbers[target] if shifted else -1 - rules[target]
        actions.append(acts)
        follow.append(goes)
    return {
        "words": [[terminal.name, terminal.pattern.to_regexp()] for terminal in lexer.terminals],
        "blank": next(iter(lexer.ignore_types)),
        "rules": [rule_of(rule) for rule in lark.rules],
        "actions": actions,
        "follow": follow,
        "finished": numbers[table.end_states["start"]],
    }


def rule_of(rule: Any) -> list[object]:
    """Return what a rule makes, its length, who builds it, and which of its pieces it keeps."""
    plan: list[object] = []
    symbols = enumerate(rule.expansion)
    for missing in rule.options.empty_indices or [False] * len(rule.expansion):
        if missing:
            plan.append(None)
            continue
        at, symbol = next(symbols)
        if not symbol.is_term:
            plan.append([at] if symbol.name.startswith("_") else at)
        elif not symbol.filter_out:
            plan.append(at)
    hands_on = rule.origin.name.startswith("_") or (rule.options.expand1 and not rule.alias and plan == [0])
    return [rule.origin.name, len(rule.expansion), "" if hands_on else rule.alias or rule.origin.name, plan]


def test_the_tables_are_those_of_the_grammar(lark: Lark, update: bool) -> None:
    """Whoever changes the grammar makes the tables anew with --update."""
    text = json.dumps(tables_of(lark), separators=(",", ":")).replace("],", "],\n").replace("},", "},\n") + "\n"
    if update:
        TABLES.write_text(text, encoding="utf-8")
    assert TABLES.read_text(encoding="utf-8") == text


def lark_reads(lark: Lark, text: str) -> object:
    """Return what lark makes of a text: the kinds and places of its tokens in the tree, or where it stopped and why."""
    try:
        return [*leaves(lark.parse(text))]
    except UnexpectedCharacters as stop:
        return "character", stop.pos_in_stream, {*stop.allowed} - {END}
    except UnexpectedToken as stop:
        kind = "end" if stop.token.type == END else "token"
        return kind, None if kind == "end" else stop.token.start_pos, {*stop.expected} - {END}


def leaves(tree: Any) -> Iterator[tuple[str, int]]:
    """Yield the tokens that lark kept in a tree."""
    for child in getattr(tree, "children", ()):
        if isinstance(child, Token):
            yield str(child), child.start_pos or 0
        else:
            yield from leaves(child)


class Recorder:
    """A builder that keeps what it gets: lists of pieces inside lists of pieces."""

    def __getattr__(self, _: str) -> Callable[[list[object]], object]:
        return lambda pieces: pieces


def we_read(text: str) -> object:
    """Return the same as `lark_reads`, of the automaton."""
    try:
        return [*kept(automaton(Recorder()).read(text))]
    except UnreadableError as stop:
        kind = {END: "end", "": "character"}.get(stop.token.kind, "token")
        return kind, None if kind == "end" else stop.token.start, {*stop.expected} - {END}


def kept(piece: object) -> Iterator[tuple[str, int]]:
    """Yield the tokens in what a recorder made."""
    if isinstance(piece, Word):
        yield piece.text, piece.start
    elif isinstance(piece, list):
        for inner in piece:
            yield from kept(inner)


def test_texts_are_read_as_lark_reads_them(lark: Lark) -> None:
    """Sound and broken expressions alike: the same tokens are kept, or reading stops at the same place for the same."""
    texts = [written.expression(Random(seed)).decode() for seed in range(600)]
    texts += [
        "",
        "a.b.if",
        "a.",
        "x r'a' b",
        "95%b",
        "1 % (2)",
        "'a",
        "not not",
        "a not b",
        "f(",
        "f()",
        "[]",
        "f(a: b)",
    ]
    assert [we_read(text) for text in texts] == [lark_reads(lark, text) for text in texts]
