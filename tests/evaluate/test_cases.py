"""Case files: what they may say, what is wrong with those that say something else, and what running one comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hostproof.evaluate import cases as cases_package
from hostproof.evaluate.cases import Case, CaseOutcome, check_cases, load_cases, run_case
from hostproof.evaluate.model import Verdict
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.unknown import Cause
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.builtin import data_folder
from hostproof.source.problems import ProblemError, Problems

SCHEMA = Draft202012Validator(json.loads((data_folder("schema") / "cases-1.schema.json").read_text()))
BACKLOG = "sysctl.net.core.somaxconn"
"""The fact of the pack in conftest that most cases here give."""


@pytest.fixture
def read(pack: RulePack, tmp_path: Path) -> Callable[[str], tuple[Case, ...]]:
    """Load the cases of a text."""

    def loaded(text: str) -> tuple[Case, ...]:
        path = tmp_path / "some.yaml"
        path.write_text(text)
        return load_cases(path, pack, builtin_catalog())

    return loaded


@pytest.fixture
def told(pack: RulePack, tmp_path: Path) -> Callable[[str], list[str]]:
    """Return the problems of a text as `line:column code message | hint`."""

    def checked(text: str) -> list[str]:
        path, problems = tmp_path / "some.yaml", Problems()
        path.write_text(text)
        check_cases(path, pack, builtin_catalog(), problems)
        places = [(p, f"{p.span.line}:{p.span.column}" if p.span else "") for p in problems.ordered()]
        return [f"{place} {p.code} {p.message}" + (f" | {p.hint}" if p.hint else "") for p, place in places]

    return checked


def case(body: str) -> str:
    """Return a file of one case."""
    return f"hostproof: 1\ncases:\n  - {body}\n"


def test_all_that_a_case_may_say(read: Callable[[str], tuple[Case, ...]], pack: RulePack) -> None:
    """A case with every key is read as written, its values erased like facts."""
    (found,) = read(
        "hostproof: 1\ncases:\n"
        "  - rule: net.backlog\n"
        "    title: a short backlog\n"
        f"    facts: {{{BACKLOG}: 128}}\n"
        "    params: {min_backlog: 1024}\n"
        "    date: 2026-07-01T12:00:00.5Z\n"
        "    expect: fail\n"
        '    message: "not 1024"\n'
    )
    assert (found.rule, found.title, found.expect, found.message) == (
        "net.backlog", "a short backlog", Verdict.FAIL, "not 1024",
    )  # fmt: skip
    assert (dict(found.values), dict(found.params)) == ({BACKLOG: 128}, {"min_backlog": 1024})
    assert found.created == 1_782_907_200_500_000_000
    assert (found.where.line, found.where.column) == (3, 5)
    assert run_case(found, pack).wrong == ""


def test_own_facts_go_by_their_short_name(read: Callable[[str], tuple[Case, ...]], pack: RulePack) -> None:
    """A pack's own fact is written as in its expressions, with a unit, and found in the snapshot by its full name."""
    (found,) = read(case("{rule: disk.room, facts: {disk.avail: 2GiB}, expect: pass}"))
    assert dict(found.values) == {"web:disk.avail": 2 * 1024**3}
    assert run_case(found, pack).wrong == ""


def test_own_facts_of_probes_have_the_probe_s_types(tmp_path: Path) -> None:
    """A case gives a pack's own fact from a probe by its short name, and must give it the type of the probe's fact."""
    packs = Path(__file__).parents[1] / "suite" / "rulepack" / "packs"
    pack = load_pack(packs / "good-probe.yaml", builtin_catalog())
    facts = "few.connections.held: 20, few.backlog.held: {}"
    text = "hostproof: 1\ncases:\n" + "".join(
        f"  - {{rule: tcp.few, facts: {{{facts.format(held)}}}, expect: {expect}}}\n"
        for held, expect in ((17, "pass"), (16, "fail"))
    )
    (tmp_path / "cases.yaml").write_text(text)
    assert [run_case(case, pack).wrong for case in load_cases(tmp_path, pack, builtin_catalog())] == ["", ""]
    (tmp_path / "cases.yaml").write_text(text.replace("17", "17ms"))
    with pytest.raises(ProblemError) as refused:
        load_cases(tmp_path, pack, builtin_catalog())
    assert [problem.code for problem in refused.value.problems] == ["HP-E355"]


