"""The shape of a function's row, and of the types it takes and gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from hostproof.expr.dimensions import QUANTITIES, SEQUENCES, assignable, unify
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, Kind, Type
from hostproof.facts.typetext import parse_type
from hostproof.source.records import record

# Letters that stand for a type: any at all, one with amounts, one that Python orders as we do.
_AMOUNTS = QUANTITIES - {Kind.TIME}
_LETTERS = {"T": frozenset(Kind), "U": frozenset(Kind), "Q": _AMOUNTS, "O": QUANTITIES | {Kind.STRING}}
_LETTER = re.compile(r"\b[TUQO]\b")
UNTYPED = "untyped"  # only untyped data: the function looks at it itself
_ITEMS = re.compile(r"(list|samples|map)<([TUQO])>")

Call = Callable[..., Value]
Constants = tuple[Value, ...]


@record
class Form:
    """One form of a function: the types it takes and gives, as texts, and what computes it.

    `T` and `U` stand for any type, `Q` for one with amounts (numbers, durations, sizes...), `O` for amounts, times and
    texts; the same letter is the same type throughout. The last of `takes` may repeat when `repeats`. `call` gets
    erased values of these types, and may raise UndecidedError, ValueError or ArithmeticError.
    """

    takes: tuple[str, ...]
    gives: str
    call: Call
    repeats: bool = False

    def __str__(self) -> str:
        return f"({', '.join(self.takes)}{', ...' if self.repeats else ''}) -> {self.gives}"

    def taken(self, count: int) -> tuple[str, ...] | None:
        """Return the texts of what `count` arguments must be, or None if so many don't fit."""
        missing = count - len(self.takes)
        if missing == 0:
            return self.takes
        return self.takes + self.takes[-1:] * missing if self.repeats and missing > 0 else None


@record
class Function:
    """One row of the table.

    `example` is an expression and its value as `format_value` writes it. `refuse` looks at arguments that stand in
    the text (None for the others) and returns the index of a wrong one and what is wrong. `builds`: the result may be
    as long as the arguments, so it costs more steps. `timed`: the snapshot's time comes as a first argument.
    """

    name: str
    forms: tuple[Form, ...]
    meaning: str
    example: tuple[str, str]
    refuse: Callable[[Constants], tuple[int, str] | None] | None = None
    builds: bool = False
    timed: bool = False


def match(pattern: str, given: Type, letters: dict[str, Type]) -> bool:
    """Say whether a type fits a pattern; notes in `letters` what the pattern's letters stand for."""
    if pattern in _LETTERS:
        return _match_letter(pattern, given, letters)
    if pattern == UNTYPED:
        return given.kind is Kind.ANY
    items = _ITEMS.fullmatch(pattern)
    if items is None:
        return assignable(given, _type(pattern))
    kinds = frozenset({Kind.MAP}) if items[1] == "map" else SEQUENCES
    if given.nullable or (given.kind not in kinds and given.kind is not Kind.ANY):
        return False
    item = ANY if given.kind is Kind.ANY else given.item
    return item is None or _match_letter(items[2], item, letters)


def _match_letter(letter: str, given: Type, letters: dict[str, Type]) -> bool:
    wanted = _LETTERS[letter]
    if len(wanted) < len(Kind) and (given.nullable or given.kind not in wanted | {Kind.ANY}):
        return False
    joined = unify(letters.get(letter, given), given)
    if joined is not None:
        letters[letter] = joined
    return joined is not None


def result(pattern: str, letters: dict[str, Type]) -> Type:
    """Return the type that a pattern stands for, once its letters are known."""
    return _type(_LETTER.sub(lambda letter: str(_spelt(letters.get(letter[0], ANY))), pattern).replace("any?", "any"))


def _spelt(of: Type) -> Type:
    """Return the type with `any` for what is not known about the items of an empty list."""
    if of.kind in {Kind.LIST, Kind.MAP, Kind.SAMPLES}:
        return Type(of.kind, _spelt(of.item or ANY), nullable=of.nullable)
    return of


@lru_cache(maxsize=512)
def _type(text: str) -> Type:
    return parse_type(text)


def untyped(pattern: str) -> str:
    """Return the type that untyped data must be of when it is met where the pattern is wanted.

    >>> untyped("samples<Q>"), untyped("O"), untyped("string")
    ('samples<float>', 'any', 'string')
    """
    if pattern == UNTYPED:
        return "any"
    return _LETTER.sub(lambda letter: "float" if letter[0] == "Q" else "any", pattern)
