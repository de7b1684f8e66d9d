"""The built-in catalog: names, types, owners, meanings; what rules are checked against."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from hostproof.facts.builtin import BUILTIN, builtin_catalog
from hostproof.facts.builtin.sysctl import TUNABLES
from hostproof.facts.catalog import Owner
from hostproof.facts.types import Kind
from hostproof.facts.typetext import parse_type

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*(\.\*)?")


def test_names_are_unique_and_well_formed() -> None:
    """Names are dotted lower-case words, each once."""
    assert [name for name, count in Counter(row.name for row in BUILTIN).items() if count > 1] == []
    assert [row.name for row in BUILTIN if not NAME.fullmatch(row.name) and not row.name.startswith("sysctl.")] == []


def test_a_meaning_is_one_line_for_people() -> None:
    """A meaning begins like a sentence, has no full stop, and fits two lines of a terminal."""
    for row in BUILTIN:
        begins = row.meaning[0].isupper() or not row.meaning[0].isalpha() or row.meaning.startswith(("v1", "memfd"))
        ends = not row.meaning.endswith(".") or row.meaning.endswith("...")
        assert begins, row
        assert ends, row
        assert "\n" not in row.meaning
        assert 8 <= len(row.meaning) <= 200, row


def test_a_type_can_be_written_in_a_pack() -> None:
    """The text of every row's type is one that packs may use."""
    for row in BUILTIN:
        assert parse_type(str(row.type)) == row.type, row


@pytest.mark.parametrize(
    ("name", "kind", "owner"),
    [
        ("kernel.release", Kind.VERSION, Owner.HOST_KERNEL),
        ("cgroup.pids.limit", Kind.COUNT, Owner.CGROUP),
        ("limits.nofile.soft", Kind.COUNT, Owner.PROCESS),
        ("cpu.usable", Kind.COUNT, Owner.PROCESS),
        ("temp.executable", Kind.BOOL, Owner.FILES),
        ("kernel.config.CONFIG_SECCOMP", Kind.STRING, Owner.HOST_KERNEL),
        ("tools.apt-get", Kind.STRING, Owner.FILES),
        ("sysctl.kernel.threads-max", Kind.COUNT, Owner.HOST_KERNEL),
        ("sysctl.net.core.rmem_max", Kind.BYTES, Owner.HOST_KERNEL),
        ("sysctl.net.core.somaxconn", Kind.COUNT, Owner.NAMESPACE),
        ("sysctl.net.ipv4.conf.eth0.rp_filter", Kind.ANY, Owner.NAMESPACE),
        ("sysctl.vm.never_heard_of", Kind.ANY, Owner.HOST_KERNEL),
        ("sysctl.user.max_keys", Kind.ANY, Owner.NAMESPACE),
    ],
)
def test_lookups(name: str, kind: Kind, owner: Owner) -> None:
    """A name finds its own row first, then the nearest family."""
    row = builtin_catalog().get(name)
    assert row is not None
    assert (row.type.kind, row.owner) == (kind, owner)


def test_unknown_names_are_found_nowhere() -> None:
    """A name outside of all families has no row."""
    assert builtin_catalog().get("kernel.relase") is None
    assert builtin_catalog().get("net.interfaces.mtu") is None


def test_a_path_goes_on_below_a_fact() -> None:
    """A field of a fact is resolved to the fact."""
    found = builtin_catalog().resolve(("namespaces", "pid"))
    assert found is not None
    assert (found[0].name, found[1]) == ("namespaces", 1)


def test_scales_belong_to_units() -> None:
    """Only bytes and durations are scaled, durations always, and only nullable parameters have a null."""
    for tunable in TUNABLES:
        if tunable.scale != 1:
            assert tunable.type.kind in {Kind.BYTES, Kind.DURATION}, tunable.name
        if tunable.type.kind is Kind.DURATION:
            assert tunable.scale > 1, tunable.name
        assert (tunable.null_from is not None) == tunable.type.nullable, tunable.name


def test_there_are_typed_parameters_enough() -> None:
    """What tuning guides name is typed: more than a hundred parameters."""
    assert len(TUNABLES) > 100
