"""Laws over random expressions and facts: one meaning whoever evaluates, and Unknown never hides a value."""

from __future__ import annotations

import marshal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.expr.check import check_expression
from hostproof.expr.compile import compiled
from hostproof.expr.evaluate import SLOW, evaluate
from hostproof.expr.explain import explain
from hostproof.expr.findings import find
from hostproof.expr.freeze import freeze, thaw
from hostproof.expr.model import Expr
from hostproof.expr.program import program
from hostproof.expr.scope import Env, Scope
from hostproof.expr.unknowns import undecided
from hostproof.expr.walk import Walk
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import BOOL
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

small = st.integers(0, 6)
words = st.sampled_from(["a", "b", "eth0", "x"])
json = st.one_of(small, words, st.booleans(), st.none(), st.floats(-2, 5), st.lists(small, max_size=2))
records = st.fixed_dictionaries({}, optional={"name": words, "n": small, "up": st.booleans()})

# Each fact of the laws: its type, and what values it may have.
FACTS: dict[str, tuple[str, st.SearchStrategy[Value]]] = {
    "b1": ("bool", st.booleans()),
    "b2": ("bool", st.booleans()),
    "n1": ("count", small),
    "n2": ("int", st.integers(-6, 6)),
    "x1": ("float", st.floats(-4, 4)),
    "big": ("int", st.sampled_from([2**63 - 1, -(2**63), 0])),
    "q1": ("count?", st.none() | small),
    "d1": ("duration", st.integers(-5, 5).map(lambda n: n * 1_000_000)),
    "z1": ("bytes", small.map(lambda n: n * 1024)),
    "r1": ("ratio", st.floats(0, 1)),
    "s1": ("string", words),
    "v1": ("version", st.sampled_from(["6.1", "6.12-rc3", "go1.22.3", ""])),
    "t1": ("time", st.integers(0, 10).map(lambda n: n * 1_000_000)),
    "j1": ("any", json),
    "xs": ("list<count>", st.lists(small, max_size=3)),
    "rs": ("list<{name: string, n: count, up: bool}>", st.lists(records, max_size=3)),
    "lat": ("samples<duration>", st.lists(small, max_size=3)),
    "m1": ("map<count>", st.dictionaries(words, small, max_size=3)),
    "o1": ("{name: string, n: count}", st.fixed_dictionaries({}, optional={"name": words, "n": small})),
}
SCOPE = Scope(Catalog(FactSpec(n, parse_type(t), Owner.HOST_KERNEL, "of a law", "test") for n, (t, _) in FACTS.items()))


@st.composite
def facts(draw: st.DrawFn) -> tuple[dict[str, Value], dict[str, Unknown]]:
    """Draw a value or Unknown for every fact."""
    values: dict[str, Value] = {}
    unknown: dict[str, Unknown] = {}
    for name, (_, strategy) in FACTS.items():
        if draw(st.integers(0, 3)):
            values[name] = draw(strategy)
        else:
            unknown[name] = Unknown(Cause.DENIED, "in a law", "", name)
    return values, unknown


