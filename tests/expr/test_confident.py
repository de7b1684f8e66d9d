"""Laws of `decide: confident`: it only ever withholds what the values would have said, and says why in numbers."""

from __future__ import annotations

import marshal
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.expr.check import check_expression
from hostproof.expr.confidence import estimates
from hostproof.expr.confidence.quantiles import astray, confident, is_confident
from hostproof.expr.evaluate import evaluate
from hostproof.expr.explain import explain
from hostproof.expr.findings import find
from hostproof.expr.flips import flips
from hostproof.expr.freeze import freeze, thaw
from hostproof.expr.functions import ranks
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env, Scope
from hostproof.expr.unknowns import undecided
from hostproof.expr.walk import Walk
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import BOOL
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

FACTS = {"a": "samples<duration>", "b": "samples<duration>", "n": "samples<count>", "x": "samples<float>", "t": "bool"}
CATALOG = Catalog(FactSpec(name, parse_type(of), Owner.PROCESS, "of a law", "test") for name, of in FACTS.items())

# How durations and conditions may be written; a word in braces stands for any text of its kind.
WAYS = {
    "quantile": "p50(a) | p90(a) | p99(b) | median(b) | quantile(a, 30%) | quantile(a, 0%) | quantile(b, 100%)",
    "amount": """{quantile} | {quantile} | {quantile} | 1ms | 3ms | 0s | -2ms | mean(b) | max(a) | ({amount} + {amount})
        | ({amount} - {amount}) | ({amount} * 2) | ({amount} * -3) | ({amount} / 0.5) | (-{amount}) | abs({amount})
        | min({amount}, {amount}) | max({amount}, {amount}) | (1ms * ({amount} / {quantile})) | ({amount} ?? {amount})
        | ({amount} if t else {amount})""",
    "link": """{quantile} {sign} {amount} | {amount} {sign} {amount} | {amount} <= {quantile} < {amount}
        | {quantile} {sign} 1ms | t""",
    "condition": """{link} | {link} | ({condition} and {condition}) | ({condition} or {condition}) | not ({condition})
        | ({condition} if t else {condition})""",
    "sign": "< | <= | > | >= | == | !=",
}


@st.composite
def texts(draw: st.DrawFn, kind: str, depth: int = 3) -> str:
    """Draw a text of a kind."""
    ways = [way.strip() for way in WAYS[kind].split(" | ")]
    plain = [way for way in ways if f"{{{kind}}}" not in way]
    head, *rest = draw(st.sampled_from(ways if depth else plain)).split("{")
    for piece in rest:
        name, _, tail = piece.partition("}")
        head += draw(texts(name, max(depth - 1, 0))) + tail
    return head


links, conditions = texts("link"), texts("condition")
amounts = st.lists(st.integers(-4, 6).map(lambda n: n * 1_000_000), max_size=40)


@st.composite
def environments(draw: st.DrawFn) -> Env:
    """Draw samples, some of them Unknown."""
    values: dict[str, Value] = {"n": draw(st.lists(st.integers(0, 5))), "x": draw(st.lists(st.floats(0, 5)))}
    values |= {"a": [*draw(amounts)], "b": [*draw(amounts)], "t": draw(st.booleans())}
    unknown = {name: Unknown(Cause.DENIED, "in a law", "", name) for name in draw(st.sets(st.sampled_from(["b", "t"])))}
    known = {name: value for name, value in values.items() if name not in unknown}
    return Env(Snapshot(1_000_000_000, "local", Host(), known, unknown))


def check(text: str) -> Expr:
    """Return a checked condition."""
    problems = Problems()
    expr = check_expression(SourceFile("law", text), Scope(CATALOG), problems, BOOL)
    assert expr is not None, problems.found
    return expr


@settings(max_examples=250)
@given(conditions, environments())
def test_confidence_only_withholds(text: str, env: Env) -> None:
    """What is decided with confidence is decided alike by the values; what is Unknown by the values stays Unknown."""
    expr = check(text)
    sure = confident(expr)
    by_values, by_intervals = evaluate(expr, env), evaluate(sure, env)
    if isinstance(by_values, Unknown):
        assert isinstance(by_intervals, Unknown)
    else:
        assert isinstance(by_intervals, Unknown) or by_intervals is by_values


@settings(max_examples=120)
@given(conditions, environments())
def test_one_meaning_whoever_evaluates(text: str, env: Env) -> None:
    """The quick way, the walk and what was frozen agree; Unknowns and the tree of values can always be told."""
    sure = confident(check(text))
    result = evaluate(sure, env)
    frozen = marshal.loads(marshal.dumps(freeze(sure)))
    assert evaluate(thaw(frozen), env) == result == Walk(env).value(sure.root)
    assert bool(undecided(sure, env)) is isinstance(result, Unknown)
    assert [*explain(sure, env).lines()]


@given(links)
def test_what_compares_no_quantile_is_left_alone(text: str) -> None:
    """An expression without a quantile in a comparison is the very same afterwards, and none is made so twice."""
    expr = check(text)
    sure = confident(expr)
    asks = any(word in text for word in ("p50", "p90", "p99", "median", "quantile"))
    assert (sure is expr) is not asks
    assert is_confident(sure) is asks
    assert [*astray(sure.root)] == []


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(0, 60), st.sampled_from(["<", ">="]))
def test_more_of_the_same_settles_it(count: int, below: int, sign: str) -> None:
    """Samples of which clearly more than half lie on one side settle it when there are enough of them."""
    below = min(below, count)

    def decided(times: int) -> bool:
        samples: list[Value] = [0] * (below * times) + [9_000_000] * ((count - below) * times)
        env = Env(Snapshot(0, "local", Host(), {"a": samples, "b": [], "n": [], "x": [], "t": True}))
        return not isinstance(evaluate(confident(check(f"p50(a) {sign} 1ms")), env), Unknown)

    assert decided(400) or abs(below / count - 0.5) <= 0.1


