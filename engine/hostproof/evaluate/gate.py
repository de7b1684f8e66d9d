"""The gate: which results turn a run red, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hostproof.evaluate.model import Gate, OnUnknown, Result, Verdict
from hostproof.rulepack.model import Severity
from hostproof.source.problems import Problem, ProblemError

FIT, UNFIT, UNDECIDED = 0, 1, 3


def is_gated(verdict: Verdict, severity: Severity, gate: Gate) -> bool:
    """Tell whether a verdict of this severity turns the run red."""
    if severity.rank > gate.fail_on.rank:
        return False
    return verdict is Verdict.FAIL or (verdict is Verdict.UNKNOWN and gate.unknown is OnUnknown.FAIL)


def exit_code(results: Iterable[Result]) -> int:
    """Return 1 if a gated rule failed, else 3 if a gated rule is unknown or no rule at all was decided, else 0.

    Not one decided rule is never green, whatever the gate says of unknowns.
    """
    judged = [(result.verdict, result.gated) for result in results]
    if (Verdict.FAIL, True) in judged:
        return UNFIT
    decided = any(verdict in (Verdict.PASS, Verdict.FAIL, Verdict.WAIVED) for verdict, _ in judged)
    return FIT if decided and (Verdict.UNKNOWN, True) not in judged else UNDECIDED


def exit_code_of_letters(verdicts: str) -> int:
    """Return the same of verdicts as letters (`evaluate.hosts`), upper case where a rule turns the run red."""
    if "F" in verdicts:
        return UNFIT
    decided = not {"p", "f", "w"}.isdisjoint(verdicts)
    return FIT if decided and "U" not in verdicts else UNDECIDED


def require_judged(results: Sequence[Result]) -> None:
    """Raise ProblemError if every rule was skipped, or there was none: such a run says nothing about the host."""
    if any(result.verdict is not Verdict.SKIPPED for result in results):
        return
    reasons = "; ".join(f"{result.id}: {result.reason}" for result in results[:3])
    each = "the only rule was" if len(results) == 1 else f"all {len(results)} rules were"
    why = f"{each} skipped ({reasons})" if results else "the packs have no rules"
    hint = "choose a pack that fits this host, or correct what its rules say in `when`"
    raise ProblemError((Problem("HP-E351", f"no rule was judged: {why}", hint=hint),))
