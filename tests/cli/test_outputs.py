"""Reports and where they go."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from .conftest import Run


def test_every_format_at_once(run: Run, small: Path, tmp_path: Path) -> None:
    """Each `-f` writes its file, folders are made, and the terminal still shows the report."""
    names = {
        "junit": "out/deep/j.xml",
        "markdown": "out/r.md",
        "json": "out/r.json",
        "terminal": "out/t.txt",
        "snapshot": "s.hpsnap",
    }
    flags = [word for name, path in names.items() for word in ("-f", f"{name}={path}")]
    done = run("check", "--pack", small, *flags)
    assert done.returncode == 1
    assert "UNFIT" in done.stdout
    assert ElementTree.parse(tmp_path / names["junit"]).getroot().tag == "testsuites"
    assert "team.number" in (tmp_path / names["markdown"]).read_text()
    assert json.loads((tmp_path / names["json"]).read_text())["exit_code"] == 1
    assert (tmp_path / names["terminal"]).read_text() == done.stdout


def test_online_is_offline(run: Run, small: Path, tmp_path: Path) -> None:
    """`check` says to the byte what `eval` says of its snapshot."""
    formats = ("junit", "markdown", "json")
    run("check", "--pack", small, "-f", "snapshot=s.hpsnap", *(w for f in formats for w in ("-f", f"{f}=check.{f}")))
    done = run("eval", "--pack", small, "s.hpsnap", *(w for f in formats for w in ("-f", f"{f}=eval.{f}")))
    assert done.returncode == 1
    for name in formats:
        assert (tmp_path / f"eval.{name}").read_bytes() == (tmp_path / f"check.{name}").read_bytes()


def test_a_format_without_a_path_goes_to_standard_output(run: Run, pack: Path) -> None:
    """It takes the place of the terminal report, so that a program can read it."""
    for flags in (["-f", "json"], ["-f", "json=-"], ["-q", "--format=json"]):
        assert json.loads(run("check", "--pack", pack, *flags).stdout)["exit_code"] == 0


def test_quiet_is_quiet(run: Run, small: Path, tmp_path: Path) -> None:
    """With `--quiet` only the file and the exit code remain."""
    done = run("check", "--pack", small, "-q", "-f", "junit=j.xml")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (tmp_path / "j.xml").exists()


def test_a_report_replaces_the_last_one_whole(run: Run, pack: Path, tmp_path: Path) -> None:
    """An existing report is replaced, through a link where there is one, and nothing else is left behind."""
    (tmp_path / "real.xml").write_text("old")
    (tmp_path / "link.xml").symlink_to("real.xml")
    before = {path.name for path in tmp_path.iterdir()}
    assert run("check", "--pack", pack, "-f", "junit=link.xml").returncode == 0
    assert (tmp_path / "real.xml").read_text().startswith("<?xml")
    assert (tmp_path / "link.xml").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} - {"cache"} == before


def test_a_device_is_written_to_and_not_replaced(run: Run, pack: Path) -> None:
    """A report sent to /dev/null leaves the device a device."""
    assert run("check", "--pack", pack, "-f", "junit=/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()


def test_a_refused_path_is_found_before_anything_is_done(run: Run, pack: Path, tmp_path: Path) -> None:
    """No command of the pack has run when a report's path is refused, and no other report is written."""
    text = (pack / "pack.yaml").read_text()
    trace = tmp_path / "ran"
    (pack / "pack.yaml").write_text(
        text.replace("{file: " + str(tmp_path / "number"), f"{{run: 'touch {trace}; echo 7'")
    )
    assert run("check", "--pack", pack, "-f", "junit=ok.xml", "-f", "json=/proc/no/x").returncode == 2
    assert not trace.exists()
    assert not (tmp_path / "ok.xml").exists()
    assert run("check", "--pack", pack, "-f", "junit=ok.xml").returncode == 0
    assert trace.exists()


def test_several_snapshots(run: Run, pack: Path, tmp_path: Path) -> None:
    """The gravest verdict is the exit code, and `{name}` gives each snapshot a report; else one holds all."""
    for name, number in (("a", "7"), ("b", "3")):
        (tmp_path / "number").write_text(number)
        assert run("collect", "--pack", pack, "-o", f"{name}.hpsnap").returncode == 0
    assert run("eval", "--pack", pack, "a.hpsnap").returncode == 0
    done = run("eval", "--pack", pack, "a.hpsnap", "b.hpsnap", "-f", "json={name}.json")
    assert done.returncode == 1
    assert [json.loads((tmp_path / f"{name}.json").read_text())["exit_code"] for name in "ab"] == [0, 1]
    done = run("eval", "--pack", pack, "a.hpsnap", "b.hpsnap", "-f", "json=one.json")
    assert done.returncode == 1
    assert [one["exit_code"] for one in json.loads((tmp_path / "one.json").read_text())["reports"]] == [0, 1]


def test_a_snapshot_on_standard_output(run: Run, pack: Path, tmp_path: Path) -> None:
    """`collect -o -` writes nothing but the snapshot's bytes, which `eval` takes."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "hostproof", "collect", "--pack", str(pack), "-o", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    (tmp_path / "s.hpsnap").write_bytes(done.stdout)
    assert run("eval", "--pack", pack, "s.hpsnap").returncode == 0


def test_a_report_does_not_depend_on_the_others(run: Run, pack: Path, tmp_path: Path) -> None:
    """What passes found is looked for only where a report shows it, and every report is the same with and without."""
    run("collect", "--pack", pack, "-o", "host.hpsnap")
    for format_name in ("junit", "markdown", "json", "terminal"):
        run("eval", "host.hpsnap", "--pack", pack, "-q", "-f", f"{format_name}=alone/{format_name}")
    together = [word for name in ("junit", "markdown", "json", "terminal") for word in ("-f", f"{name}=all/{name}")]
    assert run("eval", "host.hpsnap", "--pack", pack, "-q", *together).returncode == 0
    for format_name in ("junit", "markdown", "json", "terminal"):
        alone, among = (tmp_path / folder / format_name for folder in ("alone", "all"))
        assert alone.read_bytes() == among.read_bytes()
    assert "number = 7" in (tmp_path / "all" / "markdown").read_text()
