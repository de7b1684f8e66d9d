"""Problems: what is wrong with a text somebody wrote, with a stable code, a place and a hint."""

from __future__ import annotations

from enum import StrEnum

from hostproof.source.records import field, record
from hostproof.source.spans import Span

MOST_PROBLEMS = 100


class Level(StrEnum):
    """Whether a problem refuses the text (`error`) or only advises (`warning`)."""

    ERROR = "error"
    WARNING = "warning"


@record
class Problem:
    """One thing wrong: `code` is a row of `source.codes`, `span` is None only where no file is at hand."""

    code: str
    message: str
    span: Span | None = None
    hint: str = ""

    @property
    def level(self) -> Level:
        """`warning` for HP-W codes, else `error`."""
        return Level.WARNING if self.code.startswith("HP-W") else Level.ERROR


class ProblemError(Exception):
    """Raised when a text is refused; carries all its problems, sorted by place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.code} {p.message}" for p in problems[:3]))
        self.problems = problems


@record(frozen=False)
class Problems:
    """Collects problems so that a reader hears of all of them at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, span: Span | None = None, hint: str = "") -> None:
        """Note one problem."""
        self.found.append(Problem(code, message, span, hint))

    @property
    def errors(self) -> int:
        """How many of the problems refuse the text."""
        return sum(p.level is Level.ERROR for p in self.found)

    def ordered(self) -> tuple[Problem, ...]:
        """Return the problems without repeats, sorted by file and place."""
        unique = {(p.code, p.message, _place(p)): p for p in self.found}
        return tuple(sorted(unique.values(), key=_place))

    def refuse(self) -> None:
        """Raise `ProblemError` with everything found, if any of it is an error."""
        if self.errors:
            raise ProblemError(self.ordered())


def _place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return ("", 0, 0) if span is None else (span.file.path, span.start, span.end)
