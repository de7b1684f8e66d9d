"""No expression, however it is made, overflows a stack, hangs or fills the memory."""

from __future__ import annotations

import mmap
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.findings import find
from hostproof.expr.functions.texts import matches
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env, Scope
from hostproof.expr.syntax.limits import DEEPEST, MOST_CHARACTERS
from hostproof.expr.template import check_template
from hostproof.expr.unknowns import undecided
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

SCOPE = Scope(builtin_catalog())
EMPTY = Env(Snapshot(0, "local", Host(), {}))


def codes(text: str, scope: Scope = SCOPE) -> list[str]:
    """Return the codes of an expression's problems."""
    problems = Problems()
    check_expression(SourceFile("bounds", text), scope, problems)
    return [problem.code for problem in problems.ordered()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1" * (MOST_CHARACTERS + 1), "HP-E202"),
        (" " * (MOST_CHARACTERS + 1), "HP-E202"),
        ("not " * 900 + "true", "HP-E203"),
        ("-" * 3_000 + "1", "HP-E203"),
        ("(" * 3_999, "HP-E207"),
        ("[" * 1_000 + "]" * 1_000, "HP-E203"),
        ("abs(" * 400 + "1" + ")" * 400, "HP-E203"),
        ("1 if true else " * 200 + "1", "HP-E203"),
        ("a" + "[0]" * 500, "HP-E203"),
        ("a" + "(1)" * 500, "HP-E203"),
        ("all(a in " * 200 + "b" + ": true)" * 200, "HP-E203"),
        ("1 + " * 998 + "1", ""),
        ("-1 + " * 799 + "-1", "HP-E204"),
        ("1 < " * 900 + "1", ""),
        ("true and " * 400 + "true", ""),
        ("null ?? " * 400 + "null", ""),
        ("[" + "1, " * 1_300 + "1]", "HP-E204"),
        ("a." * 1_999 + "a", "HP-E220"),
        ('"' + "\\" * 1_000, "HP-E208"),
        ("1e" + "9" * 3_000, "HP-E211"),
        ("9" * 3_999, "HP-E211"),
        ("0x" + "f" * 3_000, "HP-E211"),
    ],
)
def test_size_and_depth_are_bounded(text: str, code: str) -> None:
    """A text that is too long, deep or rich is refused by its own code; a long chain is nothing special."""
    assert codes(text) == ([code] if code else [])


def test_brackets_alone_are_not_depth() -> None:
    """Brackets that only group can be as many as the text can hold."""
    half = MOST_CHARACTERS // 2 - 2
    assert codes("(" * half + "1" + ")" * half) == []


def test_lets_count_for_what_they_stand_for() -> None:
    """Lets that double each other, or nest each other, are refused before they are put together."""
    doubled, nested = "1 + 1", "not true"
    scope = SCOPE
    found = []
    for number in range(40):
        problems = Problems()
        name = f"x{number}"
        expr = check_expression(SourceFile("bounds", doubled), scope, problems)
        found += [problem.code for problem in problems.found]
        if expr is None:
            break
        scope = Scope(scope.catalog, lets={**scope.lets, name: expr})
        doubled = f"{name} + {name}"
    assert found == ["HP-E204"]
    scope, found = SCOPE, []
    for number in range(40):
        problems = Problems()
        name = f"y{number}"
        expr = check_expression(SourceFile("bounds", nested), scope, problems)
        found += [problem.code for problem in problems.found]
        if expr is None:
            break
        scope = Scope(scope.catalog, lets={name: expr})
        nested = f"not not not not {name}"
    assert found == ["HP-E203"]


