"""The reference of functions, from the one table that the check and both evaluators use."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from markdown import block, code, table

from hostproof.expr import functions as package
from hostproof.expr.functions import Form, Function
from hostproof.expr.functions.row import UNTYPED

OPERATORS = {"matches": "text matches pattern"}


def _modules() -> Iterator[ModuleType]:
    """Yield the modules that have rows, in the order of the table."""
    order = list(package.functions())
    found = [import_module(f"{package.__name__}.{module.name}") for module in pkgutil.iter_modules(package.__path__)]
    yield from sorted((one for one in found if hasattr(one, "ROWS")), key=lambda one: order.index(one.ROWS[0].name))


def _signatures(row: Function) -> str:
    if row.name in OPERATORS:
        return f"{code(OPERATORS[row.name])} -> {code(row.forms[0].gives)}"
    forms = [form for form in row.forms if form.takes != (UNTYPED,)]
    return "<br>".join(code(f"{row.name}{form}") for form in _distinct(forms))


def _distinct(forms: list[Form]) -> list[Form]:
    """Return the forms without those that a form with a letter stands for."""
    return list({str(form): form for form in forms}.values())


def functions() -> str:
    """Return one section for each module of the table: what its functions take, give and mean, and an example of each."""
    sections = []
    for module in _modules():
        title = (module.__doc__ or "").partition("\n")[0].partition(":")[0].removeprefix("Functions over ").rstrip(".")
        rows = [(_signatures(row), row.meaning) for row in module.ROWS]
        width = max(len(row.example[0]) for row in module.ROWS)
        examples = [f"{row.example[0]:{width}}  # => {row.example[1]}" for row in module.ROWS]
        heading = f"### {title[:1].upper()}{title[1:]}"
        sections.append("\n\n".join([heading, table(("function", "what it gives"), rows), block("expr", examples)]))
    return "\n\n".join(sections)
