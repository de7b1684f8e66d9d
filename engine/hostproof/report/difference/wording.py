"""What every report of a Difference says in the same words: changes in, their titles, values and counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import TypeAlias, TypeVar

from hostproof.evaluate.difference.model import (
    Decision,
    Difference,
    FactChange,
    OutputChange,
    SampleTest,
    Turn,
    VerdictChange,
)
from hostproof.facts.debian import DebianKey, debian_key
from hostproof.facts.snapshot import Host, Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.facts.versions import VersionKey, version_key
from hostproof.source.records import as_mapping

Change: TypeAlias = VerdictChange | FactChange | OutputChange
Ordered = TypeVar("Ordered", VersionKey, DebianKey)
ARROW = "->"


def of_decision(difference: Difference, decision: Decision) -> tuple[Change, ...]:
    """Return the changes that the policy decided so: verdicts by gravity, outputs, facts by name."""
    found = [change for change in difference.changes() if change.ruling.decision is decision]
    return tuple(sorted(found, key=_gravity))


def headline(difference: Difference) -> str:
    """Return `2 of 31 changes block; 8 more are shown, 21 are folded`, or that nothing changed."""
    numbers = Counter(change.ruling.decision for change in difference.changes())
    if not numbers:
        return "nothing differs"
    of_all = f"{numbers[Decision.BLOCK]} of {things(numbers.total(), 'change')}" if numbers[Decision.BLOCK] else ""
    blocks = f"{of_all} {'blocks' if numbers[Decision.BLOCK] == 1 else 'block'}" if of_all else ""
    begin = blocks or f"{things(numbers.total(), 'change')}, and none blocks"
    rest = [(Decision.SHOW, "shown"), (Decision.ALLOW, "allowed")]
    parts = [f"{numbers[decision]} {word}" for decision, word in rest if numbers[decision]]
    return f"{begin}; {', '.join(parts)}" if parts else begin


def kind_of(change: Change) -> str:
    """Return verdict, output or fact."""
    return {VerdictChange: "verdict", OutputChange: "output"}.get(type(change), "fact")


def title_of(change: Change) -> str:
    """Return what changed, by name."""
    if isinstance(change, VerdictChange):
        which = f" [{change.object}]" if change.object else ""
        return f"{change.id}{which}: {change.title}"
    return change.name


def words_of(change: Change) -> tuple[str, ...]:
    """Return how it changed, in lines; a longer text's diff is not among them."""
    if isinstance(change, VerdictChange):
        verdicts = f"{change.before or 'not judged'} {ARROW} {change.after or 'not judged'}"
        turn = "" if change.turn is Turn.OTHER else f"{change.turn}: "
        return tuple(line for line in (f"{turn}{verdicts} ({change.severity})", change.detail) if line)
    return _output_words(change) if isinstance(change, OutputChange) else _fact_words(change)


def diff_of(change: Change) -> tuple[str, ...]:
    """Return the diff of a change that is better seen line by line: not that of a text of one line."""
    if isinstance(change, VerdictChange) or (isinstance(change, FactChange) and _on_one_line(change)):
        return ()
    return change.diff


def ruled_by(change: Change) -> str:
    """Return which rule of the policy spoke, and what it says; empty where none did."""
    ruling = change.ruling
    return f"{ruling.rule}{': ' if ruling.message else ''}{ruling.message}" if ruling.rule else ""


def allowed_counts(changes: Sequence[Change]) -> list[tuple[str, int, str]]:
    """Return of allowed changes the rule that allows them, how many there are, and what the rule says."""
    counted = Counter(change.ruling.rule for change in changes)
    said = {change.ruling.rule: change.ruling.message for change in reversed(changes)}
    return [(rule, number, said[rule]) for rule, number in counted.most_common()]


def host_changes(difference: Difference) -> list[tuple[str, str, str]]:
    """Return what is another host, kernel or processor: name, before and after."""
    before, after = (as_mapping(side.host) for side in (difference.before, difference.after))
    return [(name, str(before[name]), str(after[name])) for name in before if before[name] != after[name]]


def host_words(host: Host) -> str:
    """Return the host in a few words."""
    kernel = f"Linux {host.kernel}" if host.kernel else ""
    return ", ".join(text for text in (host.name, host.distribution, kernel, host.arch) if text)