CASES = {
    "p99(a) < 5ms": "p99(a) = 4ms (95%: 3ms.. of 4, too few for an upper bound), wanted < 5ms",
    "p50(a) < 1ms": "p50(a) = 2ms (4 samples, too few for a 95% interval), wanted < 1ms",
    "p50(n) >= 3": "p50(n) = 5 (95%: 2..9 of 10), wanted >= 3",
    "p50(n) * 2 >= 6": "p50(n) * 2 = 10 (95%: 4..18 of 10), wanted >= 6",
    "p50(n) - p50(m) < 9": "p50(n) - p50(m) = 4 (97.5%: 1..8 of 10 and 8), wanted < 9",
    "mean(n) > 1.0": "mean(n) = 5.5, wanted > 1",
    "p50(n) in [5, 6]": "p50(n) = 5 (95%: 2..9 of 10), wanted in [5, 6]",
    "p50(n) % 2 == 1": "p50(n) % 2 = 1, wanted == 1",
}


def test_findings_show_the_interval(world: Callable[..., object]) -> None:
    """Beside the value of a quantile stands its interval, with or without `decide: confident`."""
    facts = {
        "a": {"type": "samples<duration>", "value": [4_000_000, 2_000_000, 3_000_000, 1_000_000]},
        "n": {"type": "samples<count>", "value": [10, 2, 3, 4, 5, 6, 7, 8, 9, 1]},
        "m": {"type": "samples<count>", "value": [1] * 8},
    }
    made = world(facts)
    shown = {text: "; ".join(map(str, find(made.expr(text), made.env))) for text in CASES}
    assert shown == CASES


def test_explaining_tells_intervals_and_what_would_settle_it(world: Callable[..., object]) -> None:
    """The tree shows intervals beside values, and what would turn the rule round asks for confidence."""
    facts = {"lat": {"type": "samples<duration>", "value": [number * 1_000_000 for number in range(1, 11)]}}
    made = world(facts, lets={"slow": "p50(lat)"}, sure=True)
    expr = made.expr("1ms < slow < 5ms")
    tree = explain(expr, made.env)
    assert [*tree.lines()][:2] == [
        "1ms < slow < 5ms = unknown (inconclusive)",
        "  slow: p50(lat) = 5ms (95%: 2ms..9ms of 10)",
    ]
    now = "now 5ms (95%: 2ms..9ms of 10)"
    to_pass, to_fail = flips([(expr, True)], made.env), flips([(expr, False)], made.env)
    assert [[str(change) for change in way] for way in to_pass.ways] == [
        [f"slow > 1ms with 95% confidence and < 5ms with 95% confidence, {now}"]
    ]
    assert [[str(change) for change in way] for way in to_fail.ways] == [
        [f"slow <= 1ms with 95% confidence, {now}"],
        [f"slow >= 5ms with 95% confidence, {now}"],
    ]


def with_facts(now: Env, then: Env, names: frozenset[str]) -> Env:
    """Return an environment in which the named facts are as `then`, and the others as `now`."""
    found = {name: (then if name in names else now).snapshot.get(name) for name in FACTS}
    unknown = {name: value for name, value in found.items() if isinstance(value, Unknown)}
    values = {name: value for name, value in found.items() if not isinstance(value, Unknown)}
    return Env(Snapshot(1_000_000_000, "local", Host(), values, unknown))


@settings(max_examples=120)
@given(conditions, environments(), environments(), st.booleans())
def test_flips_are_exact(text: str, now: Env, then: Env, want: bool) -> None:
    """A rule turns out as wanted once all changes of one way are met, and not as long as those of none are."""
    sure = confident(check(text))
    found = flips([(sure, want)], now)
    for way in found.ways:
        later = with_facts(now, then, frozenset[str]().union(*(change.reads for change in way)))
        assert not all(change.is_met(later) for change in way) or evaluate(sure, later) is want
    if not found.untold and not any(all(change.is_met(then) for change in way) for way in found.ways):
        assert evaluate(sure, then) is not want


@pytest.mark.parametrize(
    "way",
    [
        "(p50(a) if 1ms < {} < 12ms else 2ms)",
        "(p50(a) if {} < 5ms else p50(a))",
        "(p50(b) ?? {})",
        "max(p50(a), {})",
        "({} - p50(a))",
    ],
)
def test_each_part_is_evaluated_once(way: str, world: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep quantiles hide in each other, an evaluation asks for each interval once."""
    facts = {"a": {"type": "samples<duration>", "value": [*range(10)]}, "b": {"type": "samples<duration>", "value": []}}
    asked: list[float] = []

    def counting(samples: list[int | float], share: float, risk: float) -> ranks.Interval:
        asked.append(share)
        return ranks.interval(samples, share, risk)

    monkeypatch.setattr(estimates, "interval", counting)
    text = "p50(a)"
    for _ in range(12):
        text = way.format(text)
    made = world(facts, sure=True)
    assert isinstance(evaluate(made.expr(f"{text} == 1ns"), made.env), Unknown)
    assert 0 < len(asked) <= text.count("p50(a)")
