"""The page of the language is true: its generated parts are fresh, its examples come to what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from hostproof.expr.check import check_expression
from hostproof.expr.check.calls import KINDS, SPECIAL
from hostproof.expr.confidence.quantiles import confident
from hostproof.expr.evaluate import evaluate
from hostproof.expr.functions import functions
from hostproof.expr.model import Expr
from hostproof.expr.parse import Refusal, parse
from hostproof.expr.scope import Env, Scope
from hostproof.expr.syntax.nodes import Parsed
from hostproof.expr.template import check_template, render_template
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.load import check_pack
from hostproof.rulepack.sections.values import read_value
from hostproof.source.nodes import Mapping, Node, Scalar
from hostproof.source.problems import Problem, Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "language.md"
TEXT = PAGE.read_text("utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A value, perhaps with its type behind it; a problem, perhaps with a part of its hint.
VALUE = re.compile(r"(.*?)(?: \(([a-z][^)]*)\))?")
PROBLEM = re.compile(r"(HP-[EW]\d{3})(?:: (.*))?")
NOON = 1_777_636_800_000_000_000  # 2026-05-01T12:00:00Z
HEAD = "hostproof: 1\npack: page\ntitle: The page\nrules:\n  - id: a.b\n    title: A rule\n    severity: low\n"


def blocks(language: str) -> list[tuple[int, str]]:
    """Return the line number and text of every block of a language."""
    found = FENCE.finditer(TEXT)
    return [(TEXT.count("\n", 0, match.start(2)) + 1, match[2]) for match in found if match[1] == language]


def lines(language: str) -> list[tuple[int, str]]:
    """Return the number and text of every line of the blocks of a language."""
    return [(start + at, line) for start, text in blocks(language) for at, line in enumerate(text.splitlines())]


def entries(node: Node | None) -> Iterator[tuple[str, Mapping]]:
    """Yield names and mappings of a mapping."""
    assert isinstance(node, Mapping)
    for entry in node.entries:
        assert isinstance(entry.value, Mapping)
        yield entry.key.text, entry.value


def text_of(node: Node | None) -> str:
    """Return a scalar's text."""
    assert isinstance(node, Scalar)
    return node.text


class World:
    """The facts and parameters that the page describes, to check and evaluate its examples in."""

    def __init__(self, described: str) -> None:
        problems = Problems()
        root = load_yaml(SourceFile("the page", described), problems)
        assert isinstance(root, Mapping), problems.found
        self.types: dict[str, Type] = {}
        self.unknown: dict[str, Unknown] = {}
        values = self._read(root.get("facts"), problems)
        catalog = builtin_catalog()
        own = [FactSpec(name, of, Owner.FILES, "", "page") for name, of in self.types.items() if not catalog.get(name)]
        self.own = {row.name for row in own}
        params = self._read(root.get("params"), problems)
        problems.refuse()
        scope_params = {name: self.types[name] for name in params}
        self.scope = Scope(catalog.with_rows(own), params=scope_params)
        self.env = Env(Snapshot(NOON, "the page", Host(), values, self.unknown), params)

    def _read(self, node: Node | None, problems: Problems) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, entry in entries(node):
            self.types[name] = parse_type(text_of(entry.get("type")))
            value = entry.get("value")
            if value is not None:
                values[name] = read_value(value, self.types[name], problems, "HP-E355")
            else:
                self.unknown[name] = Unknown(Cause(text_of(entry.get("unknown"))), "", "", name)
        return values

    def check(self, text: str) -> tuple[Expr | None, Sequence[Problem]]:
        """Return a checked expression and what was said of it."""
        problems = Problems()
        expr = check_expression(SourceFile("an example", text), self.scope, problems)
        return expr, problems.ordered()


@cache
def world() -> World:
    """Return the world of the page: the first block that describes facts."""
    return World(next(text for _, text in blocks("yaml") if text.startswith("facts:")))


def told(problems: Sequence[Problem], wanted: str) -> bool:
    """Say whether a problem of the code was told, and its hint or message has the words."""
    match = PROBLEM.fullmatch(wanted)
    assert match is not None
    said = [f"{problem.message} {problem.hint}" for problem in problems if problem.code == match[1]]
    return any((match[2] or "") in text for text in said)


def shape(parsed: object) -> object:
    """Return a parsed expression without places, to compare how it was read."""
    if isinstance(parsed, tuple):
        return tuple(map(shape, parsed))
    if not isinstance(parsed, Parsed):
        return parsed
    names = [name for name in parsed.__match_args__ if name not in {"start", "end", "depth", "at"}]
    return (type(parsed).__name__, *(shape(getattr(parsed, name)) for name in names))


def disagreement(example: str, sure: bool = False) -> str:
    """Return in what an example `expression  # => result` is wrong, or an empty text; `sure` is `decide: confident`."""
    alike = re.fullmatch(r"(.*?) +# like (.*)", example)
    if alike:
        one, other = parse(alike[1]), parse(alike[2])
        same = not isinstance(one, Refusal) and shape(one) == shape(other)
        return "" if same else f"{shape(one)} is not {shape(other)}"
    text, sign, wanted = example.rpartition(" # => ")
    if not sign:
        return "it has no result"
    expr, problems = world().check(text)
    if wanted.startswith("HP-"):
        return "" if told(problems, wanted) else f"told was {problems}"
    if expr is None or problems:
        return f"told was {problems}"
    value = evaluate(confident(expr) if sure else expr, world().env)
    if isinstance(value, Unknown):
        cause, _, detail = wanted.partition(": ")
        return "" if cause == f"unknown ({value.cause})" and detail in value.detail else f"it is {value}"
    match = VALUE.fullmatch(wanted)
    assert match is not None
    if match[2] not in {None, str(expr.type)}:
        return f"it is of type {expr.type}"
    shown = format_value(value, expr.type)
    return "" if shown == match[1] else f"it is {shown}"


