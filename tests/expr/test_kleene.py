"""Three-valued logic, exhaustively: what every operator makes of true, false and Unknown.

The expected value is found by trying everything an Unknown could be: if all come to the same, that is the value, else
it is Unknown. This is what Kleene's tables say as long as every input stands in an expression only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

BOTH = (True, False)
INPUTS = (True, False, None)  # None stands for Unknown here
Inputs = tuple[bool | None, ...]


def completions(inputs: Inputs) -> Iterator[tuple[bool, ...]]:
    """Yield everything the inputs could be."""
    return product(*((value,) if value is not None else BOTH for value in inputs))


def expected(meaning: Callable[..., Value], inputs: Inputs) -> Value | type[Unknown]:
    """Return the one value that all completions come to, or Unknown."""
    outcomes = [meaning(*completion) for completion in completions(inputs)]
    return outcomes[0] if all(outcome == outcomes[0] for outcome in outcomes) else Unknown


def facts(inputs: Inputs) -> dict[str, Mapping[str, object]]:
    """Return facts a, b, c... with the inputs."""
    rows = ({"type": "bool", "value": v} if v is not None else {"type": "bool", "unknown": "denied"} for v in inputs)
    return dict(zip("abcd", rows, strict=False))


OPERATORS: dict[str, Callable[..., Value]] = {
    "not a": lambda a: not a,
    "a and b": lambda a, b: a and b,
    "a or b": lambda a, b: a or b,
    "a and b and c": lambda a, b, c: a and b and c,
    "a or b or c": lambda a, b, c: a or b or c,
    "a and (b or c)": lambda a, b, c: a and (b or c),
    "not (a or not b)": lambda a, b: not (a or not b),
    "a == b": lambda a, b: a == b,
    "a != b": lambda a, b: a != b,
    "1 if a else 2": lambda a: 1 if a else 2,
    "1 if a else 1": lambda a: int(a) * 0 + 1,
    "b if a else c": lambda a, b, c: b if a else c,
    "a in [b]": lambda a, b: a == b,
    "true in [a, b, c]": lambda a, b, c: a or b or c,
    "true not in [a, b]": lambda a, b: not (a or b),
    "a and 1 / 0.5 > 1": lambda a: a,
}


@pytest.mark.parametrize(("text", "meaning"), OPERATORS.items(), ids=OPERATORS)
def test_operator(text: str, meaning: Callable[..., Value], world: Callable[..., object]) -> None:
    """An operator's value is known exactly if it doesn't depend on what is Unknown."""
    width = meaning.__code__.co_argcount
    for inputs in product(INPUTS, repeat=width):
        made = world(facts(inputs))
        result = evaluate(made.expr(text), made.env)
        wanted = expected(meaning, inputs)
        assert (Unknown if isinstance(result, Unknown) else result) == wanted, inputs


COMPREHENSIONS: dict[str, Callable[..., Value]] = {
    "all(i in xs: i.v)": lambda *items: all(items),
    "any(i in xs: i.v)": lambda *items: any(items),
    "none(i in xs: i.v)": lambda *items: not any(items),
    "one(i in xs: i.v)": lambda *items: sum(items) == 1,
    "count(i in xs: i.v)": lambda *items: sum(items),
    "len(filter(i in xs: i.v))": lambda *items: sum(items),
    "all(i in xs: not i.v)": lambda *items: not any(items),
    "not any(i in xs: i.v)": lambda *items: not any(items),
}


@pytest.mark.parametrize(("text", "meaning"), COMPREHENSIONS.items(), ids=COMPREHENSIONS)
def test_comprehension(text: str, meaning: Callable[..., Value], world: Callable[..., object]) -> None:
    """A comprehension over up to four items, any of which may lack the field, is known exactly if it can be."""
    for length in range(5):
        for inputs in product(INPUTS, repeat=length):
            items = [{"v": value} if value is not None else {} for value in inputs]
            made = world({"xs": {"type": "list<{v: bool}>", "value": items}})
            result = evaluate(made.expr(text), made.env)
            assert (Unknown if isinstance(result, Unknown) else result) == expected(meaning, inputs), inputs


@pytest.mark.parametrize("value", INPUTS)
def test_looking_through_unknown(value: bool | None, world: Callable[..., object]) -> None:
    """`known`, `cause` and `??` alone tell Unknown from a value."""
    made = world(facts((value,)))
    assert evaluate(made.expr("known(a)"), made.env) is (value is not None)
    assert evaluate(made.expr("cause(a)"), made.env) == ("denied" if value is None else None)
    assert evaluate(made.expr("a ?? false"), made.env) is (value or False)
    assert evaluate(made.expr("known(a ?? false)"), made.env) is True
