"""Coverage: a pack and its cases in, which rules, branches and Unknown paths some case went through out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.cases.case import Case
from hostproof.evaluate.cases.run import env_of
from hostproof.expr.coverage import Event, Goal, events, goals
from hostproof.rulepack.model import Rule, RulePack
from hostproof.source.records import record
from hostproof.source.spans import Span

RULES, BRANCHES, UNKNOWNS = "rules", "branches", "unknown paths"


@record
class Missed:
    """What no case of a rule shows, and where that stands."""

    rule: str
    said: str
    where: Span


@record
class Share:
    """How much of one sort (rules, branches, unknown paths) some case shows, and what none does."""

    sort: str
    total: int
    missed: tuple[Missed, ...]

    @property
    def percent(self) -> float:
        """What is shown, from 0 to 100; of nothing, 100."""
        return 100 * (self.total - len(self.missed)) / self.total if self.total else 100.0


def coverage_of(pack: RulePack, cases: Sequence[Case]) -> tuple[Share, ...]:
    """Return the shares of rules, branches and Unknown paths.

    A rule is shown by any case of its own. Branches are that `when` and `assert` are true and false, that each operand
    of `and` and `or` decides alone once, both sides of `if`, each way of `??`. An Unknown path is a fact that some case
    meets unknown on the way to its verdict.
    """
    rules, branches, paths = _Count(RULES), _Count(BRANCHES), _Count(UNKNOWNS)
    for rule in pack.rules:
        own = [case for case in cases if case.rule == rule.id]
        rules.add(rule, "it has no case", rule.span, shown=bool(own))
        seen = set[Event]().union(*(_seen(rule, case, pack) for case in own))
        for goal in _goals(rule):
            (paths if goal.path else branches).add(rule, goal.said, goal.where or rule.span, shown=goal.event in seen)
    return tuple(count.share() for count in (rules, branches, paths))


class _Count:
    """Counts goals of one sort, and keeps those that were missed."""

    def __init__(self, sort: str) -> None:
        self._sort, self._total, self._missed = sort, 0, list[Missed]()

    def add(self, rule: Rule, said: str, where: Span, *, shown: bool) -> None:
        self._total += 1
        if not shown:
            self._missed.append(Missed(rule.id, said, where))

    def share(self) -> Share:
        return Share(self._sort, self._total, tuple(self._missed))


def _goals(rule: Rule) -> Iterator[Goal]:
    """Yield the goals of a rule, each once: what `when` and `assert` both read is met in either."""
    met: set[Event] = set()
    for name, expr in (("when", rule.applies), ("assert", rule.holds)):
        for number, goal in enumerate(() if expr is None else goals(expr)):
            if goal.event not in met:
                met.add(goal.event)
                said = goal.said.replace("it is", f"`{name}` is") if number < 2 else goal.said
                yield Goal(goal.event, said, goal.path, goal.where)


def _seen(rule: Rule, case: Case, pack: RulePack) -> set[Event]:
    """Return all that happens while a case is judged: `assert` is not looked at where the rule does not apply."""
    env, seen = env_of(case, pack), set[Event]()
    if rule.applies is not None:
        applies, seen = events(rule.applies, env)
        if applies is not True:
            return seen
    return seen | events(rule.holds, env)[1]
