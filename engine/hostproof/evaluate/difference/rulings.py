"""Rulings: a policy and what is known of one change in, what the policy says of it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from hostproof.evaluate.difference.model import Decision, Ruling
from hostproof.expr.evaluate import evaluate
from hostproof.expr.scope import Env
from hostproof.expr.template import render_template
from hostproof.expr.unknowns import undecided
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.policy.kinds import names_of
from hostproof.rulepack.policy.model import Over, Policy, PolicyRule

# What the names of a kind hold for one change; asked for when a rule is over that kind, and no sooner.
Names: TypeAlias = "Mapping[str, Value | Unknown]"
Views: TypeAlias = "Mapping[Over, Callable[[], Names]]"
SHOWN = Ruling()


def rule_on(policy: Policy, views: Views, name: str, of: Type | None = None) -> Ruling:
    """Return the word of the first rule that holds for a change, or that can't be decided: that blocks.

    `views` gives for each kind that the change counts as what its names hold; `name` is what rules choose by, `of` the
    type of its values.
    """
    seen: dict[Over, Snapshot] = {}
    for rule in policy.rules:
        if rule.over not in views or not _speaks_of(rule, name, of):
            continue
        if rule.over not in seen:
            seen[rule.over] = _snapshot(views[rule.over]())
        found = _word(rule, seen[rule.over])
        if found is not None:
            return found
    return SHOWN


def _speaks_of(rule: PolicyRule, name: str, of: Type | None) -> bool:
    if rule.of is not None and (of is None or rule.of.required() != of.required()):
        return False
    return not rule.names or any(matches(name, pattern) for pattern in rule.names)


def matches(name: str, pattern: str) -> bool:
    """Tell whether a name is as a pattern says, where `*` stands for any characters; a fact's parts belong to it.

    >>> matches("net.interfaces[eth0].mtu", "net.*"), matches("net.interfaces[eth0].mtu", "net.interfaces")
    (True, True)
    """
    return _pattern(pattern).fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    # Runs of * are one, as several would be tried in all ways.
    inner = ".*".join(map(re.escape, re.sub(r"\*+", "*", text).split("*")))
    return re.compile(rf"{inner}(?:[.\[].*)?", re.DOTALL)


def _word(rule: PolicyRule, seen: Snapshot) -> Ruling | None:
    """Return what a rule says; None where it doesn't hold."""
    env = Env(_fitting(rule, seen))
    holds = evaluate(rule.holds, env)
    if isinstance(holds, Unknown):
        unknowns = undecided(rule.holds, env) or (holds,)
        why = "; ".join(map(str, unknowns[:3]))
        return Ruling(Decision.BLOCK, rule.id, f"can't be decided: {why}", unknowns)
    if not holds:
        return None
    message = render_template(rule.message, env) if rule.message else ""
    return Ruling(Decision.BLOCK if rule.blocks else Decision.ALLOW, rule.id, message)


def _snapshot(names: Names) -> Snapshot:
    """Return what the names hold as expressions read it."""
    values = {name: value for name, value in names.items() if not isinstance(value, Unknown)}
    unknown = {name: value.of(name) for name, value in names.items() if isinstance(value, Unknown)}
    return Snapshot(0, "", Host(), values, unknown)


def _fitting(rule: PolicyRule, seen: Snapshot) -> Snapshot:
    """Return the same; values that aren't of the type that a rule takes them to be are left out, and so unknown."""
    if rule.of is None:
        return seen
    types = {name.name: name.type for name in names_of(rule.over, rule.of)}
    values = {name: value for name, value in seen.values.items() if fits(value, types[name])}
    return seen if len(values) == len(seen.values) else Snapshot(0, "", Host(), values, seen.unknown)
