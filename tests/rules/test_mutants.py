"""Cases that pin their rules: whatever comparison, text or threshold of a built-in rule is altered, a case notices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from hostproof.evaluate.cases import Case, load_cases, run_case
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import Value
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.builtin import data_folder
from hostproof.source.problems import ProblemError

PACKS = sorted(path.parent for path in data_folder("rules").glob("*/pack.yaml"))
# Each becomes its neighbour: what a hand mistypes, or the boundary it misses. Longest first.
SWAPS = {
    ">=": ">", "<=": "<", "==": "!=", "!=": "==", ">": ">=", "<": "<=", " not in ": " in ",
    " and ": " or ", " or ": " and ", "any(": "all(", "all(": "any(", "none(": "any(",
}  # fmt: skip
# A `>-` at a line's end is YAML's, not the expression's.
ALTERABLE = re.compile(r"(?!>-\n)(?:" + "|".join(map(re.escape, SWAPS)) + r')|(?<=[ \[])"[^"\n]+"|(?<= )[0-9]+\b')
RULE = re.compile(r"^  - id: (\S+)\n(?:(?:    .*)?\n)*", re.MULTILINE)
INCLUDE = re.compile(r"^include:.*\n(?:  .*\n)*", re.MULTILINE)
EXPRESSION = re.compile(r"^    (?:when|let|assert):.*\n(?:      .*\n)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Alone:
    """A pack cut down to one rule, in which `what` was altered: the text of `file`, and of its other files."""

    folder: Path
    rule: str
    file: str
    text: str
    others: tuple[tuple[str, str], ...] = ()
    what: str = "nothing"


@cache
def texts_of(folder: Path) -> dict[str, str]:
    """Return the texts of a pack's files, by their names in its folder; its own file is the first."""
    paths = ["pack.yaml", *(Path(file.path).relative_to(folder) for file in pack_in(folder).fragments)]
    return {str(path): (folder / path).read_text(encoding="utf-8") for path in paths}


def head_of(text: str) -> str:
    """Return what stands before a file's rules, without `include`."""
    return INCLUDE.sub("", text.partition("\nrules:\n")[0])


@cache
def cases_of(folder: Path) -> tuple[Case, ...]:
    """Return the cases of a pack."""
    return load_cases(folder / "cases", pack_in(folder), builtin_catalog())


@cache
def pack_in(folder: Path) -> RulePack:
    """Return the pack of a folder."""
    return load_pack(folder, builtin_catalog())


def rules_alone() -> Iterator[Alone]:
    """Yield every rule of every pack, alone, with what all files of the pack declare."""
    for folder in PACKS:
        heads = {name: head_of(text) for name, text in texts_of(folder).items()}
        for name, text in texts_of(folder).items():
            others = tuple((other, head) for other, head in heads.items() if other != name and is_needed(other, head))
            for rule in RULE.finditer(text.partition("\nrules:\n")[2]):
                yield Alone(folder, rule[1], name, f"{heads[name]}\nrules:\n{rule[0]}", others)


def is_needed(name: str, head: str) -> bool:
    """Say whether a file without its rules is still one."""
    return name == "pack.yaml" or re.search("^(params|facts):", head, re.MULTILINE) is not None


def mutants() -> Iterator[Alone]:
    """Yield every rule with every single word of its expressions altered."""
    for alone in rules_alone():
        for expression in EXPRESSION.finditer(alone.text):
            for word in ALTERABLE.finditer(alone.text, expression.start(), expression.end()):
                text = alone.text[: word.start()] + altered(word[0]) + alone.text[word.end() :]
                yield replace(alone, text=text, what=f"{word[0].strip()} -> {altered(word[0]).strip()}")


def altered(word: str) -> str:
    """Return what a sign, a number or a text becomes."""
    return str(int(word) + 1) if word.isdecimal() else SWAPS.get(word, '"altered"')


def loaded(alone: Alone, folder: Path) -> RulePack:
    """Return the pack of one rule, from its files in `folder`."""
    files = {**dict(alone.others), alone.file: alone.text}
    included = [name for name in files if name != "pack.yaml"]
    for name, text in files.items():
        include = f"\ninclude: [{', '.join(included)}]\n" if included and name == "pack.yaml" else ""
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.replace("\ntitle:", f"{include}\ntitle:", 1), encoding="utf-8")
    return load_pack(folder, builtin_catalog())


def noticed(rule: str, pack: RulePack, folder: Path) -> bool:
    """Say whether any case of the rule comes out otherwise than it should."""
    return any(run_case(case, pack).wrong for case in cases_of(folder) if case.rule == rule)


@pytest.mark.parametrize("alone", [pytest.param(alone, id=alone.rule) for alone in rules_alone()])
def test_an_unaltered_rule_stands_alone(tmp_path: Path, alone: Alone) -> None:
    """Cut out of its pack a rule still loads and its cases hold, so that it is the alteration that others notice."""
    assert not noticed(alone.rule, loaded(alone, tmp_path), alone.folder)


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=f"{mutant.rule}: {mutant.what}") for mutant in mutants()])
def test_an_altered_expression_is_noticed(tmp_path: Path, mutant: Alone) -> None:
    """A rule with another sign, number or text in it is refused, or one of its cases fails."""
    try:
        pack = loaded(mutant, tmp_path)
    except ProblemError:
        return
    texts = [expr.text for expr in (pack.rules[0].applies, pack.rules[0].holds) if expr]
    assert noticed(mutant.rule, pack, mutant.folder), f"no case of {mutant.rule} notices {mutant.what}: {texts}"


def nearby(value: Value) -> tuple[Value, Value]:
    """Return thresholds a little below and a little above `value`; a version's candidate is below it.

    Of a list of records or texts they are those without its first item, and without any; of an empty one, texts; of a
    limit that isn't set, limits.
    """
    match value:
        case None:
            return 0, 1
        case [dict() | str(), *_]:
            return value[1:], []
        case []:
            return ["altered"], ["altered", "too"]
        case bool():
            return not value, not value
        case int():
            return value - 1, value + 1
        case float():
            return value * 0.99 or -0.01, value * 1.01 or 0.01
    return f"{value}-rc1", f"{value}.1"


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_an_altered_default_is_noticed(folder: Path) -> None:
    """Another default of a parameter, a little lower or higher, makes a case fail of every rule that decides by it."""
    pack = pack_in(folder)
    for rule in RULE.finditer("".join(texts_of(folder).values())):
        asserts = "".join(EXPRESSION.findall(rule[0]))
        for name in re.findall(r"params\.(\w+)", asserts):
            for value in nearby(pack.params[name].default):
                other = replace(pack, params={**pack.params, name: replace(pack.params[name], default=value)})
                assert noticed(rule[1], other, folder), f"{rule[1]}: {name} = {value}"
