"""Collections: one name for several packs, on the command line, in profiles and for parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import builtin_names, find_packs
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.params import from_command_line, settle_params
from hostproof.rulepack.profile import load_profile, settle_profile
from hostproof.source.builtin import data_folder
from hostproof.source.problems import ProblemError, Problems

PACK = """\
hostproof: 1
pack: {name}
title: A pack
params: {{least: {{type: count, default: 1}}, {name}_own: {{type: count, default: 1}}}}
rules:
  - {{id: cpu.enough, title: Enough, severity: low, assert: cpu.online >= params.least + params.{name}_own}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with three packs, and a collection of the first two."""
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.yaml").write_text(PACK.format(name=name))
    (tmp_path / "both").mkdir()
    (tmp_path / "both" / "packs.yaml").write_text("hostproof: 1\ntitle: Both\npacks: [../one, ../two]\n")
    return tmp_path


def real(paths: tuple[Path, ...]) -> list[Path]:
    """Return paths without `..`."""
    return [path.resolve() for path in paths]


def test_a_collection_stands_for_its_packs(folder: Path) -> None:
    """Named by its folder or its file it gives the files of its packs, in its order; a pack gives its own."""
    both = [folder / "one" / "pack.yaml", folder / "two" / "pack.yaml"]
    assert real(find_packs("./both", folder)) == both
    assert real(find_packs("both/packs.yaml", folder)) == both
    assert find_packs("three", folder) == (folder / "three" / "pack.yaml",)


def test_go_is_built_in() -> None:
    """`go` stands for built-in packs about Go, all of which are there."""
    assert "go" in builtin_names()
    found = find_packs("go")
    assert len(found) > 3
    assert all(path.parent.name.startswith("go-") and path.is_file() for path in found)
    assert all(path.parents[1] == data_folder("rules") for path in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hostproof: 1\ntitle: x\npacks: []\n", "HP-E315"),
        ("hostproof: 1\ntitle: x\n", "HP-E312"),
        ("hostproof: 2\ntitle: x\npacks: [linux]\n", "HP-E316"),
        ("hostproof: 1\ntitle: x\npacks: [linux]\nrules: []\n", "HP-E311"),
        ("hostproof: 1\ntitle: x\npacks: [linx]\n", "HP-E301"),
        ("hostproof: 1\ntitle: x\npacks: [linux, linux]\n", "HP-E325"),
        ("hostproof: 1\ntitle: x\npacks: [go]\n", "HP-E301"),
        ("hostproof: 1\ntitle: x\npacks: linux\n", "HP-E313"),
        ("hostproof: 1\ntitle: x\npacks: [" + "linux, " * 100 + "linux]\n", "HP-E317"),
        ("- linux\n", "HP-E313"),
    ],
)
def test_what_is_no_collection_is_refused(folder: Path, text: str, code: str) -> None:
    """Its shape is checked like that of any file."""
    (folder / "both" / "packs.yaml").write_text(text)
    with pytest.raises(ProblemError) as refused:
        find_packs("both", folder)
    assert code in {problem.code for problem in refused.value.problems}


def test_a_bare_name_sets_a_parameter_of_all_its_packs(folder: Path) -> None:
    """What the packs of one collection have in common is set once; beside another pack it is still ambiguous."""
    catalog = builtin_catalog()
    paths = find_packs("both", folder)
    packs = [load_pack(path, catalog) for path in paths]
    together = (frozenset(map(str, paths)),)
    given = [from_command_line("least", "7"), from_command_line("two_own", "9")]
    problems = Problems()
    settled = settle_params(packs, given, problems, together)
    assert not problems.found
    assert settled == {"one": {"least": 7, "one_own": 1}, "two": {"least": 7, "two_own": 9}}
    settle_params([*packs, load_pack(folder / "three", catalog)], given, problems, together)
    assert [problem.code for problem in problems.found] == ["HP-E306"]


def test_a_wrong_value_is_told_once(folder: Path) -> None:
    """It is one text, however many packs it is for."""
    paths = find_packs("both", folder)
    problems = Problems()
    packs = [load_pack(path, builtin_catalog()) for path in paths]
    settle_params(packs, [from_command_line("least", "many")], problems, (frozenset(map(str, paths)),))
    assert [problem.code for problem in problems.found] == ["HP-E304"]


def test_a_profile_may_name_one(folder: Path) -> None:
    """A profile's packs and parameters work like the command line's; a pack it has already is told."""
    path = folder / "profile.yaml"
    path.write_text("hostproof: 1\npacks: [./both]\nparams: {least: 5}\n")
    profile = load_profile(path)
    settled = settle_profile(profile, [load_pack(pack, builtin_catalog()) for pack in profile.packs])
    assert (settled["one"]["least"], settled["two"]["least"]) == (5, 5)
    path.write_text("hostproof: 1\npacks: [./both, linux, go, go-cgo]\n")
    with pytest.raises(ProblemError) as refused:
        load_profile(path)
    assert [problem.code for problem in refused.value.problems] == ["HP-E325"]