@pytest.mark.parametrize(("number", "example"), lines("confident"))
def test_an_example_is_decided_with_confidence(number: int, example: str) -> None:
    """Each line of a `confident` block is evaluated as in a rule that says `decide: confident`."""
    assert disagreement(example, sure=True) == "", f"docs/language.md:{number}: {example}"


@pytest.mark.parametrize(("number", "example"), lines("expr"))
def test_an_example_comes_to_what_the_page_says(number: int, example: str) -> None:
    """Each line of an `expr` block is evaluated, or refused, over the page's own facts."""
    assert disagreement(example) == "", f"docs/language.md:{number}: {example}"


@pytest.mark.parametrize(
    "example",
    ["1 + 1  # => 3", "1 + 1  # => 2 (float)", "1 + 1", "1 +  # => 2", "no  # => HP-E221", "no  # => HP-E220: maybe",
     "clock.synchronised  # => unknown (absent)", "clock.synchronised  # => unknown (denied): by whom",
     "1 - 2 - 3  # like 1 - (2 - 3)", "cpu.online != null  # => true"],
)  # fmt: skip
def test_an_example_can_be_wrong(example: str) -> None:
    """What the page says is really compared."""
    assert disagreement(example) != ""


@pytest.mark.parametrize(("number", "example"), lines("message"))
def test_a_message_reads_as_the_page_says(number: int, example: str) -> None:
    """Each line of a `message` block is filled in, or refused."""
    text, _, wanted = example.rpartition(" # => ")
    problems = Problems()
    template = check_template(SourceFile("an example", text.rstrip()), world().scope, problems)
    if wanted.startswith("HP-"):
        assert told(problems.ordered(), wanted), f"docs/language.md:{number}"
    else:
        assert template is not None
        assert render_template(template, world().env) == wanted, f"docs/language.md:{number}"


@pytest.mark.parametrize(("number", "text"), [block for block in blocks("yaml") if not block[1].startswith("facts:")])
def test_yaml_is_read_as_the_page_says(number: int, text: str) -> None:
    """Each rule in a `yaml` block is part of a pack without problems, or with the one its first line names."""
    wanted = re.match(r"# => (.*)\n", text)
    rule = text if "assert:" in text else f"{text}assert: true\n"
    problems = Problems()
    text = HEAD + re.sub(r"^", "    ", rule, flags=re.MULTILINE)
    check_pack(SourceFile("page", text), world().scope.catalog, problems)
    if wanted:
        assert told(problems.ordered(), wanted[1]), f"docs/language.md:{number}: {problems.found}"
    else:
        assert problems.found == [], f"docs/language.md:{number}"


def test_the_facts_of_the_page_are_of_their_types() -> None:
    """Facts of the examples that are built in have the types that the catalog gives them."""
    for name, of in world().types.items():
        row = builtin_catalog().get(name)
        assert row is None or row.type == of, name
    assert world().own == {"rtt", "sent", "started", "reply", "m"}


def test_generated_parts_are_fresh() -> None:
    """What the page takes from the code is what the code says now; `make docs` writes it."""
    done = subprocess.run(
        [sys.executable, "docs/generate", "--check"], cwd=CHECKOUT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_part_is_found(tmp_path: Path) -> None:
    """A part or page that was changed by hand is named, and written anew; a page of no pack is removed."""
    docs = tmp_path / "docs"
    for folder in ("generate", "measure", "rules"):
        shutil.copytree(CHECKOUT / "docs" / folder, docs / folder)
    for page in ("probes.md", "detection.md", "detection-go.md"):
        shutil.copy(CHECKOUT / "docs" / page, docs)
    env = os.environ | {"PYTHONPATH": str(CHECKOUT / "tests")}
    (docs / "language.md").write_text(TEXT.replace("unknown |\n", "true |\n", 1), "utf-8")
    (docs / "rules" / "rootfs.md").write_text("# by hand\n", "utf-8")
    (docs / "rules" / "gone.md").write_text("# of a pack that is gone\n", "utf-8")
    command = [sys.executable, str(docs / "generate")]
    checked = subprocess.run([*command, "--check"], capture_output=True, text=True, timeout=60, env=env)
    assert (checked.returncode, "make docs" in checked.stdout) == (1, True)
    pages = ["docs/rules/gone.md", "docs/rules/rootfs.md"]
    assert checked.stdout.splitlines()[1:] == [*pages, "docs/language.md: truth tables"]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, env=env).returncode == 0
    assert (docs / "language.md").read_text("utf-8") == TEXT
    written = {path.name: path.read_text("utf-8") for path in (docs / "rules").iterdir()}
    assert written == {path.name: path.read_text("utf-8") for path in (CHECKOUT / "docs" / "rules").iterdir()}


def test_everything_that_is_called_is_described() -> None:
    """Each function, comprehension, `known` and `cause` stands on the page."""
    named = set(re.findall(r"`(\w+)\(", TEXT)) | {"matches"}
    assert {*functions(), *KINDS, *SPECIAL} - named == set()


def test_links_lead_somewhere() -> None:
    """Every link inside the page has its heading."""
    headings = [line.lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)", TEXT, re.MULTILINE)]
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    assert links
    assert set(links) - set(headings) == set()
