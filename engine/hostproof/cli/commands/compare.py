"""`hostproof compare`: what a change did, by the snapshots before it and those after; touches no machine."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import COMPARE_FORMATS
from hostproof.cli.outputs import STDOUT, Output, read_outputs, require_writable, write_all
from hostproof.cli.screen import takes_colour, width
from hostproof.cli.sources import find_snapshots, load_snapshot
from hostproof.evaluate.comparison.compare import compare_runs
from hostproof.evaluate.comparison.measures import run_of
from hostproof.evaluate.comparison.model import Comparison, Run
from hostproof.evaluate.statistics.library import require_library
from hostproof.source.problems import Problem, ProblemError, Problems

TERMINAL = "terminal"
_HINT = "hostproof compare BEFORE AFTER, two folders, say; or hostproof compare A B C --with D --with E"


def run(given: Given) -> int:
    """Print the comparison, or write it; raises ProblemError for sides that can't be read, and without SciPy."""
    problems = Problems()
    outputs: tuple[Output, ...] = ()
    sides: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    with noted(problems):
        outputs = outputs_of(given)
    with noted(problems):
        sides = _sides(given)
    with noted(problems):
        require_library()
    problems.refuse()
    before, after = (_runs(paths, given.texts("facts")) for paths in sides)
    found = compare_runs(before, after)
    if given.texts("facts") and not any(run.measures for run in (*before, *after)):
        what = " ".join(given.texts("facts"))
        raise ProblemError((Problem("HP-E508", f"--facts {what}: no fact of these snapshots matches", None, ""),))
    write_all([(output.path, rendered(output.format, found, given)) for output in outputs])
    return 0


def outputs_of(given: Given) -> tuple[Output, ...]:
    """Return where the comparison goes, to the terminal unless said. Raises ProblemError."""
    outputs = read_outputs(given.texts("format") or (TERMINAL,), COMPARE_FORMATS)
    require_writable([output.path for output in outputs])
    return outputs


def rendered(form: str, found: Comparison, given: Given, head: Sequence[str] = ()) -> str:
    """Return a comparison in one of the formats, with lines of a `head` above it where people read it."""
    if form == "json":
        from hostproof.report.comparison.data import comparison_json

        return comparison_json(found)
    if form == "csv":
        from hostproof.report.comparison.data import comparison_csv

        return comparison_csv(found)
    from hostproof.report.comparison.tables import comparison_markdown, comparison_terminal
    from hostproof.report.markdowntext import prose

    if form == "markdown":
        return "".join(f"{prose(line)}\n\n" for line in head) + comparison_markdown(found)
    colour = takes_colour(refused=given.flag("no-color"))
    return "".join(f"{line}\n" for line in head) + comparison_terminal(found, width(), colour=colour)


def _sides(given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paths of both sides: what stands before and after `--with`, or else two words."""
    words, others = given.rest, given.texts("with")
    if not others and len(words) != 2:
        message = f"compare takes what was before and what came after, here {_are(len(words))}"
        raise ProblemError((Problem("HP-E504", message, None, _HINT),))
    if not others:
        words, others = words[:1], words[1:]
    before, after = find_snapshots(words), find_snapshots(others)
    both = [path for path in before if path in after]
    if both:
        message = f"{both[0]} is on both sides"
        raise ProblemError((Problem("HP-E504", message, None, _HINT),))
    return before, after


def _are(number: int) -> str:
    return "is one" if number == 1 else f"are {number}"


def _runs(paths: Sequence[str], patterns: Sequence[str]) -> list[Run]:
    """Read the snapshots one after the other, keeping what is compared; raises ProblemError for all that can't be."""
    problems = Problems()
    found = []
    for path in paths:
        with noted(problems):
            found.append(run_of("standard input" if path == STDOUT else path, load_snapshot(path), patterns))
    problems.refuse()
    return found