def things(number: int, word: str) -> str:
    """Return `1 change`, `2 changes`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def value_words(value: Value | Unknown, of: Type) -> str:
    """Return a value with its unit, or why there is none."""
    if not isinstance(value, Unknown):
        return format_value(value, of)
    if value.cause in (Cause.ABSENT, Cause.NOT_COLLECTED):
        return {Cause.ABSENT: "absent", Cause.NOT_COLLECTED: "not collected"}[value.cause]
    return f"unknown ({value.cause}{': ' if value.detail else ''}{value.detail})"


def percent(share: float) -> str:
    """Return a share as a change: `+12%`, `-0.3%`, `x 12` from tenfold."""
    if not isfinite(share):
        return "without bound"
    if share >= 9:
        return f"x {share + 1:.3g}"
    return f"{share:+.1%}" if abs(share) >= 0.001 else f"{share:+.2g}"


def _gravity(change: Change) -> tuple[int, int, int, str]:
    if isinstance(change, VerdictChange):
        return 0, list(Turn).index(change.turn), change.severity.rank, f"{change.pack}:{change.id}"
    if isinstance(change, OutputChange):
        return 1, 0, 0, change.name
    # Samples that may differ by chance come last: on a busy machine all of them do.
    return (3 if change.test is not None and not change.test.differs else 2), 0, 0, change.name


def _fact_words(change: FactChange) -> tuple[str, ...]:
    if change.test is not None:
        return _sample_words(change.test, change.type)
    if diff_of(change):
        return ()
    grown = f" ({percent(change.ratio)}{_noise(change)})" if change.ratio is not None else _order(change)
    before, after = (value_words(value, change.type) for value in (change.before, change.after))
    return (f"{before} {ARROW} {after}{grown}",)


def _noise(change: FactChange) -> str:
    return "" if change.noise is None else f", earlier ones vary by {percent(change.noise).lstrip('+')}"


def _sample_words(test: SampleTest, of: Type) -> tuple[str, ...]:
    item = of.item or of
    before, after = (_median(value, item) for value in (test.before_median, test.after_median))
    says = {True: "differs", False: "no difference to be seen", None: "too few runs to say"}[test.differs]
    sizes = f"{test.before_size} and {test.after_size} samples"
    bounded = test.low > -1 and isfinite(test.low) and isfinite(test.high)
    shift = percent(test.shift) + (f", 95% between {percent(test.low)} and {percent(test.high)}" if bounded else "")
    noise = "" if test.noise is None else f", noise {percent(test.noise).lstrip('+')}"
    return (
        f"median {before} {ARROW} {after} ({shift})",
        f"{says}: effect {test.effect:+.2f}, p {test.p:.2g}{noise}; {sizes}",
    )


def _median(value: float, of: Type) -> str:
    whole = of.kind in (Kind.DURATION, Kind.BYTES, Kind.INT, Kind.COUNT)
    return format_value(round(value) if whole else value, of)


def _order(change: FactChange) -> str:
    """Return whether a version is newer or older; empty for anything else."""
    before, after = change.before, change.after
    if not isinstance(before, str) or not isinstance(after, str):
        return ""
    if change.type.kind is Kind.VERSION:
        return _which(version_key(before), version_key(after))
    try:
        return _which(debian_key(before), debian_key(after)) if change.type.kind is Kind.DEBIAN else ""
    except ValueError:
        return ""  # it is none, whatever it is said to be


def _which(before: Ordered, after: Ordered) -> str:
    return "" if before == after else " (newer)" if before < after else " (older)"


def _output_words(change: OutputChange) -> tuple[str, ...]:
    if change.appeared:
        return ("there is none before" if change.appeared > 0 else "there is none after",)
    if change.before_status == change.after_status:
        return ()
    before, after = ("none" if one is None else str(one) for one in (change.before_status, change.after_status))
    return (f"exit status {before} {ARROW} {after}",)


def _on_one_line(change: FactChange) -> bool:
    sides = (change.before, change.after)
    return all(isinstance(side, str) and "\n" not in side and len(side) <= 100 for side in sides)
