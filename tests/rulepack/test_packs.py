"""Packs: each kind of mistake in one has its code, its exact place and its words; what is right is read fully."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog
from hostproof.facts.requests import SECOND, FactRequest, FileSource, Reader, RunSource
from hostproof.facts.types import BYTES, record
from hostproof.facts.typetext import parse_type
from hostproof.rulepack.load import check_pack, load_pack
from hostproof.rulepack.model import RulePack, Severity
from hostproof.rulepack.sections.rules import RULE_KEYS
from hostproof.source.codes import pack as codes
from hostproof.source.files import read_source
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.spans import SourceFile

SUITE = Path(__file__).parents[1] / "suite" / "rulepack" / "packs"
FILES = sorted(SUITE.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_told_of_a_pack(
    path: Path, catalog: Catalog, check_problems: Callable[[Path, Sequence[Problem]], None]
) -> None:
    """All problems of a pack are told at once, at the characters they are about; a pack without one is a pack."""
    problems = Problems()
    pack = check_pack(read_source(path), catalog, problems)
    check_problems(path, problems.ordered())
    assert (pack is not None) == (not path.stem.startswith("HP-E"))
    assert {problem.code for problem in problems.found} == set() or not path.stem.startswith("good")


def test_every_code_has_a_pack_that_causes_it() -> None:
    """The suite has a file for each code of packs, and the file's golden shows that code."""
    named = {match[0] for path in FILES if (match := re.match(r"HP-[EW]1\d\d", path.stem))}
    assert named == {row.code for row in codes.ROWS}
    for path in FILES:
        golden = SUITE.parents[2] / "golden" / "rulepack" / "packs" / f"{path.stem}.txt"
        assert path.stem.startswith("good") or path.stem[:7] in golden.read_text()


def test_a_pack_is_read_fully(packs: dict[str, RulePack]) -> None:
    """Params are erased, facts become requests, rules hold checked expressions and their own names are gone."""
    pack = packs["linux-network2"]
    defaults = {name: param.default for name, param in pack.params.items()}
    assert defaults == {
        "min_backlog": 4096,
        "min_free": 2**30,
        "share": 0.05,
        "pause": 1_500_000_000,
        "oldest": "6.10",
        "label": "010",
        "since": 1_769_860_800_000_000_000,
        "hosts": ["a", "b"],
        "limit": None,
        "ports": {"web": [80, 443]},
        "flag": True,
        "anything": {"a": [1, "x"]},
    }
    assert (pack.params["min_backlog"].least, pack.params["min_backlog"].most) == (1, 65535)
    assert pack.params["pause"].choices == (1_500_000_000, 2_000_000_000)
    own = {request.name.partition(":")[2]: request for request in pack.requests}
    df = ("df", "-B1", "--output=avail", "/var", "5", "1.50", "true", "")
    assert own["disk"] == FactRequest(
        "linux-network2:disk",
        RunSource(argv=df),
        Reader("regex", r"(?m)^\s*(?P<avail>\d+)$"),
        record(avail=BYTES),
        5 * SECOND,
    )
    assert own["motd"].source == FileSource("/etc/motd")
    assert own["size"].source == RunSource(shell="du -sk /var | cut -f1")
    assert [own[name].reader for name in ("size", "passwd", "fields")] == [
        Reader("number", "KiB"),
        Reader("table", "what,where"),
        Reader("keyvalue", " "),
    ]
    assert own["users"].gives == parse_type("list<{name: string}>")


def test_a_rule_is_read_fully(packs: dict[str, RulePack]) -> None:
    """Texts are as written, the place is the id's, needs are those of every expression, lets included."""
    pack = packs["linux-network2"]
    backlog, disk = pack.rules
    assert (backlog.id, backlog.group, backlog.severity) == ("net.backlog", "net", Severity.HIGH)
    assert (disk.span.line, disk.span.column) == (45, 9)
    assert backlog.needs == {"kernel.release", "sysctl.net.core.somaxconn"}
    assert backlog.tags == ("network", "team:web")
    assert backlog.references[1] == "http://[::1]:8080/x?y=z#a"
    assert backlog.remediation is not None
    assert backlog.remediation.text == "sysctl -w net.core.somaxconn={limit}"
    assert "linux-network2:disk.avail" in disk.needs
    assert "linux-network2:fields.b" in disk.needs
    names = [request.name for request in pack.needed()]
    assert names[:2] == ["kernel.release", "sysctl.net.core.somaxconn"]
    assert set(names[2:]) == {request.name for request in pack.requests}


def test_problems_of_expressions_are_at_their_characters(catalog: Catalog) -> None:
    """In every style of YAML, templates included, the place is the very characters; a wrong let is told once."""
    problems = Problems()
    check_pack(read_source(SUITE.parent / "styles.yaml"), catalog, problems)
    found = [
        (p.code, p.span.line, p.span.column, p.span.file.text[p.span.start : p.span.end])
        for p in problems.ordered()
        if p.span
    ]
    assert found == [
        ("HP-E220", 10, 13, "cpu.onlin"),
        ("HP-E231", 14, 32, "''x''"),
        ("HP-E232", 14, 55, "1KiB"),
        ("HP-E231", 18, 37, '\\"6.1\\"'),
        ("HP-E232", 18, 62, "5ms"),
        ("HP-E232", 24, 26, "5ms"),
        ("HP-E222", 25, 18, "limt"),
        ("HP-E207", 31, 24, ""),
        ("HP-E220", 35, 39, "cpu.nope"),
        ("HP-E242", 36, 11, "limit"),
        ("HP-E220", 38, 31, "limti"),
        ("HP-E220", 41, 8, "memory.totl"),
    ]


