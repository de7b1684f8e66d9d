"""Reports and where they go: `--format` texts in, checked `Output`s out; then all files written, or none begun."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hostproof.cli.screen import command, show, warn
from hostproof.source.files import write_atomically
from hostproof.source.near import nearest
from hostproof.source.problems import Problems
from hostproof.source.records import record, replace

STDOUT = "-"
# No user can name these places, as no path has such a character: the log of a build, and what stands behind `APPENDED`.
LOG = "\0log"
APPENDED = "\0append:"
MOST_APPENDED = 1024 * 1024  # of a step summary; GitHub shows nothing of a longer one
# What `{name}` in a path stands for when several snapshots are judged.
NAME = "{name}"


@record
class Output:
    """A report's format, and the path it goes to; `-` is standard output."""

    format: str
    path: str = STDOUT

    def named(self, name: str) -> Output:
        """Return the output of one of several snapshots."""
        return replace(self, path=self.path.replace(NAME, name))


def read_outputs(texts: Sequence[str], formats: Sequence[str]) -> tuple[Output, ...]:
    """Read `--format` texts such as `junit=out.xml`; raises ProblemError for unknown formats and clashing places."""
    problems = Problems()
    outputs = tuple(_read_output(text, formats, problems) for text in texts)
    _refuse_clashes(outputs, problems)
    problems.refuse()
    return outputs


def _read_output(text: str, formats: Sequence[str], problems: Problems) -> Output:
    name, equals, path = text.partition("=")
    if name not in formats:
        near = nearest(name, formats)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(formats)}"
        problems.add("HP-E501", f"--format {text}: there is no format {name!r}", hint=hint)
    if equals and not path:
        problems.add("HP-E503", f"--format {text}: the path is empty", hint=f"write {name}=PATH, or {name}=-")
    return Output(name, path or STDOUT)


def _refuse_clashes(outputs: Sequence[Output], problems: Problems) -> None:
    places: dict[str, Output] = {}
    for output in outputs:
        place = STDOUT if output.path == STDOUT else _real(output.path)
        other = places.setdefault(place, output)
        if other is not output:
            where = "standard output" if place == STDOUT else output.path
            problems.add(
                "HP-E502", f"{other.format} and {output.format} would both go to {where}", hint="give each a path"
            )


def _real(path: str) -> str:
    """Return where a path leads; itself where that can't be said, which is told when it is tried out."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def require_writable(paths: Sequence[str]) -> None:
    """See that files can be made at `paths`, before any work is done for them; missing folders are made when written.

    Raises ProblemError for all paths at which that fails.
    """
    problems = Problems()
    for path in paths:
        if path in (STDOUT, LOG) or path.startswith(APPENDED):
            continue
        try:
            _try_out(Path(os.path.realpath(path)))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            problems.add(
                "HP-E503", f"cannot write {path!r}: {reason}", hint="choose a path in a folder you may write to"
            )
    problems.refuse()


def _try_out(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    if path.exists():
        if not os.access(path, os.W_OK):
            raise PermissionError(0, "it may not be written to")
        if not path.is_file():
            return
    folder = next(parent for parent in path.parents if parent.exists())
    trial = folder / f".hostproof-{os.getpid()}"
    os.close(os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    trial.unlink()


def write_all(files: Sequence[tuple[str, str | bytes]]) -> None:
    """Write finished reports, each as a whole; standard output comes last, when all files are in place.

    Raises ProblemError where a path turns out not to be writable.
    """
    for path, content in sorted(files, key=lambda file: file[0] in (STDOUT, LOG)):
        if path == STDOUT:
            show(content)  # a text as text: a terminal may have another encoding
        else:
            _write_one(path, content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


def write_pieces(files: Iterable[tuple[str, Iterator[bytes]]]) -> None:
    """Write finished reports piece by piece, each as a whole; the caller puts standard output last."""
    for path, pieces in files:
        if path == STDOUT:
            for piece in pieces:
                show(piece)
        elif path == LOG or path.startswith(APPENDED):
            _write_one(path, b"".join(pieces))
        else:
            write_atomically(path, pieces)


def _write_one(path: str, content: bytes) -> None:
    if path == LOG:
        command(content.decode("utf-8", "backslashreplace"))
    elif path.startswith(APPENDED):
        _append(path.removeprefix(APPENDED), content)
    else:
        write_atomically(path, content)


def _append(path: str, content: bytes) -> None:
    """Add to a file what it has room for, or nothing; that is no reason to lose the other reports."""
    try:
        with open(path, "ab") as file:  # noqa: PTH123
            if file.tell() + len(content) <= MOST_APPENDED:
                file.write(content)
            else:
                warn(f"{path}: the step summary has no room for the report, so it was left out")
    except (OSError, ValueError) as error:
        warn(f"{path}: the step summary can't be written: {error}")