# How the texts of each kind of value may be put together: a kind in braces stands for any text of it.
SHAPES = """
bool:
    b1 | b2 | true | false | not {bool} | ({bool} and {bool}) | ({bool} or {bool})
    ({bool} and {bool} and {bool}) | {num} {sign} {num} | {num} <= {num} < {num} | {dur} {sign} {dur}
    {size} {sign} {size} | {text} == {text} | {text} < {text} | {version} {sign} {version}
    {time} {sign} {time} | r1 {sign} {ratio} | {num} in {list} | {num} not in [{num}, {num}] | {text} in m1
    {text} in [{text}, s1] | startswith({text}, {text}) | {text} matches r'^[a-e]' | known({num})
    known({bool}) | ({bool} if {bool} else {bool}) | ({bool} ?? {bool}) | q1 == null
    (q1 != null and q1 {sign} {num}) | j1 == {num} | j1 {sign} {num} | j1 == {text} | j1 and {bool}
    j1 in {list} | {num} in j1 | {text} in j1 | all(i in {list}: i {sign} {num})
    any(i in {list}: i == {num} or {bool})
    none(r in rs: r.up) | one(r in rs: r.n > {num}) | all(r in rs: r.up and {bool})
    any(r in rs: r.name == {text}) | all(a in {list}: any(b in {list}: a == b)) | all(k in m1: m1[k] > {num})
    any(i in j1: i == {num}) | {list} == {list} | subset_of({list}, {list}) | glob({text}, 'e*')
    cause({num}) == 'denied'
num:
    0 | 1 | 3 | n1 | n2 | x1 | big | ({num} + {num}) | ({num} - {num}) | ({num} * {num}) | ({num} / {num})
    -{num} | len({list}) | len({text}) | ({num} if {bool} else {num}) | ({num} ?? {num}) | abs({num})
    min({num}, {num}) | max({list}) | sum({list}) | count(i in {list}: {bool}) | {list}[0]
    {list}[len({list}) - 1] | xs[n1] | o1.n | m1.a | m1[{text}] | rs[0].n | j1 + {num} | round({num})
    bit_and(n1, n2) | n1 % n2 | ({dur} / 1ms) * 1.0 | (q1 if q1 != null else 2) | int({text}) | mean({list})
    p50({list}) | stddev({list}) | (r1 * {num})
dur:
    0s | 1ms | 5ms | d1 | ({dur} + {dur}) | ({dur} - {dur}) | {dur} * {num} | {dur} / {num} | d1 % 2ms
    p90(lat) | mean(lat) | sum(lat) | ({dur} if {bool} else {dur}) | ({time} - t1) | age(t1) | ({dur} ?? 1ms)
    j1 * 1ms | max({dur}, {dur}) | {size} / (1kB / 1s)
size:
    z1 | 1KiB | 0B | ({size} + z1) | z1 * {num} | z1 / 2 | (1kB / 1s) * {dur}
ratio:
    r1 | 50% | (r1 + 5%) | (n1 / n2) | ratio(n1, n2) | z1 / {size} | 0.5
text:
    s1 | 'a' | 'eth0' | o1.name | rs[0].name | lower({text}) | ({text} + {text})
    ({text} if {bool} else {text}) | ({text} ?? 'x') | join(map(r in rs: r.name), '-') | split({text}, 't')[0]
    strip({text}) | cause({num}) ?? 'a'
version:
    v1 | version('6.1') | version({text}) | max(v1, version('5')) | ({version} ?? v1)
time:
    t1 | ({time} + {dur}) | timestamp('1970-01-01')
list:
    xs | [] | [{num}] | [{num}, {num}] | filter(i in {list}: i > {num}) | map(i in {list}: i + {num})
    map(r in rs: r.n) | values(m1) | ({list} if {bool} else {list}) | (xs + {list}) | sort({list})
    unique({list}) | ({list} ?? xs) | filter(i in xs: {bool})
sign:
    == | != | < | <= | > | >=
"""


@cache
def kinds() -> dict[str, tuple[str, ...]]:
    """Return the ways to write each kind of value."""
    found: dict[str, tuple[str, ...]] = {}
    for line in SHAPES.split("\n"):
        if line.endswith(":"):
            kind, found[line[:-1]] = line[:-1], ()
        elif line:
            found[kind] += tuple(way.strip() for way in line.split(" | "))
    return found


@st.composite
def texts(draw: st.DrawFn, kind: str, depth: int = 3) -> str:
    """Draw an expression of a kind; most of them pass the check."""
    ways = kinds()[kind]
    plain = [way for way in ways if "{" not in way]
    way = draw(st.sampled_from(ways if depth else plain or ways))
    head, *rest = way.split("{")
    for piece in rest:
        name, _, tail = piece.partition("}")
        head += draw(texts(name, max(depth - 1, 0))) + tail
    return head


def check(text: str) -> Expr | None:
    """Return a checked expression, or None."""
    return check_expression(SourceFile("law", text), SCOPE, Problems())


def environment(values: dict[str, Value], unknown: dict[str, Unknown]) -> Env:
    """Return an environment with these facts."""
    return Env(Snapshot(1_000_000_000, "local", Host(), values, unknown))