def test_a_folder_stands_for_its_pack(tmp_path: Path, catalog: Catalog) -> None:
    """A pack is loaded from its file or from its folder, under the file's name, with the digest of its text."""
    text = (SUITE / "good-smallest.yaml").read_text()
    (tmp_path / "pack.yaml").write_text(text)
    from_folder, from_file = load_pack(tmp_path, catalog), load_pack(tmp_path / "pack.yaml", catalog)
    assert from_folder.path == from_file.path == str(tmp_path / "pack.yaml")
    assert len(from_folder.digest) == 64
    (tmp_path / "pack.yaml").write_text(text + "# another digest\n")
    assert load_pack(tmp_path, catalog).digest != from_folder.digest


def test_a_wrong_pack_is_refused_with_everything(catalog: Catalog) -> None:
    """`load_pack` raises all problems, sorted by place."""
    with pytest.raises(ProblemError) as refused:
        load_pack(SUITE / "HP-E101-unknown-keys.yaml", catalog)
    places = [problem.span.start for problem in refused.value.problems if problem.span]
    assert len(places) == 5
    assert places == sorted(places)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "null\n", "a\n", "[]\n", "{}\n", "{a: b", "- a\n- b\n", "? \n", "&a *a"]
)
def test_any_text_gives_problems_and_no_crash(text: str, catalog: Catalog) -> None:
    """What is not a pack at all is a problem with its place."""
    problems = Problems()
    assert check_pack(SourceFile("pack.yaml", text), catalog, problems) is None
    assert problems.errors >= 1


def test_a_let_may_use_those_before_it_and_what_when_rules_out(catalog: Catalog) -> None:
    """`let` sees the lets above; a fact that `when` says is not null is not null in let, assert and message."""
    problems = Problems()
    rule = """
  - id: a.b
    title: A
    severity: low
    when: cgroup.memory.limit != null
    let: {room: cgroup.memory.limit, half: room / 2}
    assert: half > 1MiB
    message: "{half} of {cgroup.memory.limit * 1}"
  - id: a.c
    title: A
    severity: low
    let: {limit: cgroup.memory.limit}
    when: limit != null
    assert: limit > 1MiB
"""
    pack = check_pack(SourceFile("p", f"hostproof: 1\npack: p\ntitle: P\nrules:{rule}"), catalog, problems)
    assert [(p.message, str(p.span)) for p in problems.found] == []
    assert pack is not None


HEAD = "hostproof: 1\npack: p\ntitle: P\n"
RULE = "rules:\n  - {id: a.b, title: A, severity: low, assert: cpu.online > 0}\n"
LONG = "rules:\n  - id: a.b\n    title: A\n    severity: low\n    assert: cpu.online > 0\n"


@pytest.mark.parametrize(
    ("text", "code", "most"),
    [
        (HEAD + RULE + "".join(f"kye{n}: 1\n" for n in range(5000)), "HP-E101", 20),
        (HEAD + "rules:\n" + "  - x\n" * 10_001, "HP-E122", 1),
        (HEAD + "rules:\n" + "  - x\n" * 9_000, "HP-E103", 1000),
        (HEAD + "params:\n" + "".join(f"  p{n}: x\n" for n in range(5000)) + RULE, "HP-E122", 1001),
        (HEAD + LONG + "    let:\n" + "".join(f"      x{n}: nope\n" for n in range(5000)), "HP-E122", 51),
        (HEAD + LONG + "    tags: [" + "A B, " * 5000 + "]\n", "HP-E122", 51),
        (HEAD + "facts: {d: {run: [" + "[], " * 5000 + "], read: json, gives: any}}\n" + RULE, "HP-E122", 201),
        (HEAD + "params: {p: {type: count, default: 1, choices: [" + "x, " * 5000 + "]}}\n" + RULE, "HP-E112", 20),
    ],
)
def test_a_text_with_thousands_of_mistakes_is_soon_given_up(text: str, code: str, most: int, catalog: Catalog) -> None:
    """Each part of a pack has its bound, and of one kind of mistake only so many are told."""
    problems = Problems()
    assert check_pack(SourceFile("p", text), catalog, problems) is None
    assert code in {problem.code for problem in problems.found}
    assert len(problems.found) <= most


SCALARS = st.sampled_from(
    ["1", "9.10", "true", "~", '""', "a", "low", "cpu.online > 0", "'x'", "[a]", "{a: b}", "|\n      x", "{a"]
)
RULES = st.dictionaries(st.sampled_from([*RULE_KEYS, "asert"]), SCALARS, min_size=1)


@given(st.lists(RULES, min_size=1, max_size=2), SCALARS, SCALARS)
def test_no_arrangement_of_keys_and_values_crashes(rules: list[dict[str, str]], params: str, facts: str) -> None:
    """Whatever stands behind the keys of a rule, a pack comes out or an error does, never both and never neither."""
    body = "".join("  - " + "\n    ".join(f"{key}: {value}" for key, value in rule.items()) + "\n" for rule in rules)
    text = f"hostproof: 1\npack: p\ntitle: P\nparams: {params}\nfacts: {facts}\nrules:\n{body}"
    problems = Problems()
    pack = check_pack(SourceFile("p", text), builtin_catalog(), problems)
    assert (pack is None) == (problems.errors > 0)
