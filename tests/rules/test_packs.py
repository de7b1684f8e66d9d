"""What every built-in pack owes its readers: reasons, remedies, sources, and cases that show each verdict."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from hostproof.evaluate.cases import CaseOutcome, load_cases, run_case
from hostproof.expr.template import Template
from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import Rule, RulePack
from hostproof.source.builtin import data_folder

PACKS = sorted(path.parent for path in data_folder("rules").glob("*/pack.yaml"))
ID = re.compile(r"[a-z0-9]+(\.[a-z0-9-]+)+")
# Who may be quoted: the kernel, the C library, manuals of systemd, standards, Go, one widely used set of alerts, and
# those who say what a reproducible build is.
PRIMARY_SOURCES = (
    "https://docs.kernel.org/",
    "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/",
    "https://man7.org/linux/man-pages/",
    "https://www.freedesktop.org/software/systemd/man/",
    "https://www.rfc-editor.org/rfc/",
    "https://sourceware.org/git/?p=glibc.git",
    "https://go.dev/",
    "https://pkg.go.dev/",
    "https://etcd.io/docs/",
    "https://reproducible-builds.org/docs/",
    "https://github.com/prometheus/node_exporter/blob/master/docs/node-mixin/",
)


@cache
def pack_in(folder: Path) -> RulePack:
    """Return the built-in pack of a folder."""
    return load_pack(folder, builtin_catalog())


@cache
def outcomes_of(folder: Path) -> tuple[CaseOutcome, ...]:
    """Return what the pack's own cases come to."""
    pack = pack_in(folder)
    return tuple(run_case(case, pack) for case in load_cases(folder / "cases", pack, builtin_catalog()))


def shows_a_value(template: Template | None) -> bool:
    """Say whether a template has a value to fill in."""
    return template is not None and any(not isinstance(part, str) for part in template.parts)


RULES = [pytest.param(folder, rule, id=rule.id) for folder in PACKS for rule in pack_in(folder).rules]


def test_there_are_packs_to_look_at() -> None:
    """The linux pack is there, and has at least the rules that its issue asks for."""
    assert "linux" in {folder.name for folder in PACKS}
    assert len(pack_in(data_folder("rules") / "linux").rules) >= 25


@pytest.mark.parametrize(("folder", "rule"), RULES)
def test_a_rule_explains_itself(folder: Path, rule: Rule) -> None:
    """A rule says what holds, why it matters, what to do and which of the values it saw, and has a well-formed id."""
    assert ID.fullmatch(rule.id), folder
    assert rule.title
    assert rule.title[-1] not in ".!"
    assert len(rule.rationale) > 40
    assert rule.remediation is not None
    assert rule.remediation.text
    assert shows_a_value(rule.message)
    assert rule.tags


@pytest.mark.parametrize(("folder", "rule"), RULES)
def test_a_rule_names_a_primary_source(folder: Path, rule: Rule) -> None:
    """Every reference leads to a primary source, and there is one at least."""
    assert rule.references, folder
    assert [reference for reference in rule.references if not reference.startswith(PRIMARY_SOURCES)] == []


@pytest.mark.parametrize(("folder", "rule"), RULES)
def test_a_rule_has_a_case_for_each_verdict(folder: Path, rule: Rule) -> None:
    """Pass, fail and unknown are shown for each rule, and skipped for each that does not always apply."""
    shown = {outcome.case.expect for outcome in outcomes_of(folder) if outcome.case.rule == rule.id}
    assert shown == {"pass", "fail", "unknown", *(["skipped"] if rule.applies else [])}


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_case_comes_out_as_expected(folder: Path) -> None:
    """Every case of the pack leads to its verdict and says what it should."""
    assert [f"{outcome.case.where}: {outcome.wrong}" for outcome in outcomes_of(folder) if outcome.wrong] == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_a_parameter_says_where_its_default_comes_from_and_is_used(folder: Path) -> None:
    """A parameter has a description of some length, and some expression or text of a rule reads it."""
    paths = [folder / "pack.yaml", *(Path(file.path) for file in pack_in(folder).fragments)]
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    for name, param in pack_in(folder).params.items():
        assert len(param.description) > 40, name
        assert re.search(rf"\bparams\.{name}\b", text), name


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_titles_and_messages_differ(folder: Path) -> None:
    """No two rules of a pack have the same title or message, so that a report can be read without ids."""
    rules = pack_in(folder).rules
    assert len({rule.title for rule in rules}) == len(rules)
    assert len({rule.message.text for rule in rules if rule.message}) == len(rules)
