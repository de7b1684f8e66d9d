"""A command line's words, sorted by option but not yet understood; made by `cli.quick` or by click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from hostproof.source.problems import ProblemError, Problems
from hostproof.source.records import field, record


@record
class Given:
    """`words` holds the texts given for each option, in order (a flag's text is empty); `rest` what is no option."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rest: tuple[str, ...] = ()

    def texts(self, option: str) -> tuple[str, ...]:
        """Return every text given for an option."""
        return self.words.get(option, ())

    def text(self, option: str, default: str = "") -> str:
        """Return the last text given for an option, or `default`."""
        return self.words.get(option, (default,))[-1]

    def flag(self, option: str) -> bool:
        """Return whether a flag was given."""
        return option in self.words


@contextmanager
def noted(problems: Problems) -> Iterator[None]:
    """Add what is refused inside to `problems`, so that a user hears of everything that is wrong at once."""
    try:
        yield
    except ProblemError as error:
        problems.found.extend(error.problems)
