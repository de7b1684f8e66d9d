"""Beginning a pack: what is written works at once, nothing is overwritten, and a terminal is asked."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from .conftest import Told, read_terminal

THREE = {"team/pack.yaml", "team/cases/team.yaml", "hostproof.yaml"}
CI = {"github": ".github/workflows/hostproof.yml", "gitlab": ".gitlab-ci.yml"}


def files(folder: Path) -> set[str]:
    """Return all files below a folder, but for caches and schemas."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(("cache/", ".hostproof/"))}


def test_the_way_of_a_new_user(told: Told, tmp_path: Path) -> None:
    """From nothing to a rule that is checked, tested, and judges this machine; a change is noticed, and put right."""
    code, out, _ = told("init")
    assert code == 0
    commands = [line.split()[1:] for line in out.splitlines() if line.startswith("  hostproof ")]
    assert [words[0] for words in commands] == ["lint", "test", "check"]
    lint, test, check = (told(*words) for words in commands)
    assert lint == (0, "team: 1 rule, no problems\n", "")
    assert test[0] == 0
    assert "(100%)" in test[1]
    assert check[0] in {0, 1}  # of a machine with little room
    assert "disk.logs" in check[1] or "1 of 1 rule holds" in check[1]

    pack, cases = tmp_path / "team/pack.yaml", tmp_path / "team/cases/team.yaml"
    pack.write_text(pack.read_text().replace("default: 64MiB", "default: 128MiB"))
    code, out, _ = told("test", "team")
    assert code == 1
    assert "64MiB left on /var, 128MiB are needed" in out
    assert f"{cases.relative_to(tmp_path)}:4" in out

    cases.write_text(cases.read_text().replace("64MiB", "128MiB").replace("67108863B", "134217727B"))
    assert told(*commands[1])[0] == 0


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_what_is_written(told: Told, tmp_path: Path, ci: str) -> None:
    """Each file is YAML, leads editors to a schema that it agrees with, and has the name and the title given."""
    title = 'It\'s "ours": \\ # {é} 🐧'
    assert told("init", "new/here", "--name", "web-1", "--title", title, "--ci", ci)[0] == 0
    folder = tmp_path / "new/here"
    packs = {"web-1/pack.yaml", "web-1/cases/web-1.yaml", "hostproof.yaml"}
    assert files(folder) == packs | ({CI[ci]} if ci in CI else set())
    read = YAML(typ="safe", pure=True)
    for name in packs:
        path = folder / name
        header, _, _ = path.read_text().partition("\n")
        schema = path.parent / header.removeprefix("# yaml-language-server: $schema=")
        Draft202012Validator(json.loads(schema.read_text())).validate(read.load(path.read_text()))
    assert read.load((folder / "web-1/pack.yaml").read_text())["title"] == title
    if ci in CI:
        assert "hostproof test ./web-1 --coverage" in str(read.load((folder / CI[ci]).read_text()))
    assert told("lint", "new/here/web-1") == (0, "web-1: 1 rule, no problems\n", "")


@pytest.mark.parametrize(
    ("there", "written"),
    [
        ("README", set()),
        (".github/CODEOWNERS", {CI["github"]}),
        (".gitlab-ci.yml", {"hostproof.gitlab-ci.yml"}),
    ],
)
def test_what_is_there_decides_on_ci(told: Told, tmp_path: Path, there: str, written: set[str]) -> None:
    """Without `--ci`, the CI of the folder gets its file; one that is there is not touched but told to include it."""
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    code, out, _ = told("init")
    assert code == 0
    assert files(tmp_path) == THREE | written | {there}
    assert (tmp_path / there).read_text() == "mine"
    assert ("include: hostproof.gitlab-ci.yml" in out) == (there == ".gitlab-ci.yml")


@pytest.mark.parametrize("there", ["hostproof.yaml", "team/cases/team.yaml", ".hostproof/pack-1.schema.json"])
def test_nothing_is_overwritten(told: Told, tmp_path: Path, there: str) -> None:
    """One file that is there, a link that leads nowhere included, and nothing at all is written."""
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).symlink_to("nowhere")
    code, out, err = told("init")
    assert (code, out) == (2, "")
    assert f"HP-E551: there already: {there}" in err
    assert [path for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()] == [tmp_path / there]


def test_what_cannot_be_written_leaves_nothing(told: Told, tmp_path: Path) -> None:
    """Where a file stands in the way of a folder, those that were written before it go again."""
    (tmp_path / ".hostproof").write_text("mine")
    code, _, err = told("init")
    assert code == 2
    assert "HP-E023" in err
    assert [path.name for path in tmp_path.iterdir()] == [".hostproof"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--name", "Team"], "HP-E504: --name Team"),
        (["--name", "../x"], "HP-E504: --name ../x"),
        (["--name", "null"], "HP-E504: --name null"),
        (["--name", "linux"], "a built-in pack is named so"),
        (["--name", ""], "HP-E504: --name"),
        (["--title", "two\nlines"], "HP-E504: --title"),
        (["--ci", "githup"], "did you mean github?"),
        (["a", "b"], "HP-E551"),
    ],
)
def test_what_is_refused(told: Told, tmp_path: Path, words: list[str], said: str) -> None:
    """A name that is none, or means something else already, a title of two lines, an unknown CI, a second folder."""
    code, _, err = told("init", *words)
    assert code == 2
    assert said in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "title"), [(b"web\nOur web servers\n", "Our web servers"), (b"web\n\n", "What our services need")]
)
def test_a_terminal_is_asked(tmp_path: Path, typed: bytes, title: str) -> None:
    """A person is asked for the name and the title; an empty line takes what is offered."""
    code, seen = on_terminal(tmp_path, typed)
    assert code == 0
    assert "name of the pack [team]: " in seen
    assert f'title: "{title}"' in (tmp_path / "web/pack.yaml").read_text()


def test_a_person_may_think_better_of_it(tmp_path: Path) -> None:
    """Ctrl-D at a question writes nothing."""
    assert on_terminal(tmp_path, b"\x04")[0] == 130
    assert list(tmp_path.iterdir()) == []


def on_terminal(folder: Path, typed: bytes) -> tuple[int, str]:
    """Run `hostproof init` on a terminal in a folder, with something typed; return its exit code and what was seen."""
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "hostproof", "init"]
    with subprocess.Popen(command, cwd=folder, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        try:
            os.write(outer, typed)
            code = process.wait(timeout=30)
            seen = read_terminal(outer).decode()
        finally:
            process.kill()
            os.close(outer)
    return code, seen
