"""Evaluations in the formats that were asked for: rendered first, all of them, and only then written."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from hostproof.cli import screen
from hostproof.cli.arguments.given import Given
from hostproof.cli.ci import folded, with_ci
from hostproof.cli.outputs import NAME, STDOUT, Output, read_outputs, require_writable
from hostproof.evaluate.model import Evaluation
from hostproof.facts.snapshot import Snapshot
from hostproof.report.formats import COMMANDS, renderer
from hostproof.source.problems import Problem, ProblemError, Problems


def wanted_reports(given: Given, formats: Sequence[str]) -> tuple[Output, ...]:
    """Return the outputs a command line asks for; the terminal report is one, unless another takes its place.

    Raises ProblemError for what is no format, and for a path at which no file can be made.
    """
    outputs = read_outputs(given.texts("format"), formats)
    if not given.flag("quiet") and all(output.path != STDOUT for output in outputs):
        outputs = (*outputs, Output("terminal"))
    outputs = with_ci(given, outputs)
    require_writable([output.path for output in outputs if NAME not in output.path])
    return outputs


def require_own_names(outputs: Sequence[Output], names: Sequence[str]) -> None:
    """See that each snapshot's own reports, those with `{name}` in their path, have a path of their own.

    Raises ProblemError if two snapshots would write to one file, or a file can't be written.
    """
    files = [output.named(name).path for output in outputs if NAME in output.path for name in names]
    twice = sorted(path for path, number in Counter(files).items() if number > 1)
    if twice:
        hint = f"give the snapshots different names, or leave {NAME} out for one report of all"
        raise ProblemError((Problem("HP-E506", f"several snapshots would be reported in {twice[0]!r}", hint=hint),))
    require_writable(files)


def refuse_names(outputs: Sequence[Output]) -> None:
    """Refuse `{name}` in paths where no snapshot has a name yet; raises ProblemError."""
    problems = Problems()
    for output in outputs:
        if NAME in output.path:
            message = f"cannot write {output.path!r}: {NAME} is a snapshot's name, and check takes a new one"
            problems.add("HP-E503", message, hint=f"write the path without {NAME}")
    problems.refuse()


def shows_passes(outputs: Sequence[Output]) -> bool:
    """Return whether any of the reports shows what passes found: finding it takes most of the time of judging."""
    return any(output.format in {"markdown", "json", "step-summary"} for output in outputs)


def render_all(
    outputs: Sequence[Output], evaluation: Evaluation, snapshot: Snapshot, given: Given
) -> list[tuple[str, str | bytes]]:
    """Return the path and the content of each output."""
    return [(output.path, _render(output, evaluation, snapshot, given)) for output in outputs]


def _render(output: Output, evaluation: Evaluation, snapshot: Snapshot, given: Given) -> str | bytes:
    """Return bytes that are the same everywhere, or text for whatever encoding a terminal has."""
    if output.format == "snapshot":
        from hostproof.facts.codec import encode_snapshot

        return encode_snapshot(snapshot)
    if output.format == "sbom":
        from hostproof.cli.materials import render_material

        return render_material(snapshot)
    if output.format == "terminal":
        said = _render_terminal(evaluation, given, to_screen=output.path == STDOUT)
        return folded(as_goes(output, said), given) if output.path == STDOUT else said
    return as_goes(output, renderer(output.format)(evaluation)).encode()


def as_goes(output: Output, text: str) -> str:
    """Return a report as it may go where it goes: in the log of a build, no text of a pack or host is a command."""
    if output.format in COMMANDS or output.path != STDOUT:
        return text
    # What people read may be shown later: `hostproof check > log; cat log`.
    return screen.unobeyed_in_logs(text, None if output.format == "terminal" else sys.stdout)


def _render_terminal(evaluation: Evaluation, given: Given, *, to_screen: bool) -> str:
    from hostproof.report.terminal import render_terminal

    colour = to_screen and screen.takes_colour(refused=given.flag("no-color"))
    return render_terminal(evaluation, screen.width() if to_screen else screen.WIDTH_WITHOUT_TERMINAL, colour)
