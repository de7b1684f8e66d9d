"""Fragments: a pack's file and a path that it includes in, the text of that file out, from inside the pack's folder."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from hostproof.source.files import read_source
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.spans import SourceFile

MOST_FRAGMENTS = 100
# Names that are the same on every system, none of them hidden, `.` or `..`.
_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml")
_HINT = "name a file inside the pack's folder, from there, as in rules/clock.yaml"


def read_fragment(pack: str, path: str) -> SourceFile:
    """Return the text of the file that the pack's file at `pack` includes by `path`.

    Raises ProblemError: HP-E125 where the path is none, or leads out of the pack's folder, also by a link; HP-E126
    where it is the pack's file itself; like `read_source` for what can't be read.
    """
    if not _PATH.fullmatch(path) or len(path) > 1000:
        _refuse("HP-E125", f"{path[:200]!r} is not a path of an included file", _HINT)
    file = Path(pack).parent / path
    home, real = os.path.realpath(Path(pack).parent), os.path.realpath(file)
    if os.path.commonpath((home, real)) != home:
        _refuse("HP-E125", f"{path[:200]!r} leads out of the pack's folder", _HINT)
    if real == os.path.realpath(pack):
        _refuse("HP-E126", f"{path[:200]!r} is the pack's own file", "leave it out")
    return read_source(file)


def left_out(pack: str, files: tuple[SourceFile, ...]) -> list[str]:
    """Return the paths, from the pack's folder, of YAML files that stand beside included ones and are not included.

    Only in folders below the pack's own, and none that a file beside the pack's names, which may be another pack.
    """
    home = Path(pack).parent
    taken = {os.path.realpath(file.path) for file in files}
    folders = sorted({Path(file.path).parent for file in files} - {home})
    try:
        beside = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in {".yaml", ".yml"}]
        lone = [path.relative_to(home).as_posix() for path in beside if os.path.realpath(path) not in taken]
        others = [read_source(path).text for path in home.glob("*.y*ml") if path != Path(pack)] if lone else []
    except (OSError, ProblemError):
        return []
    return [path for path in lone if not any(path in text for text in others)]


def digest_of(file: SourceFile, fragments: tuple[SourceFile, ...] = ()) -> str:
    """Return the SHA-256 of a pack's text, in hexadecimal; with fragments, of all its texts and where they stand."""
    if not fragments:
        return _digest(file)
    home = Path(file.path).parent
    listed = ((Path(one.path).relative_to(home).as_posix(), _digest(one)) for one in fragments)
    return sha256("\0".join((_digest(file), *(part for pair in listed for part in pair))).encode()).hexdigest()


def _digest(file: SourceFile) -> str:
    return sha256(file.text.encode()).hexdigest()


def _refuse(code: str, message: str, hint: str) -> NoReturn:
    raise ProblemError((Problem(code, message, None, hint),))
