"""What each command shows when all is well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hostproof import __version__
from hostproof.facts.builtin import BUILTIN

from .conftest import Run


def test_the_version(run: Run) -> None:
    """`--version` names the program and its version, and imports nothing to do so."""
    assert run("--version").stdout == f"hostproof {__version__}\n"


@pytest.mark.parametrize("command", ["check", "collect", "eval", "lint", "plan", "facts"])
def test_help(run: Run, command: str) -> None:
    """Every command explains itself."""
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: hostproof {command}")


def test_lint_says_that_all_is_well(run: Run, pack: Path) -> None:
    """A sound pack is confirmed by name and number of rules; without an argument it is the built-in pack."""
    done = run("lint", pack)
    assert (done.returncode, done.stdout) == (0, "team: 1 rule, no problems\n")
    done = run("lint")
    assert done.returncode == 0
    assert done.stdout.startswith("linux: ")


def test_lint_shows_all_problems_of_all_packs(run: Run, pack: Path, tmp_path: Path) -> None:
    """Problems of every pack come in one run, each with a caret under the place."""
    text = (pack / "pack.yaml").read_text()
    wrong = text.replace("number >= params.least", "nunber >= 5ms").replace("severity: high", "severity: hihg")
    (pack / "pack.yaml").write_text(wrong)
    (tmp_path / "other.yaml").write_text("hostproof: 1\n")
    done = run("lint", pack, "other.yaml", "linux")
    assert done.returncode == 2
    for part in ("nunber", "hihg", "other.yaml", "^", "linux: "):
        assert part in done.stdout


def test_a_fragment_is_linted_with_its_pack(run: Run, pack: Path) -> None:
    """What is wrong in an included file is told of the folder, in its place; alone the file is no pack, and says so."""
    with (pack / "pack.yaml").open("a") as file:
        file.write("include: [rules/more.yaml]\n")
    (pack / "rules").mkdir()
    rule = "{id: more.rule, title: A rule in another file, severity: low, assert: number > params.laest}"
    (pack / "rules" / "more.yaml").write_text(f"hostproof: 1\nrules:\n  - {rule}\n")
    done = run("lint", pack)
    assert done.returncode == 2
    assert f"{pack}/rules/more.yaml:3:" in done.stdout
    assert "did you mean" in done.stdout
    assert done.stdout.endswith("1 error in " + str(pack / "rules" / "more.yaml") + "\n")
    alone = run("lint", pack / "rules" / "more.yaml")
    assert (alone.returncode, "name the pack that includes it" in alone.stdout) == (2, True)
    (pack / "rules" / "more.yaml").write_text(f"hostproof: 1\nrules:\n  - {rule.replace('laest', 'least')}\n")
    assert run("lint", pack).stdout == "team: 2 rules, no problems\n"


def test_plan_tells_everything_beforehand(run: Run, pack: Path, tmp_path: Path) -> None:
    """Every file and command is listed with the facts it serves, and none of it is done."""
    text = (pack / "pack.yaml").read_text()
    trace = tmp_path / "ran"
    (pack / "pack.yaml").write_text(
        text.replace("facts:\n", f"facts:\n  made: {{run: [touch, {trace}], read: text, gives: string}}\n").replace(
            "number >=", 'made == "" and number >='
        )
    )
    done = run("plan", "--pack", pack)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"touch {trace}" in done.stdout
    assert str(tmp_path / "number") in done.stdout
    assert "team:number" in done.stdout
    assert not trace.exists()


def test_plan_for_programs(run: Run, pack: Path, tmp_path: Path) -> None:
    """`-f json` gives the same as data."""
    steps = json.loads(run("plan", "--pack", pack, "-f", "json").stdout)
    found = [step["facts"] for step in steps if step["what"] == str(tmp_path / "number")]
    assert found == [["team:number"]]


def test_facts_lists_the_catalog(run: Run) -> None:
    """All facts are listed, one a line; a name, a prefix or a pattern chooses among them."""
    assert len(run("facts").stdout.splitlines()) == len(BUILTIN)
    assert [line.split()[0] for line in run("facts", "memory.swap").stdout.splitlines()] == [
        "memory.swap.total",
        "memory.swap.free",
    ]
    assert {row["name"] for row in json.loads(run("facts", "*.synchronised", "-f", "json").stdout)} == {
        "clock.synchronised"
    }
    assert "type" in run("facts", "kernel.release").stdout


def test_facts_are_found_by_a_part_of_their_names(run: Run) -> None:
    """Who knows a tunable by its last part finds the fact; what stands in no name is still refused."""
    assert "sysctl.net.core.somaxconn" in run("facts", "somaxconn").stdout
    assert "sysctl.net.core.somaxconn" in run("facts", "maxconn").stdout
    assert run("facts", "zzzz").returncode == 2


def test_facts_of_a_snapshot(run: Run, pack: Path) -> None:
    """A snapshot's values come with owner and unit, as text and as JSON."""
    assert run("collect", "--pack", pack, "-o", "s.hpsnap").stdout.startswith("s.hpsnap: ")
    text = run("facts", "s.hpsnap").stdout
    assert [line.split() for line in text.splitlines() if line.startswith("team:number")] == [
        ["team:number", "files", "7"]
    ]
    facts = json.loads(run("facts", "s.hpsnap", "-f", "json").stdout)["facts"]
    assert {"name": "team:number", "type": "count", "owner": "files", "value": 7} in facts


def test_facts_of_a_snapshot_with_unknowns(run: Run, unread: Path) -> None:
    """What could not be learnt is listed with its cause."""
    run("collect", "--pack", unread, "-o", "s.hpsnap")
    assert "1 unknown" in run("facts", "s.hpsnap").stdout
    facts = json.loads(run("facts", "s.hpsnap", "-f", "json").stdout)["facts"]
    assert [fact["unknown"]["cause"] for fact in facts if fact["name"] == "team:number"] == ["absent"]
