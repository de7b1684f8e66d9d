"""Explaining: the tree of an expression, and which of its parts decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hostproof.expr.explain import MOST_ALIKE, MOST_PARTS, MOST_TURNS, Explained, explain

FACTS = {
    "a": {"type": "count", "value": 3},
    "b": {"type": "count", "value": 9},
    "ok": {"type": "bool", "value": True},
    "off": {"type": "bool", "value": False},
    "u": {"type": "count", "unknown": "denied"},
    "w": {"type": "bool", "unknown": "timeout"},
    "nets": {
        "type": "list<{name: string, mtu: bytes}>",
        "value": [{"name": f"eth{at}", "mtu": 1400 if at in {4, 7} else 1500} for at in range(20)],
    },
    "none": {"type": "list<count>", "value": []},
    "many": {"type": "list<count>", "value": list(range(100))},
    "ten": {"type": "list<count>", "value": list(range(1, 11))},
    "root": {"type": "{size: bytes, free: bytes}", "value": {"size": 2048, "free": 1024}},
    "limit": {"type": "count?", "value": None},
}
PARAMS = {"least": {"type": "count", "value": 5}}
LETS = {"want": "params.least", "enough": "a >= want", "disk": "root", "fixed": "7"}

DECIDING = {
    "a > 1 and b > 10": ["b"],
    "a > 5 and b > 10": ["a", "b"],
    "a > 1 and b > 1": ["a", "b"],
    "a > 1 or b > 10": ["a"],
    "a > 5 or b > 10": ["a", "b"],
    "a > 5 and u > 1": ["a"],
    "a > 1 and u > 1": ["u"],
    "a > 1 or u > 1": ["a"],
    "a > 5 or u > 1": ["u"],
    "not (a > 1 and b > 10)": ["b"],
    "not w": ["w"],
    "1 < a < b < 5": ["b"],
    "5 < a < b": ["a"],
    "1 < a < b": ["a", "b"],
    "1 < a < u": ["u"],
    "a > 5 if ok else b > 5": ["ok", "a"],
    "a > 5 if off else b > 5": ["off", "b"],
    "a > 1 if w else b > 1": ["a", "b"],
    "a > 5 if w else b > 5": ["w"],
    "(u ?? a) > 5": ["a"],
    "(u ?? a ?? b) > 1": ["a"],
    "(u ?? u + 1) > 1": ["u", "u"],
    "a in [1, u]": ["u"],
    "a + u > 3": ["u"],
    "enough": ["a", "params.least"],
    "a > fixed": ["a", "fixed"],
    "disk.free > 4KiB": ["root"],
    "limit == null": ["limit"],
    "any(x in none: x > 1)": ["none"],
}


def leaves(tree: Explained) -> Iterator[str]:
    """Yield the parts that decided and have no parts of their own."""
    if tree.decided and not tree.parts:
        yield tree.text
    for part in tree.parts:
        yield from leaves(part)


def every(tree: Explained) -> Iterator[Explained]:
    """Yield all parts."""
    yield tree
    for part in tree.parts:
        yield from every(part)


@pytest.fixture
def told(world: Callable[..., object]) -> Callable[[str], Explained]:
    """Return what explains an expression."""
    made = world(FACTS, PARAMS, LETS)
    return lambda text: explain(made.expr(text), made.env)


@pytest.mark.parametrize("text", DECIDING)
def test_what_decided(told: Callable[[str], Explained], text: str) -> None:
    """Those operands are marked from which the value of the whole follows, by Kleene's logic."""
    assert list(leaves(told(text))) == DECIDING[text]


def test_what_is_below_something_that_did_not_decide(told: Callable[[str], Explained]) -> None:
    """A mark never stands below a part without one."""
    tree = told("(a > 1 or b > 100) and b > 10 and all(i in nets: i.mtu >= 1500B)")
    for part in every(tree):
        assert part.decided or not any(inner.decided for inner in every(part))


def test_lets_are_shown_once(told: Callable[[str], Explained]) -> None:
    """A let is shown with what it stands for where it is met first, and by its name alone after that."""
    tree = told("enough and enough")
    assert [part.label for part in tree.parts] == ["enough", ""]
    assert [part.text for part in tree.parts] == ["a >= want", "enough"]
    assert [(part.label, part.text) for part in tree.parts[0].parts] == [("", "a"), ("want", "params.least")]


@pytest.mark.parametrize(
    ("text", "items", "left"),
    [
        ("all(i in nets: i.mtu >= 1500B)", ["i = item 4 (eth4)", "i = item 7 (eth7)"], 18),
        ("any(i in nets: i.mtu < 1500B)", ["i = item 4 (eth4)", "i = item 7 (eth7)"], 18),
        ("none(i in nets: i.mtu < 1500B)", ["i = item 4 (eth4)", "i = item 7 (eth7)"], 18),
        ("one(i in nets: i.mtu < 1500B)", ["i = item 4 (eth4)", "i = item 7 (eth7)"], 18),
        ("count(i in nets: i.mtu < 1500B) > 1", ["i = item 4 (eth4)", "i = item 7 (eth7)"], 18),
        ("any(i in nets: i.mtu < 1B)", [f"i = item {at} (eth{at})" for at in range(MOST_ALIKE)], 17),
    ],
)
def test_items_that_decided_stand_first(
    told: Callable[[str], Explained], text: str, items: list[str], left: int
) -> None:
    """Of a list those items are shown that settled it, or the first three; the rest is counted."""
    tree = told(text)
    walk = next(part for part in every(tree) if part.left_out)
    assert [part.label for part in walk.parts[1:]] == items
    assert walk.left_out == left
    assert any(f"and {left} more items" in line for line in tree.lines())


def test_at_most_eight_items(told: Callable[[str], Explained]) -> None:
    """Of many items that decided eight are shown."""
    tree = told("all(x in many: x > 50)")
    assert [part.label for part in tree.parts[1:]] == [f"x = item {at}" for at in range(MOST_TURNS)]
    assert tree.left_out == 100 - MOST_TURNS


def test_a_tree_has_an_end(told: Callable[[str], Explained]) -> None:
    """Walks inside walks don't make a tree that nobody reads."""
    tree = told("any(x in ten: x > 1 and any(y in ten: y > 1 and any(z in ten: z > 1)))")
    assert MOST_PARTS // 2 < len(list(every(tree))) < MOST_PARTS * 2


def test_values_carry_units(told: Callable[[str], Explained]) -> None:
    """Values are written as a person writes them; null is null, Unknown tells its cause."""
    shown = {part.text: part.value for part in every(told("root.free > 4KiB or u > 1 or limit != null"))}
    assert (shown["root.free"], shown["u"], shown["limit"]) == ("1KiB", "unknown (denied)", "null")


def test_all_looks_together_are_bounded(told: Callable[[str], Explained]) -> None:
    """Of an expression whose every part is dear to look at, the later parts are unknown for their cost."""
    part = "any(x in many: any(y in many: x + y == {}))"
    whole = told(" or ".join(part.format(-number) for number in range(1, 71)))
    values = [part.value for part in whole.parts]
    assert (values[0], values[-1]) == ("false", "unknown (budget)")
