"""The table of formats: a name in, what renders it out; each is imported when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hostproof.evaluate.model import Evaluation

# Rendered of rows of hosts and rules alone, whatever their number.
OF_ROWS = frozenset({"nagios", "prometheus"})
# Lines that a build's log obeys: nothing may be taken out of them.
COMMANDS = frozenset({"github", "azure"})


class Pipeline(Protocol):
    """A module whose reports over several hosts are made of parts."""

    def part(self, evaluation: Evaluation) -> str:
        """Return what one host adds."""

    def whole(self, parts: Iterable[str]) -> Iterator[str]:
        """Yield the report over all hosts."""


def renderer(form: str) -> Callable[[Evaluation], str]:
    """Return what renders one host in a format; the terminal's is not among them, as it takes a width."""
    match form:
        case "junit":
            from hostproof.report.junit import render_junit as found
        case "markdown":
            from hostproof.report.markdown import render_markdown as found
        case "json":
            from hostproof.report.jsonfile import render_json as found
        case "nagios":
            from hostproof.report.monitors.nagios import render_nagios as found
        case "prometheus":
            from hostproof.report.monitors.prometheus import render_prometheus as found
        case _:
            return _of_pipelines(form)
    return found


def _of_pipelines(form: str) -> Callable[[Evaluation], str]:
    match form:
        case "step-summary":
            from hostproof.report.pipelines.stepsummary import render_step_summary as found
        case "sarif":
            from hostproof.report.pipelines.sarif import render_sarif as found
        case "tap":
            from hostproof.report.pipelines.tap import render_tap as found
        case "github":
            from hostproof.report.pipelines.github import render_github as found
        case "azure":
            from hostproof.report.pipelines.azure import render_azure as found
        case _:
            from hostproof.report.pipelines.codequality import render_codequality as found
    return found


def pipeline(form: str) -> Pipeline | None:
    """Return the module of a format whose whole is made of parts that know of no other; None for another format."""
    match form:
        case "sarif":
            from hostproof.report.pipelines import sarif

            return sarif
        case "tap":
            from hostproof.report.pipelines import tap

            return tap
        case "github":
            from hostproof.report.pipelines import github

            return github
        case "azure":
            from hostproof.report.pipelines import azure

            return azure
        case "codequality":
            from hostproof.report.pipelines import codequality

            return codequality
    return None
