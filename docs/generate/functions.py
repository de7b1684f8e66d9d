"""The reference of functions, from the one table that the check and both evaluators use."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import ModuleType

from markdown import block, code, table

from hostproof.expr import functions as package
from hostproof.expr.functions import Form, Function
from hostproof.expr.functions.row import UNTYPED

OPERATORS = {"matches"}
_VERSION = r"\b(?:debian_)?version\b"
_AMOUNTS = {"float", "ratio", "rate", "duration", "bytes"}


def _modules() -> Iterator[ModuleType]:
    """Yield the modules that have rows, in the order of the table."""
    order = list(package.functions())
    found = [import_module(f"{package.__name__}.{module.name}") for module in pkgutil.iter_modules(package.__path__)]
    yield from sorted((one for one in found if hasattr(one, "ROWS")), key=lambda one: order.index(one.ROWS[0].name))


def _signatures(row: Function) -> str:
    """Return a function's forms, those that differ little as one."""
    forms = [form for form in row.forms if form.takes != (UNTYPED,)]
    shapes = list(dict.fromkeys(_lettered(row.forms, form) for form in forms))
    shown = []
    for gives, repeats in dict.fromkeys((shape[1], shape[2]) for shape in shapes):
        alike = [shape[0] for shape in shapes if shape[1:] == (gives, repeats)]
        if row.name in OPERATORS:
            shown.append(f"{alike[0][0]} {row.name} {alike[0][1]} -> {gives}")
        else:
            shown += [f"{row.name}({taken}{', ...' if repeats else ''}) -> {gives}" for taken in _taken(alike)]
    return "<br>".join(map(code, shown))


Shape = tuple[tuple[str, ...], str, bool]


def _lettered(forms: Sequence[Form], form: Form) -> Shape:
    """Return what a form takes, gives and whether it repeats, with a letter for a type that is one of many."""
    takes, gives = form.takes, form.gives
    if {(f"samples<{kind}>",) for kind in _AMOUNTS} <= {other.takes for other in forms} and gives in _AMOUNTS:
        return ("samples<Q>",), "Q", form.repeats
    by_letter = tuple(re.sub(_VERSION, "O", text) for text in takes)
    if by_letter != takes and by_letter in {other.takes for other in forms}:
        return by_letter, re.sub(_VERSION, "O", gives), form.repeats
    return takes, gives, form.repeats


def _taken(alike: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the arguments of forms that give the same: `a or b` for what differs, `[, c]` for what may be left out."""
    merged = {}
    for length in sorted({len(takes) for takes in alike}):
        columns = zip(*(takes for takes in alike if len(takes) == length), strict=True)
        merged[length] = [" or ".join(dict.fromkeys(column)) for column in columns]
    shortest, *longer = merged.values()
    if len(longer) == 1 and longer[0][: len(shortest)] == shortest:
        yield f"{', '.join(shortest)}[, {', '.join(longer[0][len(shortest) :])}]"
    else:
        yield from (", ".join(takes) for takes in (shortest, *longer))


def functions() -> str:
    """Return a section for each module of the table: what its functions take, give and mean, with examples."""
    sections = []
    for module in _modules():
        rows = [(_signatures(row), row.meaning) for row in module.ROWS]
        width = max(len(row.example[0]) for row in module.ROWS)
        examples = [f"{row.example[0]:{width}}  # => {row.example[1]}" for row in module.ROWS]
        parts = [f"### {_title(module)}", table(("function", "what it gives"), rows), block("expr", examples)]
        sections.append("\n\n".join(parts))
    return "\n\n".join(sections)


def _title(module: ModuleType) -> str:
    """Return what a module's functions are about, by its first words."""
    title = re.split(r"[:;,.]", module.__doc__ or "")[0].removeprefix("Functions over ")
    return title[:1].upper() + title[1:]