def test_unknown_facts(read: Callable[[str], tuple[Case, ...]], pack: RulePack) -> None:
    """A case can say why a fact is not known; what it does not mention at all was not collected."""
    found = read(
        "hostproof: 1\ncases:\n"
        "  - {rule: disk.room, unknown: {disk.avail: no-tool}, expect: unknown, cause: no-tool}\n"
        "  - {rule: disk.room, expect: unknown, cause: not-collected}\n"
    )
    assert dict(found[0].unknown) == {"web:disk.avail": Cause.NO_TOOL}
    assert [run_case(one, pack).wrong for one in found] == ["", ""]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{rule: net.backlog, facts: {%s: 128}, expect: pass}", "expected pass, got fail (%s = 128, wanted >= 4096"),
        ("{rule: net.backlog, facts: {%s: 128}, expect: fail, message: 64}", "got 'somaxconn is 128, not 4096'"),
        ("{rule: net.backlog, expect: unknown, cause: denied}", "expected the cause denied, got not-collected"),
        ("{rule: net.backlog, expect: fail}", "expected fail, got unknown (%s: not-collected"),
        ("{rule: kernel.new, facts: {kernel.release: 5.10}, expect: pass}", "got skipped (does not apply: kernel.rel"),
    ],
)
def test_wrong_expectations(read: Callable[[str], tuple[Case, ...]], pack: RulePack, body: str, wrong: str) -> None:
    """What comes out otherwise than expected says what came out, and why."""
    text = body.replace("%s", BACKLOG).replace("message: 64", 'message: "64"')
    assert wrong.replace("%s", BACKLOG) in _outcome(read(case(text)), pack).wrong


def test_a_version_stays_as_written(read: Callable[[str], tuple[Case, ...]]) -> None:
    """`6.10` is a version here, not the number 6.1."""
    (found,) = read(case("{rule: kernel.new, facts: {kernel.release: 6.10, kernel.arch: x86_64}, expect: pass}"))
    assert found.values["kernel.release"] == "6.10"


