"""The parser: an expression's text in, parsed nodes or one `Refusal` out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, cast

from hostproof.expr.syntax import nodes
from hostproof.expr.syntax.automaton import END, Automaton, Token, UnreadableError, automaton
from hostproof.expr.syntax.limits import DEEPEST, MOST_CHARACTERS
from hostproof.expr.syntax.nodes import Node, Parsed

Piece: TypeAlias = "Token | Node"

GRAMMAR = Path(__file__).with_name("grammar.lark")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where reading stopped: `found` is the offending token, `expected` names the grammar's terminals.

    `kind` is `empty`, `long`, `deep`, `character` (no token begins here), `token` (not this one) or `end` (more
    should follow).
    """

    kind: str
    start: int
    end: int
    found: str = ""
    expected: frozenset[str] = frozenset()


class _TooDeepError(Exception):
    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self.start, self.end = start, end


def parse(text: str) -> Node | Refusal:
    """Read one expression. Never raises: a text that is no expression gives a `Refusal`.

    The parser keeps its own stack and builds nodes as it reduces, so depth is refused before anything recurses.
    """
    if len(text) > MOST_CHARACTERS:
        return Refusal("long", MOST_CHARACTERS, len(text))
    if not text.strip():
        return Refusal("empty", 0, len(text))
    try:
        return cast("Node", _parser().read(text))
    except _TooDeepError as problem:
        return Refusal("deep", problem.start, problem.end)
    except UnreadableError as problem:
        return _unexpected(problem.token, problem.expected, len(text.rstrip()))


def _unexpected(token: Token, expected: frozenset[str], end: int) -> Refusal:
    if token.kind == END:
        return Refusal("end", end, end, "", expected)
    return Refusal("token" if token.kind else "character", token.start, token.end, token.text, expected)


@lru_cache(maxsize=1)
def _parser() -> Automaton:
    """Read the tables once per process."""
    return automaton(_Builder())


def _place(pieces: list[Piece]) -> tuple[int, int, int]:
    """Return start, end and depth of a node made of `pieces`, which are in the order of the text."""
    start, end = pieces[0].start, pieces[-1].end
    depth = 1 + max((piece.depth for piece in pieces if isinstance(piece, Parsed)), default=0)
    if depth > DEEPEST:
        raise _TooDeepError(start, end)
    return start, end, depth


def _piece(piece: Piece | list[Node] | None) -> Piece:
    if piece is None or isinstance(piece, list):
        raise AssertionError("the grammar puts a token or a node here")
    return piece


def _node(piece: Piece | list[Node] | None) -> Node:
    if not isinstance(piece, Parsed):
        raise AssertionError("the grammar puts a node here")  # noqa: TRY004 - not about a type the caller chose
    return piece


def _text(piece: Piece) -> str:
    if not isinstance(piece, Token):
        raise AssertionError("the grammar puts a token here")  # noqa: TRY004 - not about a type the caller chose
    return piece.text


def _leaf(token: Token) -> tuple[int, int, int]:
    return token.start, token.end, 1


def _links(pieces: list[Piece]) -> tuple[Node, tuple[tuple[str, Node], ...]]:
    """Cut `a + b - c` into `a` and the pairs (`+`, b), (`-`, c)."""
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    return _node(pieces[0]), tuple((_text(sign), _node(operand)) for sign, operand in pairs)


class _Builder:
    """What is built of each rule of the grammar, by the rule's name: pieces of the text in, one node out."""

    def conditional(self, pieces: list[Node]) -> Node:
        then, condition, otherwise = pieces
        return nodes.Conditional(*_place([*pieces]), then, condition, otherwise)

    def disjunction(self, pieces: list[Node]) -> Node:
        return nodes.Joined(*_place([*pieces]), "or", tuple(pieces))

    def conjunction(self, pieces: list[Node]) -> Node:
        return nodes.Joined(*_place([*pieces]), "and", tuple(pieces))

    def fallback(self, pieces: list[Node]) -> Node:
        return nodes.Joined(*_place([*pieces]), "??", tuple(pieces))

    def negation(self, pieces: list[Piece]) -> Node:
        return nodes.Prefix(*_place(pieces), "not", _node(pieces[1]))

    def minus(self, pieces: list[Piece]) -> Node:
        return nodes.Prefix(*_place(pieces), "-", _node(pieces[1]))

    def comparison(self, pieces: list[Piece]) -> Node:
        return nodes.Comparison(*_place(pieces), *_links(pieces))

    def arithmetic(self, pieces: list[Piece]) -> Node:
        return nodes.Arithmetic(*_place(pieces), *_links(pieces))

    def membership(self, pieces: list[Node]) -> Node:
        return nodes.Membership(*_place([*pieces]), pieces[0], pieces[1], negated=False)

    def exclusion(self, pieces: list[Piece]) -> Node:
        return nodes.Membership(*_place(pieces), _node(pieces[0]), _node(pieces[2]), negated=True)

    def matching(self, pieces: list[Node]) -> Node:
        return nodes.Matching(*_place([*pieces]), pieces[0], pieces[1])

    def attribute(self, pieces: list[Piece]) -> Node:
        return nodes.Attribute(*_place(pieces), _node(pieces[0]), _text(pieces[1]), pieces[1].start)

    def subscript(self, pieces: list[Piece]) -> Node:
        return nodes.Subscript(*_place(pieces), _node(pieces[0]), _node(pieces[1]))

    def arguments(self, pieces: list[Node]) -> list[Node]:
        return pieces

    def call(self, pieces: list[Piece | list[Node] | None]) -> Node:
        callee, arguments, close = pieces
        inside = tuple(arguments) if isinstance(arguments, list) else ()
        return nodes.Call(*_place([_piece(callee), *inside, _piece(close)]), _node(callee), inside)

    def comprehension(self, pieces: list[Piece]) -> Node:
        callee, binding, body, _ = pieces
        return nodes.Comprehension(*_place(pieces), _node(callee), _node(binding), _node(body))

    def path(self, pieces: list[Token]) -> Node:
        return nodes.Path(*_leaf(pieces[0]), pieces[0].text)

    def number(self, pieces: list[Token]) -> Node:
        return nodes.Number(*_leaf(pieces[0]), pieces[0].text)

    def text(self, pieces: list[Token]) -> Node:
        return nodes.Text(*_leaf(pieces[0]), pieces[0].text)

    def constant(self, pieces: list[Token]) -> Node:
        return nodes.Constant(*_leaf(pieces[0]), pieces[0].text)

    def group(self, pieces: list[Piece]) -> Node:
        """Widen the inner node to its brackets, so that a slice of the text is whole."""
        return replace(_node(pieces[1]), start=pieces[0].start, end=pieces[2].end)

    def list(self, pieces: list[Piece | list[Node] | None]) -> Node:
        opening, items, close = pieces
        inside = tuple(items) if isinstance(items, list) else ()
        return nodes.ListOf(*_place([_piece(opening), *inside, _piece(close)]), inside)
