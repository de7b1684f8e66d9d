"""Diff policies: what is refused, at which place; and what a policy's rules decide, in which order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import Decision, Ruling
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause
from hostproof.rulepack.policy.kinds import names_of
from hostproof.rulepack.policy.load import check_policy, find_policy, is_policy, load_policy, standard_policy
from hostproof.rulepack.policy.model import Over, Policy
from hostproof.source.builtin import data_folder
from hostproof.source.nodes import Mapping, Node, Sequence
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

ONE = "{id: a, over: texts, allow: cosmetic}"
HEAD = "hostproof: 1\npolicy: team\nrules:\n"


def problems_of(text: str) -> list[tuple[str, int, str]]:
    """Return code, line and hint of all that is wrong with a policy's text."""
    problems = Problems()
    check_policy(SourceFile("p.yaml", text), problems)
    return [(one.code, one.span.line if one.span else 0, one.hint) for one in problems.ordered()]


@pytest.mark.parametrize(
    ("rule", "code", "hint"),
    [
        ("{id: a, over: texts, alow: cosmetic}", "HP-E371", "did you mean 'allow'?"),
        ("{over: texts, allow: cosmetic}", "HP-E372", ""),
        ("[a]", "HP-E373", "write - id: looks"),
        ("{id: 12, over: texts, allow: cosmetic}", "HP-E374", 'write it in quotes: "12"'),
        ("{id: '', over: texts, allow: cosmetic}", "HP-E375", ""),
        ("{id: No Temp, over: texts, allow: cosmetic}", "HP-E378", ""),
        ("{id: a, over: number, allow: true}", "HP-E379", "did you mean 'numbers'?"),
        ("{id: a, over: texts}", "HP-E380", "write either `allow: CONDITION` or `block: CONDITION`"),
        ("{id: a, over: texts, allow: cosmetic, block: cosmetic}", "HP-E380", "write either `allow:"),
        ("{id: a, over: numbers, of: durations, allow: true}", "HP-E381", "did you mean 'duration'?"),
        ("{id: a, over: numbers, of: string, allow: true}", "HP-E381", "write one of int, count"),
        ("{id: a, over: texts, of: string, allow: true}", "HP-E381", "leave `of` out"),
        ("{id: a, over: verdicts, facts: [net.*], allow: gated}", "HP-E382", "write rules: [...]"),
        ("{id: a, over: verdicts, block: turn == 'new_failure'}", "HP-E384", 'did you mean "new failure"?'),
        ("{id: a, over: verdicts, block: \"severity in ['hihg']\"}", "HP-E384", 'did you mean "high"?'),
        ("{id: a, over: numbers, of: duration, block: after > 5}", "HP-E232", "write 5ms or 5s"),
        ("{id: a, over: samples, of: bytes, block: p99(after) > 5ms}", "HP-E232", ""),
        ("{id: a, over: texts, block: befor == after}", "HP-E220", "did you mean before?"),
        ("{id: a, over: numbers, block: change}", "HP-E242", ""),
        ("{id: a, over: texts, allow: cosmetic, message: '{nam}'}", "HP-E220", "did you mean name?"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_at_its_line(rule: str, code: str, hint: str) -> None:
    """Each fault of shape, name, type or unit has its code, its place and what to write instead."""
    found = problems_of(f"{HEAD}  - {rule}\n")
    assert [(one, line) for one, line, _ in found] == [(code, 4)]
    assert found[0][2].startswith(hint)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("policy: team\nrules: [{id: a, over: texts, allow: cosmetic}]\n", "HP-E372"),
        ("hostproof: 2\npolicy: team\nrules: [{id: a, over: texts, allow: cosmetic}]\n", "HP-E376"),
        ("hostproof: 1\npolicy: team\nrules: []\n", "HP-E375"),
        ("hostproof: 1\npolicy: team\nbase: standart\nrules: [{id: a, over: texts, allow: cosmetic}]\n", "HP-E383"),
        (f"{HEAD}  - {ONE}\n  - {ONE}\n", "HP-E378"),
        ("hostproof: 1\npolicy: team\ntitle: " + "x" * 500 + "\nrules: []\n", "HP-E377"),
        ("- a\n", "HP-E373"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_policy(text: str, code: str) -> None:
    """So has each fault of the file."""
    assert [one for one, _, _ in problems_of(text)] == [code]


def test_no_such_policy() -> None:
    """A word that is no file's path and not the built-in policy's name is none."""
    with pytest.raises(ProblemError) as error:
        find_policy("strict")
    assert [one.code for one in error.value.problems] == ["HP-E385"]
    assert find_policy("standard") is standard_policy()


@pytest.fixture
def policy(tmp_path: Path) -> Callable[[str], Policy]:
    """Load a policy from its rules."""

    def load(rules: str, base: str = "none") -> Policy:
        path = tmp_path / "policy.yaml"
        path.write_text(f"hostproof: 1\npolicy: team\nbase: {base}\nrules:\n{rules}")
        return load_policy(path)

    return load


def ruling(policy: Policy, of: str, before: Value, after: Value, name: str = "web.size") -> Ruling:
    """Return the policy's word on the change of one fact."""
    infos = {name: FactInfo(parse_type(of), Owner.FILES)}
    sides = [Snapshot(1, "local", Host(), {name: value}, {}, infos) for value in (before, after)]
    (found,) = differ(sides[0], sides[1], policy).facts
    return found.ruling


def test_the_first_rule_that_holds_decides(policy: Callable[..., Policy]) -> None:
    """Rules are looked at from the top; a team's stand before the standard ones, and may overrule them."""
    rules = "  - {id: low, over: numbers, allow: after < 10}\n  - {id: any, over: numbers, block: after > 5}\n"
    found = [ruling(policy(rules), "count", 1, after) for after in (4, 7, 12)]
    assert [(one.decision, one.rule) for one in found] == [
        (Decision.ALLOW, "low"),
        (Decision.ALLOW, "low"),
        (Decision.BLOCK, "any"),
    ]
    noisy = policy("  - {id: exact, over: numbers, block: before != after}\n", "standard")
    assert ruling(noisy, "count", 1000, 1001).rule == "exact"
    assert ruling(standard_policy(), "count", 1000, 1001).rule == "number.noise"


def test_what_can_not_be_decided_blocks(policy: Callable[..., Policy]) -> None:
    """An Unknown is never an allowance: the rule blocks, and says which name is why."""
    rules = "  - {id: grown, over: numbers, allow: change < 10%}\n  - {id: rest, over: numbers, allow: true}\n"
    found = ruling(policy(rules), "count", 0, 3)
    assert (found.decision, found.rule) == (Decision.BLOCK, "grown")
    assert [(one.fact, one.cause) for one in found.unknowns] == [("change", Cause.ARITHMETIC)]
    assert found.message == "can't be decided: change: arithmetic: nothing grows from 0 by a share"


@pytest.mark.parametrize(
    ("pattern", "speaks"),
    [
        ("web.*", True),
        ("web.size", True),
        ("web", True),
        ("*.size", True),
        ("web.si", False),
        ("d*", False),
        ("**", True),
    ],
)
def test_rules_choose_by_names(policy: Callable[..., Policy], pattern: str, speaks: bool) -> None:
    """A star is any characters, and a name's parts belong to it."""
    found = ruling(policy(f"  - {{id: a, over: facts, facts: ['{pattern}'], block: true}}\n"), "int", 1, 2)
    assert (found.rule == "a") == speaks


def test_rules_choose_by_type(policy: Callable[..., Policy]) -> None:
    """`of: duration` is about durations alone, and compares them with their unit."""
    strict = policy("  - {id: slow, over: numbers, of: duration, block: after > 5ms, message: '{after}'}\n")
    assert ruling(strict, "duration", 1, 6_000_000) == Ruling(Decision.BLOCK, "slow", "6ms")
    assert ruling(strict, "bytes", 1, 6_000_000).rule == ""
    texts = policy("  - {id: dns, over: facts, of: list<string>, block: \"'10.0.0.1' in removed\"}\n")
    assert ruling(texts, "list<string>", ["10.0.0.1"], ["10.0.0.2"]).rule == "dns"


def test_a_volatile_fact_is_folded() -> None:
    """What differs each time somebody looks is allowed, whatever its size, of packs with own probes too."""
    names = ("load.avg1", "filesystems[/].available", "probe.timers.pressure", "web:timers.pressure")
    assert [ruling(standard_policy(), "float", 1.0, 9.0, name).rule for name in names] == ["fact.volatile"] * 4
    assert ruling(standard_policy(), "float", 1.0, 9.0, "web:load").rule == ""


@pytest.mark.parametrize("over", [*Over])
def test_every_kind_has_names_with_meanings(over: Over) -> None:
    """No name stands twice, and each says what it is."""
    names = [one.name for one in names_of(over)]
    assert len(set(names)) == len(names) > 5
    assert all(one.meaning for one in names_of(over))


def test_a_policy_is_told_from_a_pack() -> None:
    """By its key `policy`, in quotes or not."""
    assert is_policy(SourceFile("p", "hostproof: 1\n'policy' : x\n"))
    assert not is_policy(SourceFile("p", "hostproof: 1\npack: x\ntitle: policy: x\n"))


SHAPES = (
    ("{id: a, over: texts, allow: cosmetic}", True),
    ("{id: a, over: facts, block: true, of: list<string>, facts: [dns.*]}", True),
    ("{id: a, over: verdicts, block: gated, rules: [net.*], message: '{rule}'}", True),
    ("{id: a, over: outputs, allow: cosmetic, outputs: ['make *']}", True),
    ("{id: a, over: outputs, allow: cosmetic, facts: [a]}", False),
    ("{id: a, over: verdicts, allow: gated, of: int}", False),
    ("{id: a, over: numbers, allow: true, outputs: [a]}", False),
    ("{id: a, over: texts, allow: cosmetic, block: cosmetic}", False),
    ("{id: a, over: texts}", False),
    ("{id: A b, over: texts, allow: cosmetic}", False),
    ("{id: a, over: text, allow: cosmetic}", False),
    ("{id: a, over: texts, allow: cosmetic, facts: []}", False),
    ("{id: a, over: texts, alow: cosmetic}", False),
)


@pytest.mark.parametrize(("rule", "sound"), SHAPES)
def test_schema_and_hand_accept_and_refuse_the_same(rule: str, sound: bool, as_json: Callable[[str], object]) -> None:
    """An editor that knows the schema says of a rule's shape what the loader says."""
    text = f"{HEAD}  - {rule}\n"
    schema = json.loads((data_folder("schema") / "policy-1.schema.json").read_text())
    assert Draft202012Validator(schema).is_valid(as_json(text)) is sound
    assert (problems_of(text) == []) is sound


def test_the_standard_policy_fulfils_the_schema(as_json: Callable[[str], object]) -> None:
    """An editor has nothing to say about it."""
    schema = json.loads((data_folder("schema") / "policy-1.schema.json").read_text())
    text = (data_folder("rules") / "policies" / "standard.yaml").read_text()
    assert [error.message for error in Draft202012Validator(schema).iter_errors(as_json(text))] == []


@pytest.fixture
def as_json() -> Callable[[str], object]:
    """Read a YAML text as the JSON values that a schema is for."""

    def read(text: str) -> object:
        node = load_yaml(SourceFile("some.yaml", text), Problems())
        assert node is not None
        return plain(node)

    return read


def plain(node: Node) -> object:
    """Return what a reader of YAML that knows nothing of policies makes of a node."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node.value
