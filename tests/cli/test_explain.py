"""`hostproof explain`: the real command over real snapshots."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, Told

FAILED = """\
FAIL  team.number: The number is large enough
      high, pack team, on HOST at TIME UTC
      3 of 5

assert
* number >= params.least  false
*   number                3
*   params.least          5

passes if number >= 5 (params.least), now 3

why       Small numbers are too small.
fix       echo 5 > number
at        team/pack.yaml:9

evidence
  file FOLDER/number
    | 3
"""


@pytest.fixture
def snapshot(run: Run, small: Path, tmp_path: Path) -> Path:
    """Return a snapshot in which the number is 3."""
    path = tmp_path / "host.hpsnap"
    assert run("collect", "--pack", small, "-o", path).returncode == 0
    return path


def test_a_failure(run: Run, snapshot: Path, tmp_path: Path) -> None:
    """The verdict, every value, what would turn it, the fix and the evidence are on one page."""
    done = run("explain", "team.number", snapshot, "--pack", "team", COLUMNS="120")
    assert (done.returncode, done.stderr) == (0, "")
    host, _, moment = done.stdout.split("pack team, on ")[1].split("\n")[0].removesuffix(" UTC").partition(" at ")
    shown = re.sub(r",\s+took\s+[0-9.]+(ns|us|ms|s)$", "", done.stdout, flags=re.MULTILINE)
    for real, word in ((host, "HOST"), (moment, "TIME"), (str(tmp_path), "FOLDER")):
        shown = shown.replace(real, word)
    assert shown == FAILED


def test_what_it_says_is_so(run: Run, snapshot: Path) -> None:
    """The value it asks for gives the verdict it tells, and one short of it does not."""
    said = run("explain", "team.number", snapshot, "--pack", "team", "--param", "least=4").stdout
    assert "passes if number >= 4 (params.least), now 3\n" in said
    assert run("eval", snapshot, "--pack", "team", "--param", "least=4", "-q").returncode == 1
    said = run("explain", "team:team.number", snapshot, "--pack", "team", "--param", "least=3").stdout
    assert said.startswith("PASS")
    assert "fails if  number < 3 (params.least), now 3\n" in said


def test_an_unknown(run: Run, unread: Path, tmp_path: Path) -> None:
    """What could not be learnt is named with its cause and cure, and both verdicts with what leads to them."""
    path = tmp_path / "host.hpsnap"
    run("collect", "--pack", unread, "-o", path)
    done = run("explain", "team.number", path, "--pack", unread)
    assert done.returncode == 0
    assert done.stdout.startswith("UNKNOWN")
    assert "*   number                unknown (absent)\n" in done.stdout
    assert "passes if number >= 5 (params.least), now unknown (absent)\n" in done.stdout
    assert "fails if  number < 5 (params.least), now unknown (absent)\n" in done.stdout
    assert "\n  cure    " in done.stdout


def test_data_for_programs(run: Run, snapshot: Path) -> None:
    """As JSON the same is there, tree and ways included."""
    done = run("explain", "team.number", snapshot, "--pack", "team", "-f", "json")
    told = json.loads(done.stdout)
    assert (told["rule"], told["verdict"], told["when"]) == ("team.number", "fail", None)
    assert [(part["text"], part["value"], part["decided"]) for part in told["assert"]["parts"]] == [
        ("number", "3", True),
        ("params.least", "5", True),
    ]
    way = [{"wanted": "number >= 5 (params.least)", "now": "3", "stays": False}]
    assert told["flips"] == [{"verdict": "passes", "ways": [way], "untold": []}]


def test_a_snapshot_on_standard_input(snapshot: Path, tmp_path: Path) -> None:
    """`-` reads the snapshot from standard input."""
    command = [sys.executable, "-m", "hostproof", "explain", "team.number", "-", "--pack", "team"]
    done = subprocess.run(command, cwd=tmp_path, input=snapshot.read_bytes(), capture_output=True, timeout=60)
    assert done.stdout.startswith(b"FAIL  team.number")
    done = subprocess.run(command, cwd=tmp_path, input=b"no snapshot", capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"standard input" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["team.numbre", "host"], "there is no rule 'team.numbre' in team\n  hint: did you mean team.number?"),
        (["taem:team.number", "host"], "hint: did you mean team:team.number?"),
        (["xyz", "host"], "there is no rule 'xyz' in team\n  hint: name its pack"),
        (["team.number", "host", "other"], "explain takes one rule and one snapshot, here are 3 words"),
        (["team.number", "host", "-f", "jsno"], "hint: did you mean json?"),
        (["team.number", "nowhere.hpsnap"], "nowhere.hpsnap"),
    ],
)
def test_what_is_refused(told: Told, pack: Path, words: list[str], said: str) -> None:
    """A rule, snapshot or format that isn't one ends with exit code 2, a message and a hint."""
    code, out, err = told("explain", *words, "--pack", str(pack))
    assert (code, out) == (2, "")
    assert said in err


def test_a_rule_of_two_packs(told: Told, pack: Path) -> None:
    """An id that two packs have must be written with its pack."""
    other = pack.parent / "other"
    other.mkdir()
    (other / "pack.yaml").write_text((pack / "pack.yaml").read_text().replace("pack: team", "pack: other"))
    code, _, err = told("explain", "team.number", "host", "--pack", str(pack), "--pack", str(other))
    assert code == 2
    assert "hint: write team:team.number or other:team.number" in err
