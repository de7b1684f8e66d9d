"""GitHub annotations: an Evaluation in, workflow commands out; a runner shows them at the lines of packs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hostproof.evaluate.model import Evaluation
from hostproof.report.pipelines.notes import Note, part_of, worst_of


def render_github(evaluation: Evaluation) -> str:
    """Return the commands, at most ten of a level; Gitea's and Forgejo's runners take the same."""
    return "".join(whole([part(evaluation)]))


def part(evaluation: Evaluation) -> str:
    """Return what one host adds."""
    return part_of(evaluation, command)


def whole(parts: Iterable[str]) -> Iterator[str]:
    """Yield the commands of all hosts."""
    return worst_of(parts)


def command(note: Note) -> str:
    """Return one command, `::error file=a.yaml,line=3,title=b::c`, escaped as actions/runner undoes it.

    See src/Runner.Common/ActionCommand.cs there.
    """
    place = f"file={_property(note.file)},line={note.line}," if note.file else ""
    return f"::{note.level} {place}title={_property(note.title)}::{_data(note.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
