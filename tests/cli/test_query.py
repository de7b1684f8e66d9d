"""`hostproof query`: one expression over snapshots."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown

from .conftest import Told

TYPES = {"memory.total": "bytes", "kernel.release": "version", "team:number": "count", "host.name": "string"}


def write(path: Path, values: dict[str, Value], unknown: dict[str, Unknown] | None = None) -> None:
    """Write a snapshot of the host `web`."""
    names = (*values, *(unknown or {}))
    infos = {name: FactInfo(parse_type(TYPES[name]), Owner.HOST_KERNEL) for name in names}
    path.write_bytes(encode_snapshot(Snapshot(1, "local", Host("web"), values, unknown or {}, infos)))


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path) -> None:
    """Write a snapshot that knows its memory, and one that doesn't."""
    write(tmp_path / "a.hpsnap", {"memory.total": 2**34, "team:number": 7, "host.name": 'a "b",\x1b[31m\nc'})
    why = Unknown(Cause.DENIED, "/proc/meminfo: permission denied", "run as root")
    write(tmp_path / "b.hpsnap", {}, {"memory.total": why})


def test_one_snapshot_gives_the_value_alone(told: Told) -> None:
    """What a script wants: the value, with its unit, and nothing else."""
    assert told("query", "memory.total", "a.hpsnap") == (0, "16GiB\n", "")
    assert told("query", "memory.total > 1GiB", "a.hpsnap") == (0, "true\n", "")


def test_several_snapshots_say_whose(told: Told) -> None:
    """Each has a line with its path and host; an unknown says cause and cure, and makes the exit code 3."""
    code, said, _ = told("query", "memory.total / 2", "a.hpsnap", "b.hpsnap")
    assert code == 3
    assert said.splitlines() == [
        "a.hpsnap  web  8GiB",
        "b.hpsnap  web  unknown (denied) memory.total: /proc/meminfo: permission denied; to decide: run as root",
    ]


def test_json(told: Told) -> None:
    """Values as they are stored and as text, and the whole reason of an unknown."""
    code, said, _ = told("query", "memory.total", "a.hpsnap", "b.hpsnap", "-f", "json")
    assert code == 3
    assert json.loads(said) == [
        {"snapshot": "a.hpsnap", "host": "web", "value": 2**34, "text": "16GiB"},
        {
            "snapshot": "b.hpsnap",
            "host": "web",
            "unknown": {
                "fact": "memory.total",
                "cause": "denied",
                "detail": "/proc/meminfo: permission denied",
                "cure": "run as root",
            },
        },
    ]


def test_csv_survives_hostile_values(told: Told) -> None:
    """Quotes and commas are quoted, and no escape sequence reaches a terminal."""
    _, said, _ = told("query", "host.name", "a.hpsnap", "-f", "csv")
    assert "\x1b" not in said
    head, row = csv.reader(io.StringIO(said))
    assert head == ["snapshot", "host", "value", "text", "unknown"]
    assert row[:2] == ["a.hpsnap", "web"]
    assert row[2].startswith('a "b",')


def test_a_packs_own_names(told: Told, pack: Path) -> None:
    """With `--pack` its own facts and its parameters, as they are set, may be asked for."""
    words = ("query", "number - least_of if false else number >= params.least", "a.hpsnap", "--pack", str(pack))
    assert told(*words)[0] == 2
    assert told("query", "number >= params.least", "a.hpsnap", "--pack", str(pack)) == (0, "true\n", "")
    assert (
        told("query", "number >= params.least", "a.hpsnap", "--pack", str(pack), "--param", "least=8")[1] == "false\n"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [("memory.totl", "EXPR:1:1: error HP-E220"), ("memory.total > 5ms", "EXPR:1:"), ("1 +", "EXPR:1:4: error")],
)
def test_a_wrong_expression(told: Told, text: str, place: str) -> None:
    """It is refused before any snapshot is read, with the place of each fault."""
    code, said, warned = told("query", text, "not-there.hpsnap")
    assert (code, said) == (2, "")
    assert place in warned


def test_a_snapshot_of_another_type(told: Told, tmp_path: Path) -> None:
    """A fact that isn't of the type the expression was checked for is unknown."""
    infos = {"memory.total": FactInfo(parse_type("string"), Owner.HOST_KERNEL)}
    (tmp_path / "c.hpsnap").write_bytes(encode_snapshot(Snapshot(1, "local", Host(), {"memory.total": "x"}, {}, infos)))
    code, said, _ = told("query", "memory.total * 2", "c.hpsnap")
    assert (code, "unknown (type) memory.total" in said) == (3, True)


def test_one_that_cannot_be_read(told: Told, tmp_path: Path) -> None:
    """The others are answered, it is named, and the exit code is 2."""
    (tmp_path / "c.hpsnap").write_text("no")
    code, said, warned = told("query", "memory.total", "a.hpsnap", "c.hpsnap")
    assert (code, said, "c.hpsnap" in warned) == (2, "a.hpsnap  web  16GiB\n", True)


def test_no_such_format(told: Told) -> None:
    """The formats are text, json and csv."""
    code, _, warned = told("query", "memory.total", "a.hpsnap", "-f", "cvs")
    assert (code, "did you mean csv?" in warned) == (2, True)
