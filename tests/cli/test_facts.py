"""`hostproof facts SNAPSHOT`: what a snapshot holds, all of it or what is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hostproof.cli.arguments.table import OWNERS
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import BYTES, STRING
from hostproof.facts.unknown import Cause, Unknown

from .conftest import Told


@pytest.fixture(autouse=True)
def taken(tmp_path: Path) -> None:
    """Write a snapshot of four facts."""
    infos = {
        "memory.total": FactInfo(BYTES, Owner.HOST_KERNEL),
        "memory.free": FactInfo(BYTES, Owner.HOST_KERNEL),
        "cgroup.memory.max": FactInfo(BYTES, Owner.CGROUP),
        "team:word": FactInfo(STRING, Owner.FILES),
    }
    unknown = {name: Unknown(Cause.DENIED, "not allowed", "run as root") for name in ("memory.free", "team:word")}
    values = {"memory.total": 2**34, "cgroup.memory.max": 2**30}
    (tmp_path / "s.hpsnap").write_bytes(encode_snapshot(Snapshot(1, "local", Host("web"), values, unknown, infos)))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], {"cgroup.memory.max", "memory.free", "memory.total", "team:word"}),
        (["memory"], {"cgroup.memory.max", "memory.free", "memory.total"}),
        (["memory.*"], {"memory.free", "memory.total"}),
        (["memory.total", "word"], {"memory.total", "team:word"}),
        (["--only", "unknown"], {"memory.free", "team:word"}),
        (["--only", "known", "memory"], {"memory.total", "cgroup.memory.max"}),
        (["--owner", "cgroup"], {"cgroup.memory.max"}),
        (["--owner", "files", "--only", "known"], set()),
    ],
)
def test_what_is_chosen(told: Told, words: list[str], names: set[str]) -> None:
    """Names choose as in the catalog, `--only` by what is known, `--owner` by whose reading it is; all must hold."""
    code, said, _ = told("facts", "s.hpsnap", *words, "-f", "json")
    assert code == 0
    assert {row["name"] for row in json.loads(said)["facts"]} == names
    shown = told("facts", "s.hpsnap", *words)[1]
    for name in ("cgroup.memory.max", "memory.free", "memory.total", "team:word"):
        assert (f"\n{name} " in shown) is (name in names)


def test_owners_of_the_catalog(told: Told) -> None:
    """Without a snapshot `--owner` chooses among the facts that there are."""
    rows = json.loads(told("facts", "--owner", "cgroup", "-f", "json")[1])
    assert {row["owner"] for row in rows} == {"cgroup"}


@pytest.mark.parametrize("words", [["s.hpsnap", "--only", "knwon"], ["--owner", "nobody"], ["--only", "known"]])
def test_wrong_words(told: Told, words: list[str]) -> None:
    """A word that means nothing is refused."""
    code, _, warned = told("facts", *words)
    assert (code, "HP-E504" in warned) == (2, True)


def test_all_owners_are_offered() -> None:
    """The command line knows the owners that facts have."""
    assert set(OWNERS) == set(map(str, Owner))
