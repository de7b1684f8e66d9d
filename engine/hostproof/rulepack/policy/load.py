"""Loading a policy: a YAML file in, checked rules out, or all that is wrong with them, each at its place."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hostproof.rulepack.policy.model import Policy, PolicyRule
from hostproof.rulepack.policy.rules import read_policy_rules
from hostproof.rulepack.sections.names import pack_fault
from hostproof.rulepack.sections.shape import Codes, Shape
from hostproof.source.builtin import data_folder
from hostproof.source.files import read_source
from hostproof.source.nodes import Mapping
from hostproof.source.problems import Problem, ProblemError, Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

FORMAT = 1
STANDARD = "standard"
BASES = (STANDARD, "none")
KEYS = ("hostproof", "policy", "title", "base", "rules")
REQUIRED = ("hostproof", "policy", "rules")
CODES = Codes("HP-E371", "HP-E372", "HP-E373", "HP-E374", "HP-E375", "HP-E376", "HP-E377")
_POLICY = re.compile(r"^[\"']?policy[\"']?[ \t]*:", re.MULTILINE)


def load_policy(path: Path) -> Policy:
    """Return the policy in a file, `standard` behind it unless it says `base: none`. Raises ProblemError."""
    problems = Problems()
    policy = check_policy(read_source(path), problems)
    problems.refuse()
    if policy is None:
        raise AssertionError("a policy without a problem is a policy")
    return policy


@cache
def standard_policy() -> Policy:
    """Return the policy that holds where a team gives none; always the same immutable object."""
    return load_policy(data_folder("rules") / "policies" / f"{STANDARD}.yaml")


def find_policy(name_or_path: str) -> Policy:
    """Return the policy that a command line names: `standard`, or a file. Raises ProblemError."""
    if name_or_path == STANDARD:
        return standard_policy()
    if "/" not in name_or_path and "." not in name_or_path and not Path(name_or_path).exists():
        hint = f"{STANDARD} is built in; others are named by path"
        raise ProblemError((Problem("HP-E385", f"there is no policy {name_or_path[:200]!r}", hint=hint),))
    return load_policy(Path(name_or_path))


def is_policy(file: SourceFile) -> bool:
    """Tell whether a file means to be a policy and not a pack: by its key `policy`."""
    return _POLICY.search(file.text) is not None


def check_policy(file: SourceFile, problems: Problems) -> Policy | None:
    """Return the policy in a text, and add what is wrong to `problems`, advice included; None if any is an error."""
    before = problems.errors
    node = load_yaml(file, problems)
    shape = Shape(problems, CODES)
    root = shape.mapping(node, "a policy", "hostproof: 1") if node else None
    if root is None:
        return None
    shape.keys(root, KEYS, REQUIRED, "a policy")
    shape.format_number(root, FORMAT, "a policy")
    name, title = _name(root, shape), shape.line(root.get("title"), "`title`")
    base = root.get("base")
    word = shape.word(base, BASES, "HP-E383", "a policy to build on") if base else STANDARD
    rules = read_policy_rules(root.get("rules"), shape)
    if problems.errors > before:
        return None
    return Policy(name, file.path, (*rules, *_based_on(word)), title)


def _based_on(word: str) -> tuple[PolicyRule, ...]:
    return standard_policy().rules if word == STANDARD else ()


def _name(root: Mapping, shape: Shape) -> str:
    scalar = shape.text(root.get("policy"), "`policy`")
    fault = pack_fault(scalar.text).replace("a pack's name", "a policy's name") if scalar else ""
    if scalar and fault:
        shape.problems.add("HP-E378", fault, scalar.where)
    return scalar.text if scalar else ""
