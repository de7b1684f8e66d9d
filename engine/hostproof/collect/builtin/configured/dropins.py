"""Drop-in folders: what stands in several folders in, which file of each name counts and what it hides out.

In all of systemd's folders a file hides those of the same name in folders after its own, and an empty one, or a link
to /dev/null, is there for nothing else (systemd.unit(5), sysctl.d(5), systemd.preset(5)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from posixpath import dirname, join, normpath

from hostproof.collect.asks import Ask, Call, ReadGlob
from hostproof.collect.builtin.answers import UNANSWERED, Answers, NotLearntError, decoded, good, missing
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause
from hostproof.source.records import record

CURE = "read it as root, on a target where the agent can run (python3)"
MOST = 262144  # bytes of one file
MOST_UNREADABLE = 100


@record
class Entry:
    """What stands at a path: `kind` is file, folder, link or other; of a link its text, and the kind it leads to."""

    path: str
    kind: str
    link: str = ""
    leads: str = ""

    @property
    def target(self) -> str:
        """The path that a link names, as far as its text says."""
        return normpath(join(dirname(self.path), self.link)) if self.link else ""

    @property
    def masks(self) -> bool:
        """Whether it is a link to /dev/null."""
        return self.target == "/dev/null"

    @property
    def dangles(self) -> bool:
        """Whether it is a link that leads nowhere."""
        return self.leads in {"absent", "loop"} and not self.masks


@record
class DropIn:
    """The file of a name that counts, with its text (empty if it masks), and the paths that it hides."""

    path: str
    text: str
    hides: tuple[tuple[str, str], ...] = ()
    target: str = ""


def entries_of(answers: Answers, call: Call) -> tuple[Entry, ...]:
    """Return what the agent's listing says. Raises NotLearntError, ValueError."""
    said = good(answers, call, CURE).value
    if not isinstance(said, list):
        raise ValueError("it is no list")  # noqa: TRY004 - the data is wrong, not the call
    return tuple(_entry(row) for row in said)


def _entry(row: Value) -> Entry:
    words = {name: str(word or "") for name, word in row.items()} if isinstance(row, dict) else {}
    if not words.get("path", "").startswith("/") or not words.get("kind"):
        raise ValueError("a row of it names no path")
    return Entry(words["path"], words["kind"], words.get("link", ""), words.get("leads", ""))


def texts_of(answers: Answers, globs: Iterable[Ask], masks: frozenset[str]) -> dict[str, str]:
    """Return the files that patterns matched, as texts; what masks or leads nowhere is empty. Raises NotLearntError.

    A file that is there and can't be read makes all unknown: what it says may matter.
    """
    found: dict[str, str] = {}
    for glob in globs:
        answer = answers.get(glob, UNANSWERED)
        if answer.error is not None:
            if missing(answers, glob) or answer.error.cause is Cause.NOT_RUNNING:
                continue
            good(answers, glob, CURE)
        for path, why in answer.missed.items():
            if path not in masks:
                raise NotLearntError(why)
            found[path] = ""
        found |= {path: decoded(data) for path, data in (answer.files or {}).items()}
    return found


def patterns(folders: Sequence[str], pattern: str) -> tuple[ReadGlob, ...]:
    """Return the asks for files of each folder."""
    return tuple(ReadGlob(f"{folder}/{pattern}", MOST, 4096) for folder in folders)


def chosen(folders: Sequence[str], texts: Mapping[str, str], entries: Iterable[Entry]) -> list[DropIn]:
    """Return what counts of several folders, the first of which hides the others', sorted by name.

    /lib is left out where it is a link to /usr/lib, as its files are those.
    """
    known = {entry.path: entry for entry in entries}
    merged = "/lib" in known and known["/lib"].kind == "link"
    places: dict[str, list[str]] = {}
    for folder in folders:
        if not (merged and folder.startswith("/lib/")):
            for path in sorted(path for path in texts if dirname(path) == folder):
                places.setdefault(path.rpartition("/")[2], []).append(path)
    return [
        DropIn(
            paths[0],
            texts[paths[0]],
            tuple((path, texts[path]) for path in paths[1:]),
            known[paths[0]].target if paths[0] in known else "",
        )
        for _, paths in sorted(places.items())
    ]


def told(places: Iterable[tuple[str, int, str]]) -> list[Value]:
    """Return places that make no sense as a snapshot holds them, the first hundred."""
    rows: list[Value] = [{"file": file, "line": line, "why": why} for file, line, why in places]
    return rows[:MOST_UNREADABLE]
