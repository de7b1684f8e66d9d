"""Unknown: the value of a fact that could not be learnt, with the cause and what would decide it."""

from __future__ import annotations

from enum import StrEnum

from hostproof.source.records import record, replace


class Cause(StrEnum):
    """Why a value is not known; stable words that reports, cases and gates use."""

    NOT_COLLECTED = "not-collected"  # nobody asked for it when the snapshot was taken
    ABSENT = "absent"  # the file, key or object does not exist on the host
    NO_TOOL = "no-tool"  # the program that would tell is not there
    DENIED = "denied"  # the kernel refused: permission, capability, LSM
    TIMEOUT = "timeout"  # the deadline passed first
    FAILED = "failed"  # a command ended with an error or was killed
    UNSUPPORTED = "unsupported"  # this kernel, or this kind of target, has no such thing
    NOT_RUNNING = "not-running"  # the target is files only, and only a running system can tell
    PARSE_ERROR = "parse-error"  # there was an answer, and it could not be read
    TOO_LARGE = "too-large"  # the answer was longer than the bound
    REDACTED = "redacted"  # it was a secret, and left out
    INCONCLUSIVE = "inconclusive"  # measured, but too noisy or too few to decide
    TYPE = "type"  # untyped data was of another type than the expression needs
    ARITHMETIC = "arithmetic"  # division by zero, or a number out of range
    BUDGET = "budget"  # the expression took more steps than it may


@record
class Unknown:
    """`cause` is for machines, `detail` says what happened, `cure` what would decide it, `fact` whose it is."""

    cause: Cause
    detail: str = ""
    cure: str = ""
    fact: str = ""

    def of(self, fact: str) -> Unknown:
        """Return the same with the fact's name, unless it has one already."""
        return self if self.fact else replace(self, fact=fact)

    def __str__(self) -> str:
        subject = f"{self.fact}: " if self.fact else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{subject}{self.cause}{detail}"
