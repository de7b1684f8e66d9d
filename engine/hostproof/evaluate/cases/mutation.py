"""Mutants of rules: a rule in, the same with one slip in `when`, `let`, `assert` or a default out; cases kill them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hostproof.evaluate.cases.case import Case
from hostproof.evaluate.cases.run import differences, env_of, judge_case
from hostproof.expr.dimensions import QUANTITIES
from hostproof.expr.model import Expr
from hostproof.expr.mutants import Change, applied, changes, lets_of, params_read, stepped_text, with_let, written
from hostproof.expr.mutants.thresholds import ALTERED, stepped_version
from hostproof.expr.scope import Env
from hostproof.expr.template import Template
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind
from hostproof.facts.units import format_value, parse_quantity
from hostproof.rulepack.model import Param, Rule, RulePack
from hostproof.source.records import record, replace
from hostproof.source.spans import Span

MOST_MUTANTS = 2_000  # of one rule


@record(eq=False)
class RuleMutant:
    """A rule with one slip, or a pack with another default: `said` is what was altered, `text` how it would read.

    `where` is the place of the slip.
    """

    rule: Rule
    kind: str
    said: str
    text: str
    where: Span
    defaults: tuple[tuple[str, Value], ...] = ()


@record
class MutationScore:
    """How many mutants of a pack there were, and those that no case noticed."""

    total: int
    survivors: tuple[RuleMutant, ...]

    @property
    def killed(self) -> int:
        """How many mutants some case noticed."""
        return self.total - len(self.survivors)

    @property
    def percent(self) -> float:
        """How many of 100 some case noticed; of none, 100."""
        return 100 * self.killed / self.total if self.total else 100.0


def mutants_of(rule: Rule, pack: RulePack) -> tuple[RuleMutant, ...]:
    """Return the mutants of a rule, at most 2,000, always the same in the same order."""
    found = (*_without_when(rule), *_slips(rule), *_other_defaults(rule, pack))
    return found[:MOST_MUTANTS]


def surviving(rule: Rule, pack: RulePack, cases: Sequence[Case]) -> Iterator[int]:
    """Yield the numbers of the rule's mutants that none of `cases` notices; they must all come out as expected."""
    own = [(case, env_of(case, pack)) for case in cases if case.rule == rule.id]
    for number, mutant in enumerate(mutants_of(rule, pack)):
        if not any(_notices(case, mutant, pack, env) for case, env in own):
            yield number


def _notices(case: Case, mutant: RuleMutant, pack: RulePack, env: Env) -> bool:
    """Say whether a case comes out otherwise by a mutant; a default counts only where the case sets no other value."""
    others = {name: value for name, value in mutant.defaults if name not in case.params}
    if mutant.defaults and not others:
        return False
    here = replace(env, params={**env.params, **others}) if others else env
    return any(differences(case, judge_case(case, mutant.rule, pack, here)))


def _without_when(rule: Rule) -> Iterator[RuleMutant]:
    if rule.applies is not None:
        where = _where(rule.applies, 0, len(rule.applies.text), rule)
        yield RuleMutant(replace(rule, applies=None), "logic", "`when` was left out", rule.holds.text, where)


def _slips(rule: Rule) -> Iterator[RuleMutant]:
    if rule.applies is not None:
        for change in changes(rule.applies):
            yield _mutant(replace(rule, applies=applied(change, rule.applies)), change, rule.applies, rule)
    for name, let in lets_of(rule.applies, rule.holds).items():
        for change in changes(let):
            yield _mutant(_with_let(rule, name, applied(change, let)), change, let, rule)
    for change in changes(rule.holds):
        yield _mutant(replace(rule, holds=applied(change, rule.holds)), change, rule.holds, rule)


def _mutant(altered: Rule, change: Change, expr: Expr, rule: Rule) -> RuleMutant:
    where = _where(expr, change.start, change.end, rule)
    return RuleMutant(altered, change.kind, change.said, written(change, expr), where)


def _where(expr: Expr, start: int, end: int, rule: Rule) -> Span:
    return rule.span if expr.source is None else expr.source.span(start, end)


def _with_let(rule: Rule, name: str, other: Expr) -> Rule:
    return replace(
        rule,
        applies=None if rule.applies is None else with_let(rule.applies, name, other),
        holds=with_let(rule.holds, name, other),
        message=None if rule.message is None else _filled_otherwise(rule.message, name, other),
    )


def _filled_otherwise(template: Template, name: str, other: Expr) -> Template:
    parts = (part if isinstance(part, str) else with_let(part, name, other) for part in template.parts)
    return Template(template.text, tuple(parts))


def _other_defaults(rule: Rule, pack: RulePack) -> Iterator[RuleMutant]:
    """Yield the rule with other defaults of the parameters it decides by, for each of them one lower and one higher."""
    for name, place in _params(rule).items():
        param = pack.params[name]
        for value in neighbours(param):
            old, new = format_value(param.default, param.type), format_value(value, param.type)
            said = f"the default of `params.{name}` became {new}"
            yield RuleMutant(rule, "threshold", said, f"{name}: {old} -> {new}", place, ((name, value),))


def neighbours(param: Param) -> tuple[Value, ...]:
    """Return a default's neighbours: one step of its last digit lower and higher; of a list one with fewer items."""
    value, kind = param.default, param.type.kind
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, (int, float)):
        near = (parse_quantity(text)[0] for text in stepped_text(format_value(value, param.type)))
        return tuple(one if isinstance(value, int) else float(one) for one in near)
    if isinstance(value, str):
        return stepped_version(value) if kind in {Kind.VERSION, Kind.DEBIAN} else (ALTERED,)
    if isinstance(value, list):
        texts = param.type.item is not None and param.type.item.kind is Kind.STRING
        return (value[1:],) if value else ([ALTERED],) if texts else ()
    return (0,) if value is None and kind in QUANTITIES else ()


def _params(rule: Rule) -> Mapping[str, Span]:
    """Return the parameters that a rule decides by, and where each is read first."""
    exprs = [*lets_of(rule.applies, rule.holds).values(), rule.holds]
    exprs += [rule.applies] if rule.applies else []
    found: dict[str, Span] = {}
    for expr in exprs:
        for name, start, end in params_read(expr):
            found.setdefault(name, _where(expr, start, end, rule))
    return found
