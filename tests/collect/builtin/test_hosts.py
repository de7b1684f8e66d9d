"""Whole hosts: what collectors make of machines that are not here, as goldens, and that the catalog promises it."""

from __future__ import annotations

import json

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.fits import fits, not_storable
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

from .conftest import HOSTS, NAMES, Host, absent, all_asks, parse_all


def test_facts_of_a_host_are_its_golden(host: Host, update: bool) -> None:
    """Every built-in fact of a host is as its facts.json says."""
    golden = host.folder / "facts.json"
    found = spelled(parse_all(host.answers(all_asks())))
    if update:
        golden.write_text(found)
    assert found == golden.read_text()


def test_values_fit_the_types_of_the_catalog(host: Host) -> None:
    """Every value is of its row's type and can be stored."""
    catalog = builtin_catalog()
    for name, outcome in parse_all(host.answers(all_asks())).items():
        row = catalog.get(name)
        assert row is not None
        if not isinstance(outcome, Unknown):
            assert not not_storable(outcome), name
            assert fits(outcome, row.type), f"{name}: {outcome!r} is not {row.type}"


def test_every_unknown_says_what_happened_and_what_helps(host: Host) -> None:
    """An Unknown has a cause, a detail and a cure."""
    for name, outcome in parse_all(host.answers(all_asks())).items():
        if isinstance(outcome, Unknown):
            assert outcome.detail, name
            assert outcome.cure, name


def test_a_host_that_shows_nothing_gives_no_value_that_could_pass() -> None:
    """With nothing mounted every fact is Unknown, but for those whose absence is an answer."""
    nothing = parse_all({ask: absent(str(ask)) for ask in all_asks()})
    assert nothing.keys() == NAMES
    known = {name: outcome for name, outcome in nothing.items() if not isinstance(outcome, Unknown)}
    empty = ("dns.options", "dns.search", "dns.servers", "hosts.localhost", "nsswitch.hosts")
    assert known == {**{name: [] for name in empty}, "timezone.database": False}


def test_an_agent_that_answered_nothing_leaves_all_uncollected() -> None:
    """Facts whose asks have no answer are not collected, all of them."""
    odd = {"kernel.config.SECCOMP"}  # no such fact can be
    causes = {name: outcome.cause for name, outcome in parse_all({}).items() if isinstance(outcome, Unknown)}
    assert causes.keys() == NAMES
    assert {name for name, cause in causes.items() if cause is not Cause.NOT_COLLECTED} <= odd


def test_readme_names_every_host() -> None:
    """The README says of each host where it comes from."""
    readme = (HOSTS / "README.md").read_text()
    assert all(f"`{path.name}`" in readme for path in HOSTS.iterdir() if path.is_dir())


def spelled(outcomes: dict[str, Value | Unknown]) -> str:
    """Return outcomes as JSON, one line a fact."""
    rows = (f"{json.dumps(name)}: {json.dumps(plain(outcomes[name]))}" for name in sorted(outcomes))
    return "{\n" + ",\n".join(rows) + "\n}\n"


def plain(outcome: Value | Unknown) -> Value:
    """Return an Unknown as a record."""
    if isinstance(outcome, Unknown):
        return {"unknown": str(outcome.cause), "detail": outcome.detail, "cure": outcome.cure}
    return outcome
