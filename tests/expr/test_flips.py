"""What would turn a condition round: the words, and the laws that what they say is so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.expr.evaluate import evaluate
from hostproof.expr.flips import Flips, flips
from hostproof.expr.ranges import range_of
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

from .test_laws import FACTS as ANY_FACTS
from .test_laws import check, environment, facts, texts

FACTS = {
    "sysctl.net.core.somaxconn": {"type": "count", "value": 128},
    "a": {"type": "count", "value": 3},
    "b": {"type": "count", "value": 9},
    "lat": {"type": "duration", "value": 7_000_000},
    "ok": {"type": "bool", "value": False},
    "id": {"type": "string", "value": "debian"},
    "release": {"type": "version", "value": "4.19"},
    "flags": {"type": "list<string>", "value": ["ro"]},
    "limit": {"type": "count?", "value": None},
    "low": {"type": "count?", "value": 5},
    "json": {"type": "any", "value": {"port": 80}},
    "u": {"type": "count", "unknown": "denied"},
    "w": {"type": "bool", "unknown": "timeout"},
    "xs": {"type": "list<count>", "value": [1, 2]},
}
PARAMS = {"least": {"type": "count", "value": 4096}}
LETS = {"want": "params.least", "held": "sysctl.net.core.somaxconn", "enough": "held >= want", "twice": "a * 2"}

WORDS = {
    "sysctl.net.core.somaxconn >= 4096": ["sysctl.net.core.somaxconn >= 4096, now 128"],
    "held >= want": ["sysctl.net.core.somaxconn >= 4096 (want), now 128"],
    "enough and a > 1": ["sysctl.net.core.somaxconn >= 4096 (want), now 128"],
    "4096 <= held": ["sysctl.net.core.somaxconn >= 4096, now 128"],
    "a > 5 and b < 5": ["a > 5, now 3 & b < 5, now 9"],
    "a > 5 or b < 5": ["a > 5, now 3", "b < 5, now 9"],
    "a > 5 and b > 5": ["a > 5, now 3"],
    "a > 5 and a <= 10": ["a > 5 and <= 10, now 3"],
    "5 < a <= 10": ["a > 5 and <= 10, now 3"],
    "a > 5 and a > 7": ["a > 7, now 3"],
    "a > 5 or a > 7": ["a > 5, now 3"],
    "a > 5 and a < 4": [],
    "a < 2 or a > 5": ["a < 2, now 3", "a > 5, now 3"],
    "not (a < 5 or b > 5)": ["a >= 5, now 3 & b <= 5, now 9"],
    "not (a < 5 and b > 5)": ["a >= 5, now 3", "b <= 5, now 9"],
    "(a > 5 or b > 10) and lat < 5ms": ["a > 5, now 3 & lat < 5ms, now 7ms", "b > 10, now 9 & lat < 5ms, now 7ms"],
    "ok": ["ok == true, now false"],
    "ok and id == 'alpine'": ['ok == true, now false & id == "alpine", now "debian"'],
    "id in ['alpine', 'fedora']": ['id in ["alpine", "fedora"], now "debian"'],
    "id in ['alpine', 'fedora'] and id != 'alpine'": ['id in ["alpine", "fedora"] and != "alpine", now "debian"'],
    "id not in ['debian']": ['id not in ["debian"], now "debian"'],
    "id matches '^al'": ["id matches '^al', now \"debian\""],
    "not startswith(id, 'deb')": ["not (startswith(id, 'deb')), now \"debian\""],
    "'nosuid' in flags": ['"nosuid" in flags, now ["ro"]'],
    "release >= version('5.4')": ["release >= 5.4, now 4.19"],
    "release >= version('5.4') and release >= version('5.10')": ["release >= 5.10, now 4.19"],
    "limit != null": ["limit != null, now null"],
    "low == null or low >= 9": ["low == null, now 5", "low >= 9, now 5"],
    "a >= b": ["a >= b, now 3 and 9"],
    "a >= b and b > 5": ["a >= b, now 3 and 9 & b > 5 still, now 9"],
    "twice >= b": ["twice >= b, now 6 and 9"],
    "a + b > 20": ["a + b > 20, now 12"],
    "a + b > 20 and a < 5": ["a + b > 20, now 12 & a < 5 still, now 3"],
    "a > 5 if ok else b > 10": ["b > 10, now 9", "ok == true, now false & a > 5, now 3"],
    "json.port == 443": ["json.port == 443, now 80"],
    "u > 5": ["u > 5, now unknown (denied)"],
    "u > 5 and a > 1": ["u > 5, now unknown (denied)"],
    "w": ["w == true, now unknown (timeout)"],
    "false": [],
    "known(a) and cause(b) == null and a > 5": ["a > 5, now 3"],
    "known(a) and (a ?? 9) > 5": ["a ?? 9 > 5, now 3 & known(a) still, now true"],
}
UNTOLD = {
    "all(x in xs: x > 1)": ([], ["all(x in xs: x > 1) depends on every item of a list"]),
    "known(u)": ([], ["known(u) asks whether a value could be learnt"]),
    "not known(a)": ([], ["known(a) asks whether a value could be learnt"]),
    "(ok ?? w)": ([], ["ok ?? w falls back on another value where the first is unknown"]),
    "all(x in xs: x > 1) or a > 5": (["a > 5, now 3"], ["all(x in xs: x > 1) depends on every item of a list"]),
    "any(x in xs: x > 1) and a > 5": (["a > 5, now 3"], []),
    "any(x in xs: x > a - 2) and a > 5": (["a > 5, now 3 & any(x in xs: x > a - 2) still, now true"], []),
    "subset_of(xs, [a])": ([], ["subset_of(xs, [a]) is what subset_of() makes of several values"]),
}
FALSE = {
    "a > 1": ["a <= 1, now 3"],
    "a > 1 and b > 5": ["a <= 1, now 3", "b <= 5, now 9"],
    "a > 1 or b > 5": ["a <= 1, now 3 & b <= 5, now 9"],
    "1 < a < 5": ["a <= 1, now 3", "a >= 5, now 3"],
    "not ok": ["ok == true, now false"],
    "u > 5 and a > 1": ["u <= 5, now unknown (denied)", "a <= 1, now 3"],
}


def words(found: Flips) -> list[str]:
    """Return the ways in words."""
    return [" & ".join(map(str, way)) for way in found.ways]


@pytest.fixture
def told(world: Callable[..., object]) -> Callable[[str, bool], Flips]:
    """Return what tells how a condition would turn out as wanted."""
    made = world(FACTS, PARAMS, LETS)
    return lambda text, want: flips([(made.expr(text), want)], made.env)


@pytest.mark.parametrize("text", WORDS)
def test_what_would_make_it_true(told: Callable[[str, bool], Flips], text: str) -> None:
    """Only what has to change is told, all of it, and what must stay because it hangs on the same."""
    assert told(text, True) == Flips(told(text, True).ways)
    assert words(told(text, True)) == WORDS[text]


@pytest.mark.parametrize("text", FALSE)
def test_what_would_make_it_false(told: Callable[[str, bool], Flips], text: str) -> None:
    """A condition that holds is turned round in the same way."""
    assert words(told(text, False)) == FALSE[text]


@pytest.mark.parametrize("text", UNTOLD)
def test_what_cannot_be_told(told: Callable[[str, bool], Flips], text: str) -> None:
    """What is no comparison is named, with the reason, unless it may stay as it is."""
    found = told(text, True)
    assert (words(found), list(found.untold)) == UNTOLD[text]


def test_several_conditions_at_once(world: Callable[..., object]) -> None:
    """What one condition needs must not break the other."""
    made = world(FACTS, PARAMS, LETS)
    found = flips([(made.expr("a < 8"), True), (made.expr("a > 5"), True)], made.env)
    assert words(found) == ["a < 8 and > 5, now 3"]


def test_too_many_ways(told: Callable[[str, bool], Flips]) -> None:
    """Thousands of ways are not told, and take no time."""
    text = " and ".join(f"(a > {n} or b > {n + 1} or lat > {n}ms)" for n in range(20, 3, -1))
    assert told(text, True).ways
    text = " and ".join(f"(a == {n} or b == {n + 1} or json.port == {n} or json.x == {n})" for n in range(12))
    assert told(text, True) == Flips((), ("there are more ways than can be told",))


# Conditions on a few facts, so that what is said of one of them often concerns another.
PARTS = """n1 > 2 | n1 < 5 | n2 >= n1 | n1 + n2 > 3 | b1 | n2 in [1, 3] | (n1 ?? 2) > 1 | known(n1) | 1 <= n1 < 4
    (n1 > 2 if b1 else n2 > 1) | all(x in xs: x < n1) | cause(n2) == null | n2 != 1 | q1 == null"""
FEW = st.recursive(
    st.sampled_from([part.strip() for line in PARTS.split("\n") for part in line.split("|")]),
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=5,
)
CONDITIONS = FEW | FEW.map(lambda text: f"not {text}") | texts("bool", 4)


@settings(max_examples=400)
@given(CONDITIONS, facts(), st.booleans(), st.data())
def test_a_way_that_is_met_turns_it_round(
    text: str, now: tuple[dict[str, Value], dict[str, Unknown]], want: bool, data: st.DataObject
) -> None:
    """Whatever makes all changes of one way true, and touches only what they read, gives the verdict told."""
    expr = check(text)
    if expr is None:
        return
    for way in flips([(expr, want)], environment(*now)).ways:
        touched = frozenset[str]().union(*(change.reads for change in way))
        for _ in range(4):
            values, unknown = (dict(part) for part in now)
            for name in sorted(touched):
                values.pop(name, None), unknown.pop(name, None)
                if data.draw(st.integers(0, 7)):
                    values[name] = data.draw(ANY_FACTS[name][1], label=name)
            later = environment(values, unknown)
            if all(change.is_met(later) for change in way):
                assert evaluate(expr, later) is want


@settings(max_examples=400)
@given(CONDITIONS, facts(), facts(), st.booleans())
def test_nothing_else_turns_it_round(
    text: str,
    now: tuple[dict[str, Value], dict[str, Unknown]],
    then: tuple[dict[str, Value], dict[str, Unknown]],
    want: bool,
) -> None:
    """Where all can be told, no other facts give that verdict than those that meet a way."""
    expr = check(text)
    if expr is None:
        return
    found = flips([(expr, want)], environment(*now))
    later = environment(*then)
    if not found.untold and not any(all(change.is_met(later) for change in way) for way in found.ways):
        assert evaluate(expr, later) is not want


@given(st.sampled_from(["n1", "n2", "d1", "z1", "x1"]), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), facts())
def test_just_short_is_not_enough(
    name: str, sign: str, given_facts: tuple[dict[str, Value], dict[str, Unknown]]
) -> None:
    """Of values around the bound exactly those turn the verdict round that the words admit."""
    bound, step = {"d1": (2_000_000, 1), "z1": (2048, 1)}.get(name, (2, 1))
    literal = {"d1": "2ms", "z1": "2KiB"}.get(name, "2")
    expr = check(f"{name} {sign} {literal}")
    assert expr is not None
    values, unknown = given_facts
    env = environment(values, unknown)
    if evaluate(expr, env) is True:
        return
    ((change,),) = flips([(expr, True)], env).ways
    assert change.wanted == f"{name} {sign} {literal}"
    for value in (bound - step, bound, bound + step):
        later = environment({**values, name: value}, {key: why for key, why in unknown.items() if key != name})
        assert evaluate(expr, later) is change.is_met(later)


KEYS = st.integers(0, 4)
RANGES = st.lists(st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), KEYS), min_size=1, max_size=4)


@given(RANGES, RANGES)
def test_ranges(one: list[tuple[str, int]], other: list[tuple[str, int]]) -> None:
    """A range holds what all comparisons allow; one said to be empty has nothing, one within another nothing more."""
    ranges = []
    for rows in (one, other):
        values = None
        for sign, key in rows:
            more = range_of(sign, key, version=False)
            assert more is not None
            values = more if values is None else values.meet(more)
        assert values is not None
        ranges.append(values)
    keys = [None, *(key / 2 for key in range(-2, 11))]
    inside = [[key for key in keys if values.contains(key)] for values in ranges]
    signs = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}
    for key in keys[1:]:
        holds = all(signs[s](key, float(k)) if s in signs else (key == k) is (s == "==") for s, k in one)
        assert ranges[0].contains(key) is holds
    assert not (ranges[0].is_empty() and inside[0])
    assert not ranges[0].within(ranges[1]) or set(inside[0]) <= set(inside[1])
