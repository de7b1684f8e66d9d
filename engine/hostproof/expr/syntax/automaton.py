"""The automaton that reads expressions: the grammar's tables and a text in, what a builder makes of its rules out.

The tables are lark's: `tests/expr/test_grammar.py` lets it make them of `grammar.lark`. To read them takes a thousandth
of a second, to make them forty, and lark itself as long again. How they are walked is in Aho, Sethi and Ullman,
Compilers (1986), 4.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

TABLES = Path(__file__).with_name("tables.json")
END = "$END"

# What a rule's pieces become; the pieces are tokens, nodes, lists of these, or None for what may be left out and was.
Build: TypeAlias = "Callable[[list[object]], object]"
# What to keep of a rule's pieces: the one at a place, all in the list at a place (`[place]`), or None in that stead.
Plan: TypeAlias = "list[int | list[int] | None]"


class Token(NamedTuple):
    """One word of the text: its terminal in the grammar, itself, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


class UnreadableError(Exception):
    """Raised where no rule goes on; `token` has the kind `$END` at the end, and "" where no token begins."""

    def __init__(self, token: Token, expected: frozenset[str]) -> None:
        super().__init__(token)
        self.token, self.expected = token, expected


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the grammar: what it makes, of how many pieces, and how; without `build` its only piece passes."""

    makes: str
    length: int
    build: Build | None


@dataclass(frozen=True, slots=True)
class Automaton:
    """LALR(1) tables. State 0 is the first.

    `actions[state][terminal]` is the next state, or -1 - the rule that ends before the terminal. `follow[state]` is the
    state after what a rule makes. In `finished` the text is read if it is at its end.
    """

    words: re.Pattern[str]
    blank: str
    rules: tuple[Rule, ...]
    actions: tuple[dict[str, int], ...]
    follow: tuple[dict[str, int], ...]
    finished: int

    def read(self, text: str) -> object:
        """Return what the topmost rule makes of a text; raises UnreadableError, and what builders raise."""
        states, pieces, actions, follow, rules = [0], list[object](), self.actions, self.follow, self.rules
        for token in self._tokens(text):
            kind = token.kind
            while (action := actions[states[-1]].get(kind, 0)) < 0:
                rule = rules[~action]
                length = rule.length
                if rule.build is not None:
                    pieces[-length:] = [rule.build(pieces[-length:])]
                del states[-length:]
                states.append(follow[states[-1]][rule.makes])
            if not action:
                if kind == END and states[-1] == self.finished:
                    break
                raise UnreadableError(token, frozenset(actions[states[-1]]))
            states.append(action)
            pieces.append(token)
        return pieces[0]

    def _tokens(self, text: str) -> Iterator[Token]:
        """Yield the words of a text, without the blanks between them, and the end."""
        at, match, blank = 0, self.words.match, self.blank
        while found := match(text, at):
            kind, end = found.lastgroup or "", found.end()
            if kind != blank:
                yield Token(kind, found[0], at, end)
            at = end
        kind = "" if at < len(text) else END
        yield Token(kind, text[at : at + 1], at, min(at + 1, len(text)))


def automaton(builder: object) -> Automaton:
    """Return the automaton; `builder` has a method for each rule that makes something, with the rule's name."""
    import json

    tables = json.loads(TABLES.read_text(encoding="utf-8"))
    words = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in tables["words"]))
    rules = tuple(Rule(makes, length, _build(builder, name, plan)) for makes, length, name, plan in tables["rules"])
    return Automaton(
        words, tables["blank"], rules, tuple(tables["actions"]), tuple(tables["follow"]), tables["finished"]
    )


def _build(builder: object, name: str, plan: Plan) -> Build | None:
    """Return what makes something of a rule's pieces; a rule without a name only hands on the pieces it keeps."""
    if plan == [0] and not name:
        return None
    make: Build = getattr(builder, name) if name else lambda pieces: pieces

    def build(pieces: list[object]) -> object:
        kept: list[object] = []
        for place in plan:
            if isinstance(place, int):
                kept.append(pieces[place])
            elif place is None:
                kept.append(None)
            else:
                kept += pieces[place[0]]  # type: ignore[arg-type]  # such a piece is a list
        return make(kept)

    return build
