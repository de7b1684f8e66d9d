"""Finding packs by name and by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.rulepack.find import builtin_packs, find_pack
from hostproof.source.builtin import data_folder
from hostproof.source.problems import ProblemError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a pack of its own called linux, one called team, and an empty folder."""
    for name in ("linux", "team"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep" / "pack.yaml").mkdir(parents=True)
    (tmp_path / "single.yaml").write_text("")
    return tmp_path


def test_built_in_packs_are_known_by_name() -> None:
    """The packs that come with hostproof are listed, and found by their bare names."""
    assert "linux" in builtin_packs()
    assert find_pack("linux") == data_folder("rules") / "linux" / "pack.yaml"


def test_a_path_is_taken_from_the_base(folder: Path) -> None:
    """A folder, a file and an absolute path are found, also by a bare name that no built-in pack has."""
    assert find_pack("./team", folder) == folder / "team" / "pack.yaml"
    assert find_pack("team", folder) == folder / "team" / "pack.yaml"
    assert find_pack("single.yaml", folder) == folder / "single.yaml"
    assert find_pack(str(folder / "team")) == folder / "team" / "pack.yaml"


def test_a_folder_does_not_pass_for_a_built_in_pack(folder: Path) -> None:
    """`linux` is the built-in pack wherever one stands; `./linux` is the folder."""
    assert find_pack("linux", folder) == find_pack("linux")
    assert find_pack("./linux", folder) == folder / "linux" / "pack.yaml"


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("linx", "HP-E301", "did you mean 'linux'?"),
        ("zzz", "HP-E301", "built in are go"),
        ("./nowhere", "HP-E301", "the path leads nowhere"),
        ("", "HP-E302", "a pack is a folder"),
        ("a\0b", "HP-E301", "the path leads nowhere"),
        ("x" * 5000, "HP-E301", "built in are go"),
        ("../nope", "HP-E301", "the path leads nowhere"),
        ("empty", "HP-E302", "a pack is a folder with a pack.yaml"),
        ("deep", "HP-E302", "a pack is a folder with a pack.yaml"),
    ],
)
def test_what_is_no_pack_is_refused_with_a_hint(folder: Path, name: str, code: str, hint: str) -> None:
    """A slip is told the name that was meant."""
    with pytest.raises(ProblemError) as refused:
        find_pack(name, folder)
    (problem,) = refused.value.problems
    assert (problem.code, problem.hint[: len(hint)]) == (code, hint)
