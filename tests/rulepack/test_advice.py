"""Advice of lint: what is no error, and proves nothing all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.requests import FactRequest, ProbeSource
from hostproof.rulepack.load import check_pack
from hostproof.source.files import read_source
from hostproof.source.problems import Problems

HEAD = "hostproof: 1\npack: team\ntitle: Team\nparams: {least: {type: count, default: 5}}\n"
RULE = "rules:\n  - id: team.rule\n    title: A rule\n    severity: low\n"


def said(folder: Path, text: str) -> list[tuple[str, int]]:
    """Return the codes and lines of what is said about a pack."""
    (folder / "pack.yaml").write_text(text)
    problems = Problems()
    check_pack(read_source(folder / "pack.yaml"), builtin_catalog(), problems)
    return [(one.code, one.span.line if one.span else 0) for one in problems.ordered()]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("assert: true", ["HP-W104"]),
        ("assert: params.least > 1", ["HP-W104"]),
        ("assert: 1 < 2", ["HP-W104"]),
        ("assert: false", ["HP-W104"]),
        ('when: kernel.arch == "x"\n    assert: true', ["HP-W104"]),
        ('when: kernel.arch == "x"\n    assert: false', []),
        ('assert: kernel.arch == "x"', []),
        ('let: {ours: kernel.arch}\n    assert: ours == "x"', []),
    ],
)
def test_a_rule_reads_a_fact(tmp_path: Path, lines: str, codes: list[str]) -> None:
    """One that says the same of every host gets advice; `false` under a condition is a way to say never."""
    assert [code for code, _ in said(tmp_path, f"{HEAD}{RULE}    {lines}\n")] == codes


def test_a_file_that_is_not_included_is_told(tmp_path: Path) -> None:
    """Beside included ones, at the `include`; not those beside the pack, and none of other kinds."""
    (tmp_path / "rules").mkdir()
    fragment = "hostproof: 1\n" + RULE + '    assert: kernel.arch == "x"\n'
    for name in ("rules/a.yaml", "rules/b.yaml", "rules/notes.md", "other.yaml"):
        (tmp_path / name).write_text(fragment)
    assert said(tmp_path, HEAD + "include: [rules/a.yaml]\n") == [("HP-W105", 5)]
    (tmp_path / "rules/b.yaml").unlink()
    assert said(tmp_path, HEAD + "include: [rules/a.yaml]\n") == []


def test_a_probe_may_be_given_a_list() -> None:
    """A request with one can be looked up like any other."""
    one, other = (FactRequest("p:x", ProbeSource("tcp", (("ports", [80, 443]),))) for _ in "ab")
    assert {one: 1}[other] == 1
    assert one != FactRequest("p:x", ProbeSource("tcp", (("ports", [80]),)))