def deep_expressions() -> list[str]:
    """Return the deepest expressions of each kind that pass the check."""
    inside = DEEPEST - 2
    return [
        "not " * (DEEPEST - 1) + "true",
        "abs(" * inside + "n" + ")" * inside,
        "1 if b else " * inside + "2",
        "true and (false or (" * (inside // 2) + "b" + "))" * (inside // 2),
        "1 + (2 * (" * (inside // 2) + "n" + "))" * (inside // 2),
        "[" * inside + "n" + "]" * inside,
        "any(a in xs: any(b in xs: any(c in xs: any(d in xs: " + "not " * 20 + "b > 9))))",
    ]


@pytest.mark.parametrize("text", deep_expressions(), ids=lambda text: text[:20])
@pytest.mark.parametrize("known", [True, False])
def test_the_deepest_expressions_need_little_stack(text: str, known: bool, world: Callable[..., object]) -> None:
    """What passes the check is evaluated, told and explained within half of Python's stack, through lets as well."""
    rows = {"n": ("count", 1), "b": ("bool", True), "xs": ("list<count>", [1, 2])}
    facts = {
        name: {"type": of, "value": value} if known else {"type": of, "unknown": "denied"}
        for name, (of, value) in rows.items()
    }
    made = world(facts, {}, {"once": text})
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(500 + stack_depth())
    try:
        for expr in (made.expr(text), made.expr("known(once) or not known(once)")):
            result = evaluate(expr, made.env)
            find(expr, made.env)
            assert bool(undecided(expr, made.env)) is isinstance(result, Unknown)
    finally:
        sys.setrecursionlimit(limit)


def stack_depth() -> int:
    """Return how many frames are on the stack here."""
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


LONG = list(range(1_000))
GREEDY = [
    "all(a in xs: all(b in xs: all(c in xs: a + b + c >= 0)))",
    "count(a in xs: a in xs) >= 0 and all(a in xs: count(b in xs: b == a) == 1)",
    "len(map(a in xs: map(b in xs: a * b))) > 0",
    "len(map(a in xs: text + text)) > 0",
    "len(map(a in xs: xs + xs)) > 0",
    'len(map(a in xs: split(text, "a"))) > 0',
    'len(map(a in xs: join(map(b in xs: "aaaaaaaaaaaaaaaa"), ","))) > 0',
    "len(map(a in xs: sort(xs))) > 0",
    "any(a in xs: text matches '(a*)*b')",
]


@pytest.mark.parametrize("text", GREEDY)
def test_steps_are_bounded(text: str, world: Callable[..., object]) -> None:
    """Work that multiplies ends as Unknown(`budget`), soon, and without filling the memory."""
    made = world(
        {"xs": {"type": "list<int>", "value": LONG}, "text": {"type": "string", "value": "a" * 30_000}},
    )
    expr = made.expr(text)
    result = evaluate(expr, made.env)
    assert isinstance(result, Unknown)
    assert result.cause is Cause.BUDGET
    assert undecided(expr, made.env)[0].cause is Cause.BUDGET


ONE_BY_ONE = [
    " and ".join(["not (7 in js)"] * 200),
    " and ".join(["len(sort(xs)) > 0"] * 150),
    " and ".join(["sum(xs) != 0"] * 200),
    " and ".join(['len(split(text, ",")) > 0'] * 120),
    " and ".join(["text matches 'ab+c' or len(text) > 0"] * 90),
    " and ".join(["max(json) >= 0"] * 200),
]


@pytest.mark.parametrize("text", ONE_BY_ONE, ids=lambda text: text[:24])
def test_long_lists_cost_steps_outside_of_comprehensions_too(text: str, world: Callable[..., object]) -> None:
    """A snapshot may hold long lists and texts, and an expression may look through them hundreds of times: not here."""
    facts = {
        "js": {"type": "list<any>", "value": [0] * 50_000},
        "json": {"type": "any", "value": [1] * 50_000},
        "xs": {"type": "list<int>", "value": [1] * 50_000},
        "text": {"type": "string", "value": "a," * 25_000},
    }
    made = world(facts)
    result = evaluate(made.expr(text), made.env)
    assert isinstance(result, Unknown)
    assert result.cause is Cause.BUDGET


def test_patterns_keep_little_memory() -> None:
    """A hundred patterns of which each could remember megabytes about a long text take less than 100 MB together."""
    random = Random(1)
    text = "".join(random.choice("ab") for _ in range(15_000))
    before = resident()
    for number in range(100):
        matches(text, f"(a|b)*a(a|b){{{10 + number % 5}}}[{chr(65 + number // 5)}x]")
    assert resident() - before < 100 * 2**20


def resident() -> int:
    """Return how many bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


@pytest.mark.parametrize("text", [text for text in GREEDY if "map(" in text])
def test_memory_is_bounded(text: str, world: Callable[..., object]) -> None:
    """What is put together item by item stays below 100 MB."""
    made = world(
        {"xs": {"type": "list<int>", "value": LONG}, "text": {"type": "string", "value": "a" * 30_000}},
    )
    expr = made.expr(text)
    tracemalloc.start()
    try:
        evaluate(expr, made.env)
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_budget_of_one_branch_is_not_the_other_ones(world: Callable[..., object]) -> None:
    """What is decided without the costly part stays decided."""
    made = world({"xs": {"type": "list<int>", "value": LONG}, "ok": {"type": "bool", "value": True}})
    assert evaluate(made.expr(f"ok or {GREEDY[0]}"), made.env) is True
    assert evaluate(made.expr(f"({GREEDY[0]}) or ok"), made.env) is True


def test_numbers_and_texts_do_not_grow_without_end(world: Callable[..., object]) -> None:
    """Repeated multiplication and joining end as Unknown, not as a number of a million digits."""
    made = world({"n": {"type": "int", "value": 2**62}, "s": {"type": "string", "value": "a" * 60_000}})
    for text, cause in (("n" + " * n" * 400, Cause.ARITHMETIC), ("s" + " + s" * 400, Cause.TOO_LARGE)):
        result = evaluate(made.expr(text), made.env)
        assert isinstance(result, Unknown)
        assert result.cause is cause


WORDS = """
cpu.online uptime mounts m.path kernel.release sysctl.vm.swappiness params.x a b.c 1 5ms 64KiB 95% 0x1f 1e9 99999999999
'a' r'\\d' "b ' true null and or not in matches if else all( any( count( map( len( p99( version( known(
( ) [ ] , : . + - * / % < <= == != ?? { } # \\ = && | é \u2028 \x00
""".split()  # noqa: SIM905 - a list of eighty quoted signs would be hard to read
words = st.sampled_from([*WORDS, "m in mounts:", "\n"])


def check_survives(text: str) -> None:
    """Check a text as an expression and as a template; problems stand inside the text, and None comes with an error."""
    for checker in (check_expression, check_template):
        problems = Problems()
        found = checker(SourceFile("fuzz", text), SCOPE, problems)
        assert (found is None) is (problems.errors > 0)
        for problem in problems.found:
            assert problem.span is not None
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
        if isinstance(found, Expr):
            result = evaluate(found, EMPTY)
            find(found, EMPTY)
            assert bool(undecided(found, EMPTY)) is isinstance(result, Unknown)


@settings(max_examples=400)
@given(st.lists(words, max_size=14).map(" ".join) | st.lists(words, max_size=14).map("".join))
def test_words_in_any_order_never_crash(text: str) -> None:
    """Whatever order the language's own words come in, they are an expression or a problem."""
    check_survives(text)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_never_crashes(text: str) -> None:
    """Any text at all is an expression or a problem."""
    check_survives(text)
