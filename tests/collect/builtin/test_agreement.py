"""Catalog and collectors agree: each row has a collector, which answers for exactly the names it is asked."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from hostproof.collect import builtin
from hostproof.collect.asks import Call
from hostproof.collect.builtin import COLLECTORS
from hostproof.facts import builtin as catalog
from hostproof.facts.builtin import BUILTIN
from hostproof.facts.unknown import Cause, Unknown

from .conftest import READING, all_asks, wanted


def modules(package: object) -> Iterator[str]:
    """Yield the names of all modules in a package."""
    path, name = getattr(package, "__path__"), getattr(package, "__name__")  # noqa: B009 - of a module
    yield from (found.name for found in pkgutil.walk_packages(path, f"{name}."))


def test_each_row_has_a_collector_and_each_collector_a_row() -> None:
    """The collectors that rows name are those of the table; what is known of the run itself needs none."""
    assert {row.collector for row in BUILTIN} - {"run"} == set(COLLECTORS)


def test_the_table_is_by_name() -> None:
    """Each collector stands under its own name."""
    assert all(name == row.name for name, row in COLLECTORS.items())


@pytest.mark.parametrize(("collector", "names"), sorted(wanted().items()))
def test_a_collector_returns_exactly_the_names_asked(collector: str, names: frozenset[str]) -> None:
    """Each name alone and all together come back, and nothing else."""
    parse = COLLECTORS[collector].parse
    assert parse(names, {}).keys() == names
    assert all(parse(frozenset({name}), {}).keys() == {name} for name in names)


@pytest.mark.parametrize(("collector", "names"), sorted(wanted().items()))
def test_a_collector_asks_only_for_what_is_wanted(collector: str, names: frozenset[str]) -> None:
    """Without names nothing is read; the asks of one name are few, and none is made twice."""
    asks = COLLECTORS[collector].asks(names)
    assert len(asks) == len(set(asks))
    for name in names - {"kernel.config.SECCOMP"}:
        alone = COLLECTORS[collector].asks(frozenset({name}))
        assert alone, name
        assert {ask for ask in alone if not isinstance(ask, Call)} <= set(asks), name


@pytest.mark.parametrize("collector", READING)
def test_a_name_that_nobody_learns_is_refused(collector: str) -> None:
    """A collector that is asked for a stranger says so, with a cure."""
    if collector in {"sysctl", "tools", "kernel-config"}:
        pytest.skip("a family: any name may be there")
    outcome = COLLECTORS[collector].parse(frozenset({"no.such.fact"}), {})["no.such.fact"]
    assert isinstance(outcome, Unknown)
    assert outcome.cause is Cause.UNSUPPORTED
    assert outcome.cure


def test_many_facts_share_their_asks() -> None:
    """A file that serves several facts is read once: there are fewer asks than facts."""
    assert len(all_asks()) == len(set(all_asks())) < len(BUILTIN)


@pytest.mark.parametrize("name", [*modules(builtin), *modules(catalog)])
def test_examples_in_docstrings_are_true(name: str) -> None:
    """The samples of parsers' docstrings give what they say."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
