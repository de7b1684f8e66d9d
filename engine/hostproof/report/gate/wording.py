"""What every report of the gate says in the same words: an Outcome in, its headline, changes and next step out."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from hostproof.evaluate.baseline.gate import Change, Known, Outcome, undecided
from hostproof.evaluate.difference.model import Decision, FactChange, OutputChange, Ruling, VerdictChange
from hostproof.evaluate.model import Verdict
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import format_time, format_value
from hostproof.facts.unknown import Unknown
from hostproof.source.harmless import one_line

MOST_VALUE = 160
_MANY = {
    "new failure": "new failures",
    "changed fact blocks": "changed facts block",
    "changed output blocks": "changed outputs block",
    "rule newly unknown": "rules newly unknown",
    "change that could not be judged": "changes that could not be judged",
}
_WORDS = {0: "fit", 1: "unfit", 3: "undecided"}


def verdict_word(outcome: Outcome) -> str:
    """Return fit, unfit or undecided, as the exit code says."""
    return _WORDS[outcome.exit_code]


def subject(outcome: Outcome) -> str:
    """Return what was compared: `web-1 against the baseline linux`."""
    snapshot = outcome.now.snapshot
    host = snapshot.host.name or snapshot.target or "localhost"
    if outcome.now.fingerprint.for_any and outcome.now.evaluation is None:
        return one_line(f"the output {outcome.now.name} against its baseline")
    return one_line(f"{host} against the baseline {outcome.now.name}")


def headline(outcome: Outcome) -> str:
    """Return the reason for the exit code in a sentence: `1 new failure, 2 outputs changed; 3 known failures`."""
    if outcome.nearest is None:
        return outcome.reason
    blocking = outcome.changes(Decision.BLOCK)
    bad, unsure = [one for one in blocking if not undecided(one)], [one for one in blocking if undecided(one)]
    parts = [
        *_counted(bad, VerdictChange, "new failure"),
        *(_one(len(outcome.worse), "known failure got worse", "known failures got worse") if outcome.worse else ()),
        *_counted(bad, FactChange, "changed fact blocks"),
        *_counted(bad, OutputChange, "changed output blocks"),
        *_counted(unsure, VerdictChange, "rule newly unknown"),
        *_counted(unsure, (FactChange, OutputChange), "change that could not be judged"),
    ]
    said = ", ".join(parts) or outcome.reason or "nothing is new or worse"
    known = known_counts(outcome)
    return f"{said}; {known}" if known else said


def known_counts(outcome: Outcome) -> str:
    """Return `2 known failures, 1 known unknown`, empty if there are none; objects of rules don't count."""
    rules = [one for one in outcome.known if not one.now.object]
    failing = sum(one.now.verdict is Verdict.FAIL for one in rules)
    parts = [*(_one(failing, "known failure", "known failures") if failing else ())]
    if len(rules) - failing:
        parts += _one(len(rules) - failing, "known unknown", "known unknowns")
    return ", ".join(parts)


def nearness(outcome: Outcome) -> str:
    """Return how near the baseline is; empty where none is near enough."""
    return one_line(str(outcome.nearest)) if outcome.nearest else ""


def origin(outcome: Outcome) -> str:
    """Return where the baseline lies, and what it is made of."""
    if outcome.nearest is None:
        return ""
    runs = outcome.nearest.baseline.runs
    newest = format_time(runs[0].snapshot.created)[:19]
    number = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return one_line(f"{outcome.nearest.baseline.folder} ({number}, newest {newest}Z)")


def others(outcome: Outcome, most: int = 10) -> tuple[str, ...]:
    """Return the baselines that are not near enough, and how far each is; none where one was chosen."""
    if outcome.nearest is not None:
        return ()
    return tuple(one_line(f"{one.baseline.fingerprint}: {one}") for one in outcome.ranked[:most])


def name_of(change: Change) -> str:
    """Return a change's name, the same each time."""
    if isinstance(change, VerdictChange):
        return f"{change.id}: {change.object or change.title}"
    return change.name


def said_of(change: Change) -> str:
    """Return what changed in a line: `fail, was pass: 128 of 4096`, `60 -> 10 (-83%)`, `exit status 1, was 0`."""
    if isinstance(change, VerdictChange):
        was = f"was {change.before}" if change.before else "was not judged"
        text = f"{change.after or 'not judged any more'}, {was}"
        return one_line(f"{text}: {change.detail}" if change.detail else text)
    if isinstance(change, FactChange):
        return _fact(change)
    return _output(change)


def ruled(ruling: Ruling) -> str:
    """Return the policy's word: `output.temp-path: a path of temporary files appears`; empty if it said nothing."""
    unsure = "; ".join(map(str, ruling.unknowns))
    said = ": ".join(part for part in (ruling.rule, ruling.message) if part)
    return one_line(f"{said} (could not be decided: {unsure})" if unsure else said)


