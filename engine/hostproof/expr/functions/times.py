"""Functions over points in time; "now" is when the snapshot was taken."""

from __future__ import annotations

from hostproof.expr.arithmetic import bounded
from hostproof.expr.functions.row import Constants, Form, Function
from hostproof.expr.undecided import UndecidedError
from hostproof.facts.unknown import Cause


def age(now: int, then: int) -> int:
    """Return how long before the snapshot a point in time was; negative if it was later."""
    return int(bounded(now - then))


def timestamp(text: str) -> int:
    """Read an ISO 8601 time, `2024-05-01` or `2024-05-01T12:30:00Z`; without a zone it is UTC."""
    from datetime import UTC, datetime, timedelta

    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UndecidedError(Cause.PARSE_ERROR, f"{text[:40]!r} is not a time such as 2024-05-01T12:30:00Z") from None
    passed = (read if read.tzinfo else read.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return int(bounded(passed // timedelta(microseconds=1) * 1000))


def _bad_time(arguments: Constants) -> tuple[int, str] | None:
    if not isinstance(arguments[0], str):
        return None
    try:
        timestamp(arguments[0])
    except UndecidedError as problem:
        return 0, problem.unknown.detail
    return None


ROWS: tuple[Function, ...] = (
    Function(
        "age",
        (Form(("time",), "duration", age),),
        "How long before the snapshot a point in time was.",
        ('age(timestamp("1970-01-01")) > 1d', "true"),
        timed=True,
    ),
    Function(
        "timestamp",
        (Form(("string",), "time", timestamp),),
        "An ISO 8601 text as a point in time; without a zone it is UTC.",
        ('timestamp("2024-05-01T12:00:00+02:00") == timestamp("2024-05-01T10:00:00Z")', "true"),
        _bad_time,
    ),
)
