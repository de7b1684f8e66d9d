"""Profiles: a team's `hostproof.yaml` in, its packs, parameters, overrides, waivers and gate out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hostproof.facts.snapshot import Value
from hostproof.rulepack.collection import PROFILE_CODES
from hostproof.rulepack.find import find_packs
from hostproof.rulepack.model import Override, RulePack, Severity, Waiver
from hostproof.rulepack.params import GivenParam, settle_params
from hostproof.rulepack.sections.shape import Shape, beginning
from hostproof.rulepack.waivers import MOST_RULES, waivers_of
from hostproof.source.files import read_source
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar
from hostproof.source.problems import MOST_PROBLEMS, ProblemError, Problems
from hostproof.source.spans import SourceFile, Span
from hostproof.source.yaml import load_yaml

FORMAT = 1
PROFILE_KEYS = ("hostproof", "packs", "params", "effort", "rules", "waivers", "gate")
OVERRIDE_KEYS = ("severity", "off", "reason")
GATE_KEYS = ("fail_on", "unknown")
MOST_PACKS = 100
MOST_HINTS = 20
UNKNOWNS = ("fail", "warn", "ignore")
EFFORTS = ("quick", "usual", "full")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile whose shape is right; that its rules and parameters exist is seen when its packs are loaded.

    `packs` are the files of its packs, `params` what it sets, still to be typed; `named` are the rules that its
    overrides and waivers name, with their places. `fail_on` is None and `unknown` and `effort` are empty where it
    doesn't say. `together` are the paths of packs that one collection names.
    """

    path: str
    packs: tuple[Path, ...] = ()
    params: tuple[GivenParam, ...] = ()
    overrides: tuple[Override, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    named: tuple[tuple[str, Span], ...] = ()
    fail_on: Severity | None = None
    unknown: str = ""
    effort: str = ""
    together: tuple[frozenset[str], ...] = ()


def load_profile(path: Path) -> Profile:
    """Return the profile in a file; paths in it are relative to its folder. Raises ProblemError with all problems."""
    problems = Problems()
    profile = check_profile(read_source(path), problems)
    problems.refuse()
    if profile is None:
        raise AssertionError("a profile without a problem is a profile")
    return profile


def check_profile(file: SourceFile, problems: Problems) -> Profile | None:
    """Do the same with a text, and add what is wrong to `problems`; None if any of it is an error."""
    before = problems.errors
    node = load_yaml(file, problems)
    shape = Shape(problems, PROFILE_CODES)
    root = shape.mapping(node, "a profile", "hostproof: 1") if node else None
    if root is None:
        return None
    profile = _Written(root, shape).profile(file.path)
    return profile if problems.errors == before else None


def settle_profile(
    profile: Profile,
    packs: Sequence[RulePack],
    given: Sequence[GivenParam] = (),
    together: tuple[frozenset[str], ...] = (),
) -> dict[str, dict[str, Value]]:
    """Return the packs' parameters as the profile sets them, and over it what the command line gives.

    Raises ProblemError for rules that no pack has, or several have, and for parameters that can't be set so.
    """
    problems = Problems()
    rules: dict[str, list[str]] = {}
    for full in (f"{pack.name}:{rule.id}" for pack in packs for rule in pack.rules):
        rules.setdefault(full, []).append(full)
        rules.setdefault(full.partition(":")[2], []).append(full)
    for name, where in profile.named:
        if len(problems.found) < MOST_PROBLEMS:
            _check_rule(name, where, rules, problems)
    settled = settle_params(packs, (*profile.params, *given), problems, profile.together + together)
    problems.refuse()
    return settled


def _check_rule(name: str, where: Span, rules: dict[str, list[str]], problems: Problems) -> None:
    """Tell of a name that no rule has, or several have; `rules` maps ids and `pack:id` to the rules they mean."""
    found = rules.get(name, [])
    if len(found) > 1:
        problems.add("HP-E319", f"several packs have a rule {name!r}", where, f"write {' or '.join(found)}")
    elif not found:
        alike = [rule for rule in rules if (":" in rule) == (":" in name)]
        near = nearest(name, alike) if len(problems.found) < MOST_HINTS else None  # it takes a while, over many rules
        packs = sorted({rule.partition(":")[0] for rule in rules if ":" in rule})
        hint = f"did you mean {near!r}?" if near else f"its packs are {', '.join(packs)}"
        problems.add("HP-E318", f"no pack has a rule {name[:200]!r}", where, hint)


class _Written:
    """A profile as it is written."""

    def __init__(self, root: Mapping, shape: Shape) -> None:
        self._root = root
        self._shape = shape
        self._problems = shape.problems
        self._named: list[tuple[str, Span]] = []
        self._together: list[frozenset[str]] = []

    def profile(self, path: str) -> Profile:
        self._shape.keys(self._root, PROFILE_KEYS, ("hostproof",), "a profile")
        self._shape.format_number(self._root, FORMAT, "a profile")
        fail_on, unknown = self._gate()
        return Profile(
            path,
            self._packs(Path(path).parent),
            self._params(),
            self._overrides(),
            waivers_of(self._root.get("waivers"), self._shape, self._named),
            tuple(self._named),
            fail_on,
            unknown,
            self._effort(),
            tuple(self._together),
        )

    def _effort(self) -> str:
        node = self._root.get("effort")
        return self._shape.word(node, EFFORTS, "HP-E326", "how thorough probes can be") if node else ""

    def _packs(self, base: Path) -> tuple[Path, ...]:
        node = self._root.get("packs")
        if node is None:
            return ()
        items = self._shape.sequence(node, "`packs`", "packs: [linux]")
        if items is None:
            return ()
        if not items:
            self._problems.add("HP-E315", "`packs` names no pack", node.where, "leave it out, or name one")
        found: dict[Path, None] = {}
        if len(items) > MOST_PACKS:
            message = f"`packs` may name {MOST_PACKS}, and names {len(items)}"
            self._problems.add("HP-E317", message, items[MOST_PACKS].where)
        for item in items[:MOST_PACKS]:
            paths = self._packs_of(item, base)
            if not found.keys().isdisjoint(paths):
                self._problems.add("HP-E325", "the same pack is named before", item.where, "leave one of them out")
            found |= dict.fromkeys(paths)
            self._together.append(frozenset(map(str, paths)))
        return tuple(found)

    def _packs_of(self, node: Node, base: Path) -> tuple[Path, ...]:
        name = self._shape.text(node, "a pack's name or path", most=4000)
        if name is None:
            return ()
        try:
            return find_packs(name.text, base)
        except ProblemError as error:
            for problem in error.problems:
                self._problems.add(problem.code, problem.message, name.where, problem.hint)
            return ()

    def _params(self) -> tuple[GivenParam, ...]:
        entries = self._shape.entries(self._root.get("params"), "`params`")
        return tuple(GivenParam(key.text, key.where, value) for key, value in entries)

    def _overrides(self) -> tuple[Override, ...]:
        found = [
            self._override(key, value)
            for key, value in self._shape.entries(self._root.get("rules"), "`rules`", MOST_RULES)
        ]
        return tuple(one for one in found if one is not None)

    def _override(self, key: Scalar, value: Node) -> Override | None:
        self._named.append((key.text, key.where))
        node = self._shape.mapping(value, "an override", "{severity: low} or {off: true, reason: ...}")
        if node is None:
            return None
        self._shape.keys(node, OVERRIDE_KEYS, (), "an override")
        reason = self._shape.line(node.get("reason"), "`reason`")
        severity, off = node.get("severity"), node.get("off")
        if (severity is None) == (off is None):
            hint = "write {severity: low}, or {off: true, reason: why it is not judged}"
            self._problems.add("HP-E322", "an override sets either the severity or off", beginning(node), hint)
            return None
        if severity is not None:
            word = self._severity(severity)
            return Override(key.text, word) if word else None
        return self._switched_off(key.text, node, off, reason)

    def _switched_off(self, rule: str, node: Mapping, off: Node | None, reason: str) -> Override | None:
        if not (isinstance(off, Scalar) and off.plain and off.value is True):
            where = off.where if off else node.where
            self._problems.add("HP-E322", "`off` can only be true", where, "leave the override out to judge the rule")
        elif node.get("reason") is None:
            hint = "write {off: true, reason: why it is not judged}"
            self._problems.add("HP-E312", "a rule is switched off only with a reason", beginning(node), hint)
        elif reason:
            return Override(rule, off=reason)
        return None

    def _severity(self, node: Node) -> Severity | None:
        word = self._shape.word(node, tuple(Severity), "HP-E320", "a severity")
        return Severity(word) if word else None

    def _gate(self) -> tuple[Severity | None, str]:
        node = self._root.get("gate")
        gate = self._shape.mapping(node, "`gate`", "gate: {fail_on: medium}") if node else None
        if gate is None:
            return None, ""
        self._shape.keys(gate, GATE_KEYS, (), "`gate`")
        fail_on, unknown = gate.get("fail_on"), gate.get("unknown")
        word = self._shape.word(unknown, UNKNOWNS, "HP-E321", "what a gate makes of unknowns") if unknown else ""
        return (self._severity(fail_on) if fail_on else None), word
