"""Profiles: each kind of mistake in one has its code, place and words; what is right is read fully."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hostproof.rulepack.model import Override, RulePack, Severity, Waiver
from hostproof.rulepack.params import from_command_line
from hostproof.rulepack.profile import Profile, check_profile, load_profile, settle_profile
from hostproof.source.builtin import data_folder
from hostproof.source.codes import profile as codes
from hostproof.source.files import read_source
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.spans import SourceFile

SUITE = Path(__file__).parents[1] / "suite" / "rulepack" / "profiles"
FILES = sorted(SUITE.glob("*.yaml"))


def problems_of(path: Path, packs: Sequence[RulePack]) -> tuple[Problem, ...]:
    """Return what is told of a profile when it is read, and else when its packs are there."""
    problems = Problems()
    profile = check_profile(read_source(path), problems)
    try:
        if profile is not None:
            settle_profile(profile, packs)
    except ProblemError as error:
        return error.problems
    return problems.ordered()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_told_of_a_profile(
    path: Path, packs: dict[str, RulePack], check_problems: Callable[[Path, Sequence[Problem]], None]
) -> None:
    """All problems of a profile are told at once, at the characters they are about."""
    problems = problems_of(path, list(packs.values()))
    check_problems(path, problems)
    assert {problem.code for problem in problems} == set() or path.stem.startswith("HP-")


def test_every_code_has_a_profile_that_causes_it() -> None:
    """The suite has a file for each code of profiles, and the file's golden shows that code."""
    named = {match[0] for path in FILES if (match := re.match(r"HP-[EW]3\d\d", path.stem))}
    assert named == {row.code for row in codes.ROWS}
    for path in FILES:
        golden = SUITE.parents[2] / "golden" / "rulepack" / "profiles" / f"{path.stem}.txt"
        assert path.stem.startswith("good") or path.stem[:7] in golden.read_text()


def test_a_profile_is_read_fully(packs: dict[str, RulePack]) -> None:
    """Packs are found, params typed by their packs, overrides and waivers kept as written, and the gate read."""
    profile = load_profile(SUITE / "good-everything.yaml")
    assert profile.packs == (
        data_folder("rules") / "linux" / "pack.yaml",
        SUITE / ".." / "packs" / "good-everything.yaml",
    )
    assert (profile.fail_on, profile.unknown, profile.effort) == (Severity.HIGH, "warn", "full")
    assert profile.overrides == (
        Override("net.backlog", Severity.LOW),
        Override("linux-network2:disk.free_space-1", off="there is no disk"),
    )
    accepted = (("sysctl.net.core.somaxconn", "1.50"), ("other", "5ms"))
    assert profile.waivers == (
        Waiver(
            "net.backlog",
            "a burst is impossible here",
            "team-storage",
            "2026-12-31",
            "2026-01-01",
            (("", "128"),),
            ("db-*.example.org", "web-[0-9]", "?"),
            "https://tickets.example.org/12",
            (("kernel", "6.10"), ("distribution", "Debian GNU/Linux 12")),
        ),
        Waiver("linux-network2:net.backlog", "x", "y", "2026-12-31", "", accepted, ("*",), "12"),
    )
    settled = settle_profile(profile, list(packs.values()))["linux-network2"]
    wanted = {"min_backlog": 128, "min_free": 10 * 2**30, "oldest": "6.20", "hosts": ["a", "b"], "ports": {"web": [80]}}
    assert {name: settled[name] for name in wanted} == wanted
    assert settled["share"] == 0.05


def test_an_empty_profile_says_nothing() -> None:
    """Everything in a profile but its format is optional."""
    profile = load_profile(SUITE / "good-empty.yaml")
    assert profile == Profile(str(SUITE / "good-empty.yaml"))


def test_the_command_line_wins(packs: dict[str, RulePack]) -> None:
    """A parameter given on the command line counts before the profile's, which counts before the default."""
    profile = load_profile(SUITE / "good-everything.yaml")
    given = [from_command_line("min_backlog", "256")]
    assert settle_profile(profile, list(packs.values()), given)["linux-network2"]["min_backlog"] == 256


def test_a_wrong_profile_is_refused_with_everything() -> None:
    """`load_profile` raises all problems, sorted by place."""
    with pytest.raises(ProblemError) as refused:
        load_profile(SUITE / "HP-E313-wrong-kinds.yaml")
    assert [problem.code for problem in refused.value.problems] == ["HP-E313"] * 5


@pytest.mark.parametrize("text", ["", "null", "a", "[]", "- 1", "{a: b", "hostproof: 1\n? a"])
def test_any_text_gives_problems_and_no_crash(text: str) -> None:
    """What is not a profile at all is a problem."""
    problems = Problems()
    assert check_profile(SourceFile("hostproof.yaml", text), problems) is None
    assert problems.errors >= 1


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("packs: [" + "linx, " * 5000 + "]\n", 101),
        ("waivers:\n" + "  - {rule: x}\n" * 10_001, 1001),
        ("rules:\n" + "".join(f"  a.b{n}: low\n" for n in range(9000)), 1000),
        ("params:\n" + "".join(f"  p{n}: 1\n" for n in range(2000)), 1),
    ],
)
def test_a_text_with_thousands_of_mistakes_is_soon_given_up(text: str, most: int) -> None:
    """Each part of a profile has its bound, and of one kind of mistake only so many are told."""
    problems = Problems()
    assert check_profile(SourceFile("hostproof.yaml", f"hostproof: 1\n{text}"), problems) is None
    assert len(problems.found) <= most


def test_thousands_of_rules_that_no_pack_has_are_soon_given_up(packs: dict[str, RulePack]) -> None:
    """A profile of other packs is told of a hundred rules, not of ten thousand."""
    problems = Problems()
    text = "hostproof: 1\nrules:\n" + "".join(f"  a.c{n}: {{severity: low}}\n" for n in range(5000))
    profile = check_profile(SourceFile("hostproof.yaml", text), problems)
    assert profile is not None
    with pytest.raises(ProblemError) as refused:
        settle_profile(profile, list(packs.values()))
    assert len(refused.value.problems) == 100
