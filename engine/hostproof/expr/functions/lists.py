"""Functions over lists and maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hostproof.expr.arithmetic import Number, bounded
from hostproof.expr.comparing import debian_order
from hostproof.expr.functions.row import UNTYPED, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.expr.untyped import mistyped
from hostproof.facts.samples import ranked
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause
from hostproof.facts.versions import version_key


def measured(value: Value) -> int:
    """Return the length of untyped data."""
    if isinstance(value, (list, dict, str)):
        return len(value)
    raise mistyped(value, "a list, map or text")


def add_up(items: list[Number]) -> Number:
    """Return the sum; 0 for no items."""
    return bounded(sum(items))


def least(*items: Value) -> Value:
    """Return the smallest of several values, or of the items of one list."""
    return _best(min, _items(items), None)


def largest(*items: Value) -> Value:
    """Return the largest of several values, or of the items of one list."""
    return _best(max, _items(items), None)


def oldest(*items: Value) -> Value:
    """Return the lowest version."""
    return _best(min, _items(items), version_key)


def newest(*items: Value) -> Value:
    """Return the highest version."""
    return _best(max, _items(items), version_key)


def oldest_debian(*items: Value) -> Value:
    """Return the lowest Debian version."""
    return _best(min, _items(items), debian_order)


def newest_debian(*items: Value) -> Value:
    """Return the highest Debian version."""
    return _best(max, _items(items), debian_order)


def _items(items: tuple[Value, ...]) -> Sequence[Value]:
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def _best(choose: Callable[..., Value], items: Sequence[Value], key: Callable[..., object] | None) -> Value:
    if not items:
        raise UndecidedError(Cause.ABSENT, "the list is empty")
    return choose(items, key=key)


def in_order(items: list[Value]) -> list[Value]:
    """Return the items, smallest first."""
    return [*ranked(items)]


def by_version(items: list[str]) -> list[Value]:
    """Return versions, lowest first."""
    return [*sorted(items, key=version_key)]


def by_debian_version(items: list[Value]) -> list[Value]:
    """Return Debian versions, lowest first."""
    return sorted(items, key=debian_order)  # type: ignore[arg-type]  # keys have an order


def unique(items: list[Value]) -> list[Value]:
    """Return each different item once, in the order they first come."""
    found: dict[object, Value] = {}
    for item in items:
        found.setdefault(_key(item), item)
    return list(found.values())


def subset_of(items: list[Value], others: list[Value]) -> bool:
    """Say whether every item stands among the others."""
    return {_key(item) for item in items} <= {_key(other) for other in others}


def _key(item: Value) -> object:
    """Return something hashable that is equal for equal values only: true is not 1, 1.0 is."""
    if isinstance(item, list):
        return ("list", *map(_key, item))
    if isinstance(item, dict):
        return ("map", *sorted((name, _key(value)) for name, value in item.items()))
    return (bool, item) if isinstance(item, bool) else item


def keys(entries: dict[str, Value]) -> list[Value]:
    """Return the keys of a map in alphabetical order."""
    return [*sorted(entries)]


def values(entries: dict[str, Value]) -> list[Value]:
    """Return the values of a map in the order of `keys`."""
    return [entries[name] for name in sorted(entries)]


def pairs(entries: dict[str, Value]) -> list[Value]:
    """Return the entries of a map as records, in the order of `keys`."""
    return [{"key": name, "value": entries[name]} for name in sorted(entries)]


def side_by_side(left: list[Value], right: list[Value]) -> list[Value]:
    """Return pairs of the items at the same place, as many as the shorter list has."""
    return [{"first": one, "second": other} for one, other in zip(left, right, strict=False)]


_LEN = ("list<T>", "map<T>", "string")
_MEASURED = Form((UNTYPED,), "count", measured)

ROWS: tuple[Function, ...] = (
    Function(
        "len",
        (_MEASURED, *(Form((pattern,), "count", len) for pattern in _LEN)),
        "How many items a list or map has, or characters a text.",
        ("len([5, 6])", "2"),
    ),
    Function("sum", (Form(("list<Q>",), "Q", add_up),), "All items of a list added up.", ("sum([1ms, 2ms])", "3ms")),
    Function(
        "min",
        (
            Form(("list<O>",), "O", least),
            Form(("list<version>",), "version", oldest),
            Form(("list<debian_version>",), "debian_version", oldest_debian),
            Form(("O", "O"), "O", least, repeats=True),
            Form(("version", "version"), "version", oldest, repeats=True),
            Form(("debian_version", "debian_version"), "debian_version", oldest_debian, repeats=True),
        ),
        "The smallest of a list or of several values.",
        ("min(3, 2)", "2"),
    ),
    Function(
        "max",
        (
            Form(("list<O>",), "O", largest),
            Form(("list<version>",), "version", newest),
            Form(("list<debian_version>",), "debian_version", newest_debian),
            Form(("O", "O"), "O", largest, repeats=True),
            Form(("version", "version"), "version", newest, repeats=True),
            Form(("debian_version", "debian_version"), "debian_version", newest_debian, repeats=True),
        ),
        "The largest of a list or of several values.",
        ("max([1KiB, 1kB])", "1KiB"),
    ),
    Function(
        "sort",
        (
            Form(("list<O>",), "list<O>", in_order),
            Form(("list<version>",), "list<version>", by_version),
            Form(("list<debian_version>",), "list<debian_version>", by_debian_version),
        ),
        "The items of a list, smallest first.",
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        builds=True,
    ),
    Function(
        "unique",
        (Form(("list<T>",), "list<T>", unique),),
        "Each different item once, in the order they first come.",
        ("unique([1, 2, 1])", "[1, 2]"),
        builds=True,
    ),
    Function(
        "subset_of",
        (Form(("list<T>", "list<T>"), "bool", subset_of),),
        "Whether every item of the first list stands in the second.",
        ('subset_of(["a"], ["a", "b"])', "true"),
        builds=True,
    ),
    Function(
        "keys",
        (Form(("map<T>",), "list<string>", keys),),
        "The keys of a map, sorted.",
        ("keys(m)", '["a", "b"]'),
        builds=True,
    ),
    Function(
        "values",
        (Form(("map<T>",), "list<T>", values),),
        "The values of a map, sorted by key.",
        ("values(m)", "[1, 2]"),
        builds=True,
    ),
    Function(
        "items",
        (Form(("map<T>",), "list<{key: string, value: T}>", pairs),),
        "The entries of a map as records with `key` and `value`, sorted by key.",
        ("items(m)[0].key", '"a"'),
        builds=True,
    ),
    Function(
        "zip",
        (Form(("list<T>", "list<U>"), "list<{first: T, second: U}>", side_by_side),),
        "Pairs of the items at the same place of two lists, as records with `first` and `second`.",
        ("zip([1, 2], [3, 4])[1].second", "4"),
        builds=True,
    ),
)
