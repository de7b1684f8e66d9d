"""`hostproof verify`: a report against the inputs it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT

from .conftest import Told

FORMS = ("json", "junit")


def write(path: Path, number: int, host: str = "web") -> None:
    """Write a snapshot."""
    infos = {"team:number": FactInfo(COUNT, Owner.FILES)}
    taken = Snapshot(1_795_444_724_000_000_000, "local", Host(host), {"team:number": number}, {}, infos)
    path.write_bytes(encode_snapshot(taken))


@pytest.fixture(params=FORMS)
def report(request: pytest.FixtureRequest, told: Told, pack: Path, tmp_path: Path) -> Path:
    """Write a report, in either form, of a host with the number 3, by another limit, gate and day."""
    write(tmp_path / "a.hpsnap", 3)
    path = tmp_path / f"r.{request.param}"
    flags = ("--param", "least=4", "--fail-on", "low", "--date", "2026-12-24", "-q", "-f", f"{request.param}={path}")
    assert told("eval", "--pack", str(pack), "a.hpsnap", *flags)[0] == 1
    return path


def test_the_same_again(told: Told, report: Path, pack: Path) -> None:
    """Of the same snapshot and pack the same comes out; date, gate and parameters are taken from the report."""
    code, said, _ = told("verify", str(report), "--snapshot", "a.hpsnap", "--pack", str(pack))
    assert (code, " is what hostproof " in said) == (0, True), said


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (["--date", "2026-12-25"], "date: the report judges waivers by 2026-12-24, here it is 2026-12-25"),
        (["--fail-on", "high"], "gate: the report has fail_on low, unknown fail; here it is high, fail"),
        (["--param", "least=5"], "params of team: the report was made with least=4; here: all at their defaults"),
        (["--param", "least=9"], "params of team: the report was made with least=4; here: least=9"),
        (["--pack", "linux"], "pack linux: the report was made without it"),
    ],
)
def test_another_input_is_named(told: Told, report: Path, pack: Path, flags: list[str], what: str) -> None:
    """What a command line asks for wins, and each difference from the report is said."""
    code, said, _ = told("verify", str(report), "--snapshot", "a.hpsnap", "--pack", str(pack), *flags)
    assert (code, what in said) == (1, True), said


def test_another_snapshot(told: Told, report: Path, pack: Path, tmp_path: Path) -> None:
    """The digests of both are said."""
    write(tmp_path / "b.hpsnap", 2)
    code, said, _ = told("verify", str(report), "--snapshot", "b.hpsnap", "--pack", str(pack))
    assert (code, said.count("sha256:"), "snapshot: the report is about" in said) == (1, 2, True)


def test_another_pack(told: Told, report: Path, pack: Path) -> None:
    """A pack that was changed by a character is another one."""
    path = pack / "pack.yaml"
    path.write_text(path.read_text().replace("Small numbers", "Tiny numbers"))
    code, said, _ = told("verify", str(report), "--snapshot", "a.hpsnap", "--pack", str(pack))
    assert (code, "pack team: the report was made with " in said) == (1, True)


def test_another_version(told: Told, report: Path, pack: Path) -> None:
    """A report of another hostproof is no forgery, and is said to be that."""
    from hostproof import __version__

    report.write_text(report.read_text().replace(f'"{__version__}"', '"9.9.9"'))
    code, said, _ = told("verify", str(report), "--snapshot", "a.hpsnap", "--pack", str(pack))
    assert (code, "version: the report was made by hostproof 9.9.9" in said) == (1, True)


def test_an_edited_report(told: Told, report: Path, pack: Path) -> None:
    """Where all inputs are the same and the words are not, the places are named."""
    report.write_text(report.read_text().replace("3 of 4", "3 of 3"))
    code, said, _ = told("verify", str(report), "--snapshot", "a.hpsnap", "--pack", str(pack))
    assert (code, "it was edited" in said, "3 of 3" in said, "team.number" in said) == (1, True, True, True)


@pytest.mark.parametrize("form", FORMS)
def test_one_host_of_a_merged_report(told: Told, pack: Path, tmp_path: Path, form: str) -> None:
    """Of a report over several hosts that part is verified which is about the snapshot, hosts of one name included."""
    (tmp_path / "s").mkdir()
    write(tmp_path / "s/a.hpsnap", 3)
    write(tmp_path / "s/b.hpsnap", 9)
    assert told("eval", "--pack", str(pack), "s", "-q", "-f", f"{form}=all")[0] == 1
    for name in "ab":
        code, said, _ = told("verify", "all", "--snapshot", f"s/{name}.hpsnap", "--pack", str(pack))
        assert code == 0, said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        "<a/>",
        "<",
        '{"format": "hostproof-report-1"}',
        "<testsuites><testsuite/></testsuites>",
        "[" * 9999,
    ],
)
def test_what_is_no_report(told: Told, tmp_path: Path, text: str) -> None:
    """Any other file is refused."""
    (tmp_path / "r").write_text(text)
    code, _, warned = told("verify", "r", "--snapshot", "a.hpsnap")
    assert (code, "HP-E515" in warned) == (2, True)