def test_folder(pack: RulePack, tmp_path: Path) -> None:
    """A folder is all its YAML files in the order of their names."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for name, rule in (("b", "disk.room"), ("a", "net.backlog")):
        (folder / f"{name}.yaml").write_text(case(f"{{rule: {rule}, expect: unknown}}"))
    (folder / "note.txt").write_text("not a case")
    assert [found.rule for found in load_cases(folder, pack, builtin_catalog())] == ["net.backlog", "disk.room"]


MALFORMED = [
    ("[]", ["1:1 HP-E352 a file of cases is a mapping of keys, not a list"]),
    ("hostproof: 2\ncases: [{rule: disk.room, expect: unknown}]", ["1:12 HP-E352 '2' is not a format of cases"]),
    ("hostproof: 1\ncases: []", ["2:8 HP-E352 `cases` is empty"]),
    ("hostproof: 1\ncases: {a: b}", ["2:8 HP-E352 `cases` is a list, not a mapping"]),
    ("hostproof: 1\ncases: [a]", ["2:9 HP-E352 a case is a mapping of keys, not the text 'a'"]),
    (case("{rule: disk.room}"), ["3:6 HP-E352 a case needs the key 'expect'"]),
    (case("{expect: pass}"), ["3:6 HP-E352 a case needs the key 'rule'"]),
    (
        case("{rule: disk.room, expects: pass, expect: pass}"),
        ["3:23 HP-E352 a case has no key 'expects' | did you mean 'expect'?"],
    ),
    (
        case("{rule: disk.rom, expect: pass}"),
        ["3:12 HP-E353 the pack has no rule 'disk.rom' | did you mean 'disk.room'?"],
    ),
    (
        case("{rule: disk.room, facts: {disk.avial: 1GiB}, expect: pass}"),
        ["3:31 HP-E354 nobody collects the fact 'disk.avial' | did you mean 'disk.avail'?"],
    ),
    (
        case("{rule: disk.room, facts: {disk.avail: 1024}, expect: pass}"),
        ["3:43 HP-E355 '1024' is not of type bytes | write a size with its unit, like 64KiB"],
    ),
    (
        case("{rule: disk.room, facts: {disk.avail: null}, expect: pass}"),
        ["3:43 HP-E355 'null' is not of type bytes | write a size with its unit, like 64KiB"],
    ),
    (
        case("{rule: net.backlog, params: {min_backlogs: 1}, expect: unknown}"),
        ["3:34 HP-E356 the pack has no parameter 'min_backlogs' | did you mean 'min_backlog'?"],
    ),
    (
        case("{rule: net.backlog, params: {min_backlog: -1}, expect: unknown}"),
        ["3:47 HP-E355 '-1' is not of type count | write a whole number, not negative"],
    ),
    (
        case("{rule: disk.room, expect: passed}"),
        ["3:31 HP-E357 'passed' is not a verdict | did you mean 'pass'?"],
    ),
    (
        case("{rule: disk.room, unknown: {disk.avail: denyed}, expect: unknown}"),
        ["3:45 HP-E357 'denyed' is not a cause | did you mean 'denied'?"],
    ),
    (
        case("{rule: disk.room, expect: unknown, cause: [denied]}"),
        ["3:47 HP-E352 a cause is a text, not a list: write it in quotes"],
    ),
    (
        case("{rule: disk.room, expect: unknown, date: 2026-02-30}"),
        ["3:46 HP-E358 the date is malformed: day is out of range for month | write a UTC day or time: 2026-07-01"],
    ),
    (
        case("{rule: disk.room, expect: unknown, date: '2026-02-03T12:00:00+02:00'}"),
        ["3:46 HP-E358 the date is malformed: '2026-02-03T12:00:00+02:00' does not end in Z"],
    ),
    (
        case("{rule: disk.room, facts: {disk.avail: 1GiB}, unknown: {disk.avail: denied}, expect: unknown}"),
        ["3:60 HP-E359 the fact 'disk.avail' is both known and unknown"],
    ),
    (
        case("{rule: disk.room, facts: {disk.avail: 2GiB}, expect: pass, cause: denied}"),
        ["3:6 HP-E359 a verdict of pass has no cause | leave cause out, or expect unknown"],
    ),
    (
        case("{rule: disk.room, expect: unknown, message: left}"),
        ["3:6 HP-E359 a verdict of unknown has no message"],
    ),
    (
        case("{rule: disk.room, facts: {kernel.arch: arm}, expect: unknown}"),
        ["3:31 HP-W351 the rule disk.room does not read the fact 'kernel.arch' | it reads disk.avail"],
    ),
    (case("{rule: a.b, expect: maybe, facts: [x]}"), ["HP-E353", "HP-E357", "HP-E352"]),
]


@pytest.mark.parametrize(("text", "wanted"), MALFORMED)
def test_problems(told: Callable[[str], list[str]], text: str, wanted: list[str]) -> None:
    """What is wrong is told all at once, each with its place, what was found, and what to write."""
    found = told(text)
    assert len(found) == len(wanted), found
    assert [want for want, got in zip(wanted, found, strict=True) if want not in got] == []


def test_refused_as_a_whole(read: Callable[[str], tuple[Case, ...]]) -> None:
    """Loading a file with problems raises them."""
    with pytest.raises(ProblemError):
        read(case("{rule: disk.rom, expect: pass}"))


def test_good_cases_beside_bad_ones(pack: RulePack, tmp_path: Path) -> None:
    """A linter still gets the cases that are right."""
    path, problems = tmp_path / "some.yaml", Problems()
    path.write_text("hostproof: 1\ncases:\n  - {rule: a.b, expect: pass}\n  - {rule: disk.room, expect: unknown}\n")
    found = check_cases(path, pack, builtin_catalog(), problems)
    assert ([one.rule for one in found], problems.errors) == (["disk.room"], 1)


def test_example_of_the_documentation(as_json: Callable[[str], object]) -> None:
    """The case file in the module's own documentation keeps the published schema."""
    doc = cases_package.__doc__ or ""
    text = "\n".join(line[4:] for line in doc.split("::\n", 1)[1].split("\nEach case")[0].splitlines())
    assert [error.message for error in SCHEMA.iter_errors(as_json(text))] == []


@pytest.mark.parametrize(("text", "wanted"), MALFORMED)
def test_schema_agrees_on_shape(as_json: Callable[[str], object], text: str, wanted: list[str]) -> None:
    """The schema that editors use refuses what is malformed whatever the pack is, and nothing else."""
    by_shape = any(code in problem for problem in wanted for code in ("HP-E352", "HP-E357"))
    by_shape = by_shape or any(words in wanted[0] for words in ("has no cause", "has no message", "does not end in Z"))
    assert SCHEMA.is_valid(as_json(text)) != by_shape


def _outcome(found: tuple[Case, ...], pack: RulePack) -> CaseOutcome:
    (one,) = found
    return run_case(one, pack)
