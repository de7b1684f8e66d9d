"""Azure Pipelines: an Evaluation in, logging commands out; the agent lists them as issues of the task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hostproof.evaluate.model import Evaluation
from hostproof.report.pipelines.notes import Note, part_of, worst_of


def render_azure(evaluation: Evaluation) -> str:
    """Return the commands, at most ten of a level."""
    return "".join(whole([part(evaluation)]))


def part(evaluation: Evaluation) -> str:
    """Return what one host adds."""
    return part_of(evaluation, command)


def whole(parts: Iterable[str]) -> Iterator[str]:
    """Yield the commands of all hosts."""
    return worst_of(parts)


def command(note: Note) -> str:
    """Return one command, `##vso[task.logissue type=error;linenumber=3;]b`; there are errors and warnings only.

    Escaped as microsoft/azure-pipelines-agent undoes it (CommandStringConvertor.cs).
    """
    kind = "error" if note.level == "error" else "warning"
    place = f"sourcepath={_property(note.file)};linenumber={note.line};" if note.file else ""
    return f"##vso[task.logissue type={kind};{place}]{_data(note.title)}: {_data(note.text)}"


def _data(text: str) -> str:
    # An agent looks for the first ##vso[ of a line; no other stands there for one that would look for the last.
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A").replace("##", "# #")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