def allowed(outcome: Outcome) -> str:
    """Return how many changes the policy allows, empty if it allows none."""
    number = len(outcome.changes(Decision.ALLOW))
    if outcome.difference is None or not number:
        return ""
    count = "1 change is" if number == 1 else f"{number} changes are"
    return one_line(f"{count} allowed by the policy {outcome.difference.policy}")


def known_line(one: Known) -> str:
    """Return `known since 2026-11-20: 128 of 4096`, or how it got worse."""
    since = f"known since {one.then.since or 'the baseline was recorded'}"
    return one_line(f"{since}, and got worse: {one.worse}" if one.worse else f"{since}: {one.now.detail}")


def next_step(outcome: Outcome) -> str:
    """Return the one thing to do next, empty if there is none."""
    if outcome.nearest is None:
        if outcome.ranked and outcome.now.fingerprint.known:
            return "record a baseline here (hostproof baseline record), or compare with a farther one (--near major)"
        return "hostproof baseline record makes one; --name says what it is of" if not outcome.ranked else ""
    fix = _fix(outcome)
    if fix:
        return fix
    outputs = [one for one in outcome.changes(Decision.BLOCK) if isinstance(one, OutputChange)]
    if any(one.after_status is None and one.before_status is not None and not one.appeared for one in outputs):
        return "say with which status the command ended, as the baseline does: --status $?"
    if outcome.exit_code == 0 and outcome.fixed:
        return "record the baseline anew, so that what was fixed can't come back unseen: hostproof baseline record"
    return ""


def renewal(outcome: Outcome) -> str:
    """Return which rules the baseline has as failing or unknown, and hold now; empty if there are none."""
    names = [change.id if not change.object else f"{change.id} ({change.object})" for change in outcome.fixed]
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return one_line(f"{', '.join(names[:8])}{more}") if names else ""


def _fix(outcome: Outcome) -> str:
    """Return the fix of the gravest new failure."""
    if outcome.now.evaluation is None:
        return ""
    bad = [one for one in outcome.changes(Decision.BLOCK) if isinstance(one, VerdictChange)]
    wanted = {(one.pack, one.id) for one in bad} | {(one.now.pack, one.now.id) for one in outcome.worse}
    results = [one for one in outcome.now.evaluation.results() if (one.pack, one.id) in wanted]
    for result in sorted(results, key=lambda one: one.severity.rank):
        line = next((line.strip() for line in result.remediation.splitlines() if line.strip()), "")
        if line:
            return one_line(f"{result.id}: {line}")
    return ""


def _fact(change: FactChange) -> str:
    test = change.test
    if test is not None:
        item = change.type.item or change.type
        then, now = (_amount(median, item) for median in (test.before_median, test.after_median))
        bounded = isfinite(test.low) and isfinite(test.high) and test.low < test.high
        sure = f", 95% {test.low:+.1%} to {test.high:+.1%}" if bounded else ""
        return one_line(f"median {then} -> {now} ({test.shift:+.1%}{sure})")
    ratio = f" ({change.ratio:+.1%})" if change.ratio is not None else ""
    then, now = (value_text(value, change.type) for value in (change.before, change.after))
    return one_line(f"{then} -> {now}{ratio}", 2 * MOST_VALUE + 40)


def value_text(value: Value | Unknown, of: Type) -> str:
    """Return a value with its unit on one line, cut if long; what is unknown says why."""
    if isinstance(value, Unknown):
        return one_line(f"unknown ({value.cause})", MOST_VALUE)
    return one_line(format_value(value, of), MOST_VALUE)


def _amount(number: float, of: Type) -> str:
    whole = of.kind not in (Kind.FLOAT, Kind.RATIO, Kind.RATE)
    return format_value(round(number) if whole else number, of)


def _output(change: OutputChange) -> str:
    if change.appeared:
        return "is there for the first time" if change.appeared > 0 else "is not there any more"
    parts = []
    if change.before_status != change.after_status:
        parts.append(f"exit status {_status(change.after_status)}, was {_status(change.before_status)}")
    came = sum(line.startswith("+") for line in change.diff)
    went = sum(line.startswith("-") for line in change.diff)
    if came or went:
        parts.append(f"{came} lines came, {went} went")
    return "; ".join(parts)


def _status(status: int | None) -> str:
    return "not known" if status is None else str(status)


def _counted(changes: Sequence[Change], kind: type | tuple[type, ...], noun: str) -> tuple[str, ...]:
    """Count changes of a kind; objects of a rule count as one with it."""
    found = [change for change in changes if isinstance(change, kind)]
    keys = {(one.pack, one.id) if isinstance(one, VerdictChange) else one.name for one in found}
    return _one(len(keys), noun, _MANY[noun]) if keys else ()


def _one(number: int, noun: str, nouns: str) -> tuple[str]:
    return (f"{number} {noun if number == 1 else nouns}",)
