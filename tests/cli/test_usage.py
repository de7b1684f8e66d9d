"""Bad input: every malformed argument, pack, profile or snapshot is told of with its place, and exits 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run, Told

WRONG = {
    "unknown command": (["chekc"], "No such command 'chekc'"),
    "no command": ([], "Usage: hostproof"),
    "unknown option": (["check", "--fromat", "x"], "--fromat"),
    "option without its value": (["check", "--pack"], "--pack"),
    "argument where there is none": (["check", "linux"], "linux"),
    "no snapshot": (["eval"], "SNAPSHOT"),
    "unknown format": (["check", "-f", "juint=x"], "HP-E501"),
    "format of another command": (["eval", "x", "-f", "snapshot=y"], "HP-E501"),
    "two reports in one file": (["check", "-f", "junit=x", "-f", "json=./x"], "HP-E502"),
    "two reports on standard output": (["check", "-f", "junit=-", "-f", "json"], "HP-E502"),
    "empty path": (["check", "-f", "junit="], "HP-E503"),
    "a name that nothing has yet": (["check", "-f", "json={name}.json"], "HP-E503"),
    "a folder for a file": (["check", "-f", "junit=/"], "HP-E503"),
    "no such folder can be": (["check", "-f", "junit=/proc/nowhere/x.xml"], "HP-E503"),
    "a path below a file": (["check", "-f", "junit=/etc/passwd/x.xml"], "HP-E503"),
    "no time": (["check", "--timeout", "soon"], "HP-E504"),
    "a size for a time": (["check", "--timeout", "5MB"], "HP-E504"),
    "a time without a unit": (["check", "--timeout", "5"], "5s"),
    "no time at all": (["check", "--timeout", "0s"], "HP-E504"),
    "no date": (["check", "--date", "2026-02-30"], "HP-E504"),
    "a day of a week": (["check", "--date", "2026-W10-1"], "year, month and day"),
    "a day without hyphens": (["check", "--date", "20261231"], "year, month and day"),
    "unknown severity": (["check", "--fail-on", "hihg"], "did you mean high?"),
    "unknown word for unknowns": (["check", "--unknown", "never"], "HP-E504"),
    "parameter without a value": (["check", "--param", "least"], "HP-E505"),
    "parameter nobody has": (["check", "--param", "laest=3"], "laest"),
    "unknown target": (["check", "--target", "moon"], "moon"),
    "unknown pack": (["check", "--pack", "linx"], "linx"),
    "missing pack": (["check", "--pack", "no/such/folder"], "no/such/folder"),
    "the same pack twice": (["check", "--pack", "linux", "--pack", "linux"], "HP-E509"),
    "missing profile": (["check", "--profile", "none.yaml"], "none.yaml"),
    "missing snapshot": (["eval", "none.hpsnap"], "none.hpsnap"),
    "unknown fact": (["facts", "kernel.relaese"], "did you mean kernel.release?"),
    "missing snapshot of facts": (["facts", "none.hpsnap"], "none.hpsnap"),
    "unknown format of facts": (["facts", "-f", "jsno"], "did you mean json?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(told: Told, name: str, tmp_path: Path) -> None:
    """The message names the offending word; nothing is written, and nobody sees a traceback."""
    words, expected = WRONG[name]
    code, out, err = told(*words)
    assert (code, out) == (2, "")
    assert expected in err
    assert "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


def test_all_that_is_wrong_is_told_at_once(run: Run) -> None:
    """One run is enough to hear of every wrong argument."""
    done = run("check", "-f", "juint=x", "--timeout", "5", "--param", "least", "--fail-on", "hihg")
    assert (done.returncode, done.stdout) == (2, "")
    for part in ("HP-E501", "HP-E504", "HP-E505", "hihg", "5s"):
        assert part in done.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pack.yaml", b""),
        ("pack.yaml", b"\xff\xfe\x00"),
        ("pack.yaml", b"hostproof: 1\nrules: ["),
        ("pack.yaml", b"[" * 50_000),
        ("pack.yaml", b"- " * 2_000),
        ("pack.yaml", b"a: &a [*a]\n"),
        (
            "pack.yaml",
            b"hostproof: 1\npack: x\ntitle: X\nrules:\n  - {id: a.b, titel: A, severity: low, assert: 1 <}\n",
        ),
    ],
)
def test_a_wrong_pack_is_shown_with_its_place(told: Told, tmp_path: Path, name: str, content: bytes) -> None:
    """Whatever stands in the file, lint and check refuse it with code and line, and leave no report behind."""
    (tmp_path / name).write_bytes(content)
    for words in (["lint", name], ["check", "--pack", name, "-f", "junit=out.xml"]):
        code, out, err = told(*words)
        said = out + err
        assert code == 2
        assert "HP-E" in said
        assert name in said
        assert "Traceback" not in said
    assert not (tmp_path / "out.xml").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd" + b"\x00" * 40, b"PK\x03\x04"]
)
def test_a_wrong_snapshot_is_refused(told: Told, tmp_path: Path, content: bytes) -> None:
    """A file that is no snapshot is refused by name, and no report of it is written."""
    (tmp_path / "a.hpsnap").write_bytes(content)
    code, out, err = told("eval", "a.hpsnap", "-f", "junit=out.xml")
    assert (code, out) == (2, "")
    assert "HP-E4" in err
    assert "a.hpsnap" in err
    assert not (tmp_path / "out.xml").exists()


def test_an_altered_snapshot_is_refused(run: Run, told: Told, pack: Path, tmp_path: Path) -> None:
    """Cut or changed bytes never pass for a snapshot."""
    assert run("collect", "--pack", pack, "-o", "a.hpsnap").returncode == 0
    data = (tmp_path / "a.hpsnap").read_bytes()
    for changed in (data[:-1], data[: len(data) // 2], data[:20] + bytes([data[20] ^ 1]) + data[21:], data + b"x"):
        (tmp_path / "b.hpsnap").write_bytes(changed)
        code, out, err = told("eval", "--pack", str(pack), "b.hpsnap")
        assert (code, out) == (2, ""), changed
        assert "b.hpsnap" in err


@pytest.mark.parametrize("content", ["", "hostproof: 1\npakcs: [linux]\n", "hostproof: 1\nwaivers: [{rule: x}]\n", "["])
def test_a_wrong_profile_is_shown_with_its_place(told: Told, tmp_path: Path, content: str) -> None:
    """A team's profile is read as strictly as a pack."""
    (tmp_path / "hostproof.yaml").write_text(content)
    code, out, err = told("check", "--profile", "hostproof.yaml")
    assert (code, out) == (2, "")
    assert "hostproof.yaml" in err
    assert "HP-E" in err
