"""The world that fuzzed expressions live in: a fact of every type, and hostile values for each, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from hostproof.expr.check import check_expression
from hostproof.expr.scope import Env, Scope
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

NOW = 1_714_521_600_000_000_000
LARGEST = 2**63 - 1

FACTS = {
    "b1": "bool",
    "b2": "bool",
    "n1": "count",
    "a.n2": "int",
    "a.b.c": "count?",
    "x1": "float",
    "r1": "ratio",
    "d1": "duration",
    "d2": "duration?",
    "z1": "bytes",
    "w1": "rate",
    "t1": "time",
    "v1": "version",
    "s1": "string",
    "s2": "string?",
    "j1": "any",
    "xs": "list<int>",
    "ys": "list<list<int>>",
    "ss": "list<string>",
    "vs": "list<version>",
    "js": "list<any>",
    "lat": "samples<duration>",
    "sizes": "samples<bytes>",
    "m1": "map<int>",
    "ms": "map<string>",
    "o1": "{name: string, n: count, up: bool, took: duration?}",
    "rs": "list<{name: string, n: count, up: bool, took: duration?}>",
    "own:disk.avail": "bytes",
    "own:ports": "list<count>",
    "sys.*": "any",
    "conf.*": "string",
}
FAMILY = {"sys.": "any", "conf.": "string"}
PARAMS = {"limit": "count", "wait": "duration", "names": "list<string>"}
LETS = {"busy": "a.n2 + n1 > 3", "slow": "p99(lat)", "big": "filter(r in rs: r.n > params.limit)"}
ALIASES = {"disk": "own:disk", "ports": "own:ports"}
GIVEN = "a.b.c != null and b1"

_TEXTS = (
    "",
    "a",
    "eth0",
    "6.1.0-18-amd64",
    "go1.22.3",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "1970-01-01",
    "2024-05-01T12:00:00+02:00",
    "0x1f",
    "12",
    "1e400",
    "nan",
    "(a|b)*c",
    "[a-z",
    "a\n\tb",
    "\x1b[31mred",
    "\u202e\U0001f600\u00e9\u6f22",
    "{n1}",
    "true",
)


def _scope(given: bool) -> Scope:
    rows = [FactSpec(name, parse_type(of), Owner.HOST_KERNEL, "fuzzed", "test") for name, of in FACTS.items()]
    scope = Scope(Catalog(rows), ALIASES, {name: parse_type(of) for name, of in PARAMS.items()})
    for name, text in LETS.items():
        expr = check_expression(SourceFile(name, text), scope, Problems())
        scope = Scope(scope.catalog, ALIASES, scope.params, {**scope.lets, name: expr})
    when = check_expression(SourceFile("when", GIVEN), scope, Problems()) if given else None
    return Scope(scope.catalog, ALIASES, scope.params, scope.lets, when)


SCOPES = (_scope(given=False), _scope(given=True))


def environment(random: Random, needs: Iterable[str]) -> Env:
    """Return an environment in which each of the facts has a value of its type, or is Unknown."""
    values: dict[str, Value] = {}
    unknown: dict[str, Unknown] = {}
    for name in sorted(needs):
        family = next((of for beginning, of in FAMILY.items() if name.startswith(beginning)), "")
        if random.random() < 0.15:
            unknown[name] = Unknown(random.choice([*Cause]), "in a fuzzed world", "", name)
        elif random.random() < 0.97:  # else the snapshot does not hold it at all
            values[name] = value(random, parse_type(family or FACTS[name]))
    params = {name: value(random, parse_type(of)) for name, of in PARAMS.items()}
    return Env(Snapshot(NOW, "local", Host(), values, unknown), params)


def value(random: Random, of: Type) -> Value:
    """Return a value of a type: mostly small, sometimes as large or odd as a snapshot can hold."""
    if of.nullable and random.random() < 0.3:
        return None
    if of.kind in {Kind.LIST, Kind.SAMPLES}:
        return [value(random, of.item or Type(Kind.ANY)) for _ in range(_length(random))]
    if of.kind is Kind.MAP:
        return {text(random): value(random, of.item or Type(Kind.ANY)) for _ in range(_length(random))}
    if of.kind is Kind.RECORD:
        fields = {name: value(random, inner) for name, inner in of.fields if random.random() < 0.9}
        return fields | ({"extra": 1} if random.random() < 0.1 else {})
    return _SCALARS[of.kind](random)


def _length(random: Random) -> int:
    return random.choice((0, 1, 1, 2, 3, 3, 5, 8)) if random.random() < 0.99 else random.choice((50, 700, 5_000))


def text(random: Random) -> str:
    """Return a text: one that means something somewhere, or one that is long."""
    if random.random() < 0.99:
        return random.choice(_TEXTS)
    return random.choice(("9", "a", "1.", "0 ", "ab\n", "\u6f22", "a,b,")) * random.choice((40, 5_000, 40_000))


def _whole(random: Random) -> int:
    if random.random() < 0.9:
        return random.randint(-6, 12)
    return random.choice((LARGEST, -(2**63), 10**9, -(10**15), 2**53 + 1, 4096))


def _amount(random: Random) -> int:
    return _whole(random) * random.choice((1, 1_000_000)) if random.random() < 0.8 else _whole(random)


def _float(random: Random) -> float:
    if random.random() < 0.8:
        return round(random.uniform(-4, 4), 2)
    return random.choice((0.0, -0.0, 1e308, -1e308, 5e-324, 3, LARGEST, 0.1, 2.5))


def _json(random: Random) -> Value:
    if random.random() < 0.02:
        nested: Value = 1
        for _ in range(random.choice((5, 63))):
            nested = [nested] if random.random() < 0.5 else {"a": nested}
        return nested
    inner = {Kind.LIST: [1, "a", None, 2.5, True], Kind.MAP: {"a": 1, "b": "x", "name": "eth0", "n": 3, "up": True}}
    if random.random() < 0.3:
        return random.choice((inner[Kind.LIST], inner[Kind.MAP], [1, 2, 3], ["a"], [[1]], [{"n": 1}], {}, []))
    return random.choice((None, True, False, _whole(random), _float(random), text(random)))


_SCALARS: dict[Kind, Callable[[Random], Value]] = {
    Kind.BOOL: lambda random: random.random() < 0.5,
    Kind.INT: _whole,
    Kind.COUNT: lambda random: min(abs(_whole(random)), LARGEST),
    Kind.FLOAT: _float,
    Kind.RATIO: _float,
    Kind.RATE: _float,
    Kind.DURATION: lambda random: max(min(_amount(random), LARGEST), -(2**63)),
    Kind.BYTES: lambda random: min(abs(_amount(random)), LARGEST),
    Kind.TIME: lambda random: max(min(_amount(random), LARGEST), -(2**63)),
    Kind.VERSION: text,
    Kind.DEBIAN: text,
    Kind.STRING: text,
    Kind.ANY: _json,
    Kind.NULL: lambda _: None,
}
