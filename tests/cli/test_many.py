"""Several snapshots at once: where they come from, one report of all, on all cores."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import referencing

from hostproof.cli import workers
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT
from hostproof.source.builtin import data_folder
from offspring import children

from .conftest import Told

Hosts = Callable[..., Path]


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    """Return a way to write snapshots of hosts with a number each, none where it is None, into a folder."""

    def write(numbers: list[int | None], folder: str = "snaps") -> Path:
        place = tmp_path / folder
        place.mkdir(parents=True, exist_ok=True)
        for at, number in enumerate(numbers):
            values = {} if number is None else {"team:number": number}
            facts = {name: FactInfo(COUNT, Owner.FILES) for name in values}
            taken = Snapshot(1_795_444_724_000_000_000 + at, "local", Host(f"web-{at:02}"), dict(values), {}, facts)
            (place / f"h{at:02}.hpsnap").write_bytes(encode_snapshot(taken))
        return place

    return write


def test_one_report_of_all(told: Told, hosts: Hosts, pack: Path, tmp_path: Path) -> None:
    """Every format holds all hosts, in their order, and the gravest verdict counts."""
    hosts([7, 3, 9])
    flags = [word for name in ("junit", "markdown", "json") for word in ("-f", f"{name}=all.{name}")]
    code, said, warned = told("eval", "--pack", str(pack), "snaps", *flags)
    assert (code, warned) == (1, "")
    assert "1 of 3 hosts is unfit" in said
    suites = ElementTree.parse(tmp_path / "all.junit").getroot()
    assert [suite.get("name") for suite in suites] == [f"team @ web-0{n}" for n in range(3)]
    assert [suite.get("id") for suite in suites] == ["0", "1", "2"]
    document = json.loads((tmp_path / "all.json").read_text())
    assert [one["host"]["name"] for one in document["reports"]] == ["web-00", "web-01", "web-02"]
    assert document["hosts"] == {"fit": 2, "unfit": 1, "undecided": 0}
    page = (tmp_path / "all.markdown").read_text()
    assert page.startswith("# ❌ 1 of 3 hosts is unfit\n")
    assert [page.count(f"\n## {mark} web-0") for mark in "✅❌"] == [2, 1]


def test_the_json_is_of_its_schema(told: Told, hosts: Hosts, pack: Path) -> None:
    """A merged JSON report is a document of reports-1, and each report in it of report-1."""
    hosts([7, None])
    _, said, _ = told("eval", "--pack", str(pack), "snaps", "-f", "json")
    schemas = {
        name: json.loads((data_folder("schema") / f"{name}.schema.json").read_text())
        for name in ("report-1", "reports-1")
    }
    known = referencing.Registry().with_resources(
        (schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas.values()
    )
    jsonschema.Draft202012Validator(schemas["reports-1"], registry=known).validate(json.loads(said))


def test_each_part_is_the_report_of_one(told: Told, hosts: Hosts, pack: Path) -> None:
    """What a merged report says of a host is what its own report says."""
    hosts([7, 3])
    together = json.loads(told("eval", "--pack", str(pack), "snaps", "-f", "json")[1])
    for at in range(2):
        alone = json.loads(told("eval", "--pack", str(pack), f"snaps/h0{at}.hpsnap", "-f", "json")[1])
        assert together["reports"][at] == alone


def test_hosts_of_one_name_lose_nothing(told: Told, hosts: Hosts, pack: Path) -> None:
    """Two snapshots of a host have suites of different names: readers drop the second of two equal ones."""
    hosts([7], "monday")
    hosts([3], "tuesday")
    _, said, _ = told("eval", "--pack", str(pack), "monday", "tuesday", "-f", "junit")
    assert [suite.get("name") for suite in ElementTree.fromstring(said)] == ["team @ web-00", "team @ web-00 (2)"]


def test_a_report_for_each(told: Told, hosts: Hosts, pack: Path, tmp_path: Path) -> None:
    """`{name}` in a path gives each snapshot a file; two that would share one are refused."""
    hosts([7, 3])
    assert told("eval", "--pack", str(pack), "snaps", "-q", "-f", "json=out/{name}.json")[0] == 1
    assert [json.loads((tmp_path / f"out/h0{n}.json").read_text())["exit_code"] for n in range(2)] == [0, 1]
    hosts([7], "more")
    code, _, warned = told("eval", "--pack", str(pack), "snaps", "more", "-f", "json={name}.json")
    assert (code, "HP-E506" in warned) == (2, True)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["snaps"], 4),
        (["snaps/sub"], 1),
        (["snaps/h0[01].hpsnap"], 2),
        (["snaps/**/*.hpsnap"], 4),
        (["snaps", "snaps/h00.hpsnap"], 4),
    ],
)
def test_where_snapshots_are_found(told: Told, hosts: Hosts, pack: Path, words: list[str], number: int) -> None:
    """A folder stands for all snapshots below it, a pattern for what matches, and each is judged once."""
    hosts([7, 8, 9])
    hosts([6], "snaps/sub")
    _, said, _ = told("eval", "--pack", str(pack), *words, "-f", "json")
    document = json.loads(said)
    assert len(document.get("reports", [document])) == number


@pytest.mark.parametrize("word", ["empty", "nothing/*.hpsnap"])
def test_a_place_without_snapshots(told: Told, pack: Path, tmp_path: Path, word: str) -> None:
    """A folder or pattern that gives nothing is refused: judging nothing is no success."""
    (tmp_path / "empty").mkdir()
    code, _, warned = told("eval", "--pack", str(pack), word)
    assert (code, "HP-E513" in warned) == (2, True)


def test_standard_input(hosts: Hosts, pack: Path, tmp_path: Path) -> None:
    """`-` is a snapshot on standard input, alone or among others."""
    import subprocess
    import sys

    hosts([3, 7])
    for words, code in ((["-"], 1), (["-", "snaps/h01.hpsnap"], 1)):
        command = [sys.executable, "-m", "hostproof", "eval", "-q", "--pack", str(pack), *words]
        taken = (tmp_path / "snaps/h00.hpsnap").read_bytes()
        assert subprocess.run(command, cwd=tmp_path, input=taken, check=False, timeout=60).returncode == code


def test_one_that_cannot_be_read_costs_itself_only(told: Told, hosts: Hosts, pack: Path, tmp_path: Path) -> None:
    """The others are reported, it is named, and the exit code is 2: such a run is never green."""
    hosts([7, 8])
    (tmp_path / "snaps/h01.hpsnap").write_bytes((tmp_path / "snaps/h00.hpsnap").read_bytes()[:-9])
    code, said, warned = told("eval", "--pack", str(pack), "snaps", "-f", "json")
    assert (code, len(json.loads(said)["reports"])) == (2, 1)
    assert "HP-E402: snaps/h01.hpsnap" in warned


def test_what_a_snapshot_lacks_is_said(told: Told, hosts: Hosts, pack: Path) -> None:
    """Facts that nobody collected are named before the report, of one snapshot and of several."""
    hosts([None, 7])
    assert "the snapshot lacks 1 of the 1 facts" in told("eval", "--pack", str(pack), "snaps/h00.hpsnap")[2]
    assert (
        "of 2 snapshots some lack 1 of the 1 facts that the rules need: team:number (1)"
        in (told("eval", "--pack", str(pack), "snaps")[2])
    )
    assert told("eval", "--pack", str(pack), "snaps/h01.hpsnap")[2] == ""


def test_processes_change_nothing(
    told: Told, hosts: Hosts, pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However many processes judge, the reports are the same to the byte."""
    hosts([at % 9 or None for at in range(40)])
    found = []
    for cores in (1, 3):
        monkeypatch.setattr(workers, "cores", lambda cores=cores: cores)
        flags = [word for name in ("junit", "markdown", "json") for word in ("-f", f"{name}=all.{name}")]
        code, said, warned = told("eval", "--pack", str(pack), "snaps", *flags)
        found.append(
            [code, said, warned, *((tmp_path / f"all.{n}").read_bytes() for n in ("junit", "markdown", "json"))]
        )
    assert found[0] == found[1]


def test_a_worker_that_breaks_is_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in a worker, or its death, is an error where its work was wanted."""

    def work(number: int) -> bytes:
        if number == 40:
            raise KeyError("forty")
        return bytes([number])

    def dying(number: int) -> bytes:
        if number == 41:
            os._exit(9)
        return bytes([number])

    monkeypatch.setattr(workers, "cores", lambda: 2)
    with pytest.raises(workers.WorkerError, match="KeyError: 'forty'"):
        list(workers.in_order(64, work))
    with pytest.raises(workers.WorkerError, match="ended before"):
        list(workers.in_order(64, dying))


def test_nothing_is_left_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops listening half-way leaves no process behind."""
    monkeypatch.setattr(workers, "cores", lambda: 2)

    def numbers() -> Iterator[bytes]:
        return workers.in_order(1000, lambda number: bytes([number % 256]) * 100_000)

    before = children()  # whoever runs the tests may have some
    left = numbers()
    assert next(left)[:1] == b"\0"
    assert children() > before
    left.close()  # type: ignore[attr-defined]
    assert children() == before