expressions = st.sampled_from(["bool", "bool", "num", "dur", "text", "list"]).flatmap(texts)


def same(one: object, other: object) -> bool:
    """Say whether two results are one: of one type, and equal."""
    return type(one) is type(other) and one == other


@settings(max_examples=250)
@given(expressions, facts())
def test_compiled_and_walked_agree(text: str, given_facts: tuple[dict[str, Value], dict[str, Unknown]]) -> None:
    """Whenever the compiled form returns, it returns what the walk does; thawed and all together it is the same."""
    expr = check(text)
    if expr is None:
        return
    env = environment(*given_facts)
    walked = Walk(env).value(expr.root)
    try:
        quick = compiled(expr)(env.snapshot.values, env)
    except SLOW:
        pass
    else:
        assert same(quick, walked), (quick, walked)
    again = thaw(marshal.loads(marshal.dumps(freeze(expr))))
    assert same(evaluate(expr, env), walked)
    assert same(evaluate(again, env), walked)
    assert same(Walk(env).value(again.root), walked)
    assert isinstance(walked, Unknown) or fits(walked, expr.type)


@settings(max_examples=100)
@given(st.lists(expressions, max_size=6), facts())
def test_a_program_gives_what_each_gives(
    many: list[str], given_facts: tuple[dict[str, Value], dict[str, Unknown]]
) -> None:
    """One function for many expressions gives what each of them gives alone, whatever befalls the others."""
    exprs = [expr for text in many if (expr := check(text)) is not None]
    env = environment(*given_facts)
    together = program(exprs).evaluate(env)
    assert len(together) == len(exprs)
    assert all(same(one, evaluate(expr, env)) for one, expr in zip(together, exprs, strict=True))


@settings(max_examples=250)
@given(texts("bool"), facts(), st.data())
def test_unknown_hides_nothing(
    text: str, given_facts: tuple[dict[str, Value], dict[str, Unknown]], data: st.DataObject
) -> None:
    """What is decided although some facts are Unknown stays so whatever they turn out to be."""
    expr = check(text)
    values, unknown = given_facts
    if expr is None or any(word in text for word in ("known(", "cause(", "??")):
        return
    decided = evaluate(expr, environment(values, unknown))
    if isinstance(decided, Unknown):
        return
    learnt = {name: data.draw(FACTS[name][1], label=name) for name in unknown if name in expr.needs}
    later = evaluate(expr, environment({**values, **learnt}, {}))
    assert same(later, decided)


@settings(max_examples=150)
@given(texts("bool"), facts())
def test_telling_never_fails(text: str, given_facts: tuple[dict[str, Value], dict[str, Unknown]]) -> None:
    """Findings come with every decision, Unknowns with everything undecided, and explaining always works."""
    expr = check(text)
    if expr is None:
        return
    env = environment(*given_facts)
    result = evaluate(expr, env)
    findings, unknowns = find(expr, env), undecided(expr, env)
    assert bool(unknowns) is isinstance(result, Unknown)
    assert not findings or not unknowns
    assert all(finding.subject and finding.value for finding in findings)
    assert all(explain(expr, env).lines())


@given(texts("bool"))
def test_most_random_expressions_are_sound(text: str) -> None:
    """A wanted type changes nothing for an expression that has it."""
    expr = check(text)
    wanted = check_expression(SourceFile("law", text), SCOPE, Problems(), BOOL)
    assert (expr is None) is (wanted is None)


def test_every_way_to_write_a_value_is_sound() -> None:
    """Each shape passes the check with the plainest parts, so that the laws look at what they mean to."""
    plainest = {"bool": "b1", "num": "n1", "dur": "d1", "size": "z1", "ratio": "r1", "text": "s1", "version": "v1"}
    plainest |= {"time": "t1", "list": "xs", "sign": "=="}
    ways = [way for kind, ways in kinds().items() if kind != "sign" for way in ways]
    assert len(ways) > 150
    assert [way for way in ways if check(way.format(**plainest)) is None] == []
