"""Probes run as an agent runs them: `probe` asks one for facts by their short names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pytest

from hostproof.collect.asks import Probe
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value
from hostproof.source.records import replace

Facts: TypeAlias = "dict[str, Value]"
Run: TypeAlias = Callable[..., Facts]


def facts_of(name: str) -> list[str]:
    """Return the short names of all facts of a probe."""
    return [row.name.removeprefix(PROBES[name].before) for row in ROWS if row.collector == PROBES[name].collector]


def run_probe(
    name: str, /, *wanted: str, effort: str = "quick", below: Sequence[str] = (), **arguments: Value
) -> Facts:
    """Run a probe; return the value of each wanted fact (all without any), or `{"cause", "detail", "cure"}` of it.

    `below` are the words of a program that starts the agent, such as prlimit(1).
    """
    ask: Probe = ask_of(PROBES[name], arguments, sorted(wanted or facts_of(name)))
    local = parse_target("local")
    target = replace(local, python=(*below, *local.python))
    session = hold_session(target, (ask,), 120 * SECOND, effort=effort)
    answer = session.answer(0)
    assert answer.error is None, answer.error
    assert isinstance(answer.value, dict)
    values, unknown = answer.value["values"], answer.value["unknown"]
    assert isinstance(values, dict)
    assert isinstance(unknown, dict)
    return {**values, **unknown}


@pytest.fixture
def probe() -> Run:
    """Give the function that runs a probe."""
    return run_probe
