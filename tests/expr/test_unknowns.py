"""What kept an expression from being decided, and what it looks like from inside."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.expr.explain import explain
from hostproof.expr.unknowns import MOST_UNKNOWNS, undecided

FACTS = {
    "t": {"type": "bool", "value": True},
    "f": {"type": "bool", "value": False},
    "u": {"type": "bool", "unknown": "denied"},
    "w": {"type": "count", "unknown": "timeout"},
    "n": {"type": "count", "value": 4},
    "zero": {"type": "count", "value": 0},
    "j": {"type": "any", "value": "text"},
    "xs": {"type": "list<{name: string, v: count}>", "value": [{"name": "a", "v": 1}, {"name": "b"}, {"v": 3}]},
    "many": {"type": "list<{v: count}>", "value": [{}] * 100},
}
LETS = {"later": "w + 1"}

CASES = {
    "t and n > 3": [],
    "u": ["u: denied"],
    "u and t": ["u: denied"],
    "u and f": [],
    "u and w > 1": ["u: denied", "w: timeout"],
    "u or n > 9 or w > 1": ["u: denied", "w: timeout"],
    "not u": ["u: denied"],
    "w + w > n": ["w: timeout"],
    "later > 1": ["w: timeout"],
    "(u ?? (w > 1))": ["u: denied", "w: timeout"],
    "w > 1 if t else u": ["w: timeout"],
    "n > 1 if u else n > 9": ["u: denied"],
    "n / zero > 1": ["n: arithmetic: division by zero"],
    "j > 3": ["j: type: it is a text, not a number"],
    "all(x in xs: x.v > 0)": ["xs: absent: item 1 has no 'v'"],
    "all(x in xs: x.v > 0 and x.name != '')": ["xs: absent: item 1 has no 'v'", "xs: absent: item 2 has no 'name'"],
    "none(x in xs: x.v > w)": ["w: timeout", "xs: absent: item 1 has no 'v'"],
    "xs[7].v > 1": ["xs: absent: it has 3 items, none at 7"],
    "n in [1, w]": ["w: timeout"],
}


@pytest.mark.parametrize(("text", "wanted"), CASES.items(), ids=CASES)
def test_what_mattered(text: str, wanted: list[str], world: Callable[..., object]) -> None:
    """Only the Unknowns that a decision waits for are told, each with fact, cause and detail."""
    made = world(FACTS, {}, LETS)
    assert [str(unknown) for unknown in undecided(made.expr(text), made.env)] == wanted


def test_a_fact_nobody_collected_says_so(world: Callable[..., object]) -> None:
    """A fact that the snapshot lacks is `not-collected`, with what to do about it."""
    made = world({"a.*": {"type": "any", "values": {}}})
    (unknown,) = undecided(made.expr("a.b.c > 1"), made.env)
    assert str(unknown).startswith("a.b.c: not-collected")
    assert unknown.cure


def test_they_are_few(world: Callable[..., object]) -> None:
    """Of a hundred reasons twenty are told."""
    made = world(FACTS, {}, LETS)
    assert len(undecided(made.expr("all(x in many: x.v > 0)"), made.env)) == MOST_UNKNOWNS


def test_a_snapshot_that_lies_about_types(world: Callable[..., object]) -> None:
    """A value that isn't of its declared type never raises; the walk calls it Unknown(`type`)."""
    made = world({"n": {"type": "count", "value": "4"}, "xs": {"type": "list<count>", "value": {"a": 1}}})
    for text in ("n > 3", "n + 1 > 3", "sum(xs) > 1", "xs[0] > 1", "all(x in xs: x > 0)"):
        (unknown,) = undecided(made.expr(text), made.env) or (evaluate(made.expr(text), made.env),)
        assert str(unknown.cause) == "type"


def test_explaining(world: Callable[..., object], golden: Callable[[str, str], None]) -> None:
    """The tree shows every part with its value, through lets and into the items of lists."""
    made = world(FACTS, {}, LETS)
    texts = ("n > 3 and u", "later > 1 or t", "all(x in xs: x.v > zero)", "n / zero > 1", "xs[0].name in ['a', 'b']")
    trees = ("\n".join(explain(made.expr(text), made.env).lines()) for text in texts)
    golden("explained.txt", "\n\n".join(trees) + "\n")
