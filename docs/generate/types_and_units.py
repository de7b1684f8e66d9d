"""Tables of types and units: how they are written, and what signs and comparisons make of them."""

from __future__ import annotations

from markdown import code, table

from hostproof.expr.dimensions import combine, comparable, ordered
from hostproof.facts.types import (
    ANY,
    BOOL,
    BYTES,
    COUNT,
    DEBIAN,
    DURATION,
    FLOAT,
    INT,
    NULL,
    RATE,
    RATIO,
    STRING,
    TIME,
    VERSION,
    Kind,
    Type,
    list_of,
    map_of,
    record,
    samples_of,
)
from hostproof.facts.units import BYTE_UNITS, DURATION_UNITS, parse_quantity

# What a value of the kind is, what holds it in a snapshot, and how it is written.
_KINDS = {
    Kind.BOOL: ("true or false", "JSON true, false", "`true` `false`"),
    Kind.INT: ("a whole number, 64 bits, may be negative", "integer", "`12` `-3` `0x1f` `0o755` `0b101`"),
    Kind.COUNT: ("a number of things, never negative", "integer", "`12`"),
    Kind.FLOAT: ("a number with decimals, IEEE 754 binary64", "number", "`0.5` `1e9`"),
    Kind.RATIO: ("a share of a whole; 100% is 1.0", "number", "`95%` `0.95`"),
    Kind.DURATION: ("a length of time, a whole number of nanoseconds", "integer, ns", "`5ms` `1.5s` `2min`"),
    Kind.BYTES: ("a size, a whole number of bytes", "integer, bytes", "`64KiB` `10MB` `512B`"),
    Kind.RATE: ("bytes per second", "number, bytes/s", "`10MB/s`"),
    Kind.TIME: ("a point in time, to the nanosecond", "integer, ns since 1970 UTC", '`timestamp("2026-05-01")`'),
    Kind.VERSION: ("a release, ordered by its numbers", "string", '`version("6.1")`'),
    Kind.DEBIAN: ("a Debian package's version, ordered as dpkg does", "string", '`debian_version("2.36-9+deb12u4")`'),
    Kind.STRING: ("a text", "string", '`"text"` `\'text\'` `r"raw"`'),
    Kind.LIST: ("values of one type, in order", "array", "`[1, 2]`"),
    Kind.MAP: ("texts, each with a value of one type", "object", "facts only"),
    Kind.RECORD: ("named fields, each of its own type", "object", "facts, and `items` and `zip`"),
    Kind.SAMPLES: ("a list of measurements of one thing", "array", "facts only; a list will do"),
    Kind.ANY: ("untyped JSON; looked at when it is met", "any JSON value", "facts only"),
    Kind.NULL: ("nothing: a limit that is not set", "null", "`null`"),
}
_SPELT = {
    Kind.LIST: "list<T>",
    Kind.MAP: "map<T>",
    Kind.SAMPLES: "samples<T>",
    Kind.RECORD: "{name: T, ...}",
}


def types() -> str:
    """Return all kinds of types."""
    rows = ([code(_SPELT.get(kind, str(kind))), *_KINDS[kind]] for kind in Kind)
    return table(("type", "what it is", "in a snapshot", "written"), rows)


def units() -> str:
    """Return all units, smallest first, with what they stand for."""
    rows = [("duration", code(unit), f"{scale:,} ns") for unit, scale in reversed(DURATION_UNITS.items())]
    rows += [
        ("bytes", code(unit), f"{scale:,} byte{'s' * (scale > 1)}") for unit, scale in reversed(BYTE_UNITS.items())
    ]
    kinds = {unit: str(parse_quantity(f"1{unit}")[1]) for unit in ("%", "B/s")}
    rows.append((kinds["%"], code("%"), "a hundredth"))
    rows.append((kinds["B/s"], code("B/s") + " ... " + code("TiB/s"), "any size, per second"))
    return table(("type", "unit", "is"), rows)


# Numbers without a unit behave alike beside amounts; among themselves they have a table of their own.
_PLAIN = {"int": INT, "count": COUNT, "float": FLOAT}
_ARITHMETIC: dict[str, Type] = {
    "number": INT,
    "ratio": RATIO,
    "duration": DURATION,
    "bytes": BYTES,
    "rate": RATE,
    "time": TIME,
    "string": STRING,
    "list": list_of(INT),
    "any": ANY,
}
_NOTHING = "·"


def _result(sign: str, left: str, right: str) -> str:
    """Return the kind that `left sign right` gives; the three plain numbers must agree on it."""
    if left == right == "number":
        return "number"
    lefts = _PLAIN.values() if left == "number" else [_ARITHMETIC[left]]
    rights = _PLAIN.values() if right == "number" else [_ARITHMETIC[right]]
    results = {found[1].kind if (found := combine(sign, one, other)) else None for one in lefts for other in rights}
    if results == {Kind.RATIO, None}:  # a float may be added to a ratio; another number may not
        return "ratio ¹"
    if len(results) != 1 and None in results:
        return f"{next(str(kind) for kind in results if kind)} ²"
    (result,) = results
    return _NOTHING if result is None else str(result)


def _matrix(sign: str) -> str:
    """Return one sign's table, without rows and columns that hold nothing."""
    names = list(_ARITHMETIC)
    cells = {(left, right): _result(sign, left, right) for left in names for right in names}
    lefts = [left for left in names if any(cells[left, right] != _NOTHING for right in names)]
    rights = [right for right in names if any(cells[left, right] != _NOTHING for left in names)]
    rows = ([f"**{left}**", *(cells[left, right] for right in rights)] for left in lefts)
    return table((f"a {sign} b", *(f"b: {right}" for right in rights)), rows)


def _numbers() -> str:
    rows = []
    for left, right in [("count", "count"), ("count", "int"), ("int", "int"), ("float", "count, int or float")]:
        found = [combine(sign, _PLAIN[left], _PLAIN[right.partition(",")[0]]) for sign in "+-*/%"]
        rows.append([f"{left}, {right}", *(str(of[1]) if of else _NOTHING for of in found)])
    return table(("the two numbers", "`+`", "`-`", "`*`", "`/`", "`%`"), rows)


def arithmetic() -> str:
    """Return what each sign makes of each pair of kinds."""
    return "\n\n".join([*map(_matrix, "+-*/%"), _numbers()])


_COMPARED: dict[str, Type] = {
    "bool": BOOL,
    "int, count": INT,
    "float": FLOAT,
    "ratio": RATIO,
    "duration": DURATION,
    "bytes": BYTES,
    "rate": RATE,
    "time": TIME,
    "version": VERSION,
    "debian_version": DEBIAN,
    "string": STRING,
    "list": list_of(INT),
    "map": map_of(INT),
    "record": record(a=INT),
    "samples": samples_of(INT),
    "any": ANY,
}


def comparisons() -> str:
    """Return with what each kind can be compared, and whether it has an order."""
    rows = []
    for name, of in _COMPARED.items():
        others = [other for other, type_ in _COMPARED.items() if comparable(of, type_)]
        has_order = any(ordered(of) and ordered(_COMPARED[other]) for other in others)
        rows.append((name, ", ".join(others) or "only with `null`", "yes" if has_order else ""))
    if not all(comparable(NULL, of) for of in _COMPARED.values()):
        raise ValueError("the page says that null can be compared with everything")
    return table(("type", "`==` `!=` `in` with", "`<` `<=` `>` `>=`"), rows)
