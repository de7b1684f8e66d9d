"""`hostproof init`: a first pack with its cases, a profile, CI and what editors need, in files that are yours."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import INIT_CI
from hostproof.cli.beginning.texts import GITHUB, GITLAB, GITLAB_INCLUDED, files_of
from hostproof.cli.screen import is_terminal, show, warn
from hostproof.rulepack.find import builtin_names
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError, Problems

DEFAULT_NAME = "team"
DEFAULT_TITLE = "What our services need"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")  # as in the schema of packs
_NO_TEXTS = ("null", "true", "false")  # in YAML
_LONGEST_NAME, _LONGEST_TITLE = 64, 200


def run(given: Given) -> int:
    """Write all files or none, and say what to type next. Raises ProblemError where a file is there already."""
    folder = Path((given.rest or (".",))[-1])
    problems = Problems()
    if len(given.rest) > 1:
        problems.add("HP-E551", f"init takes one folder, and {len(given.rest)} are given")
    ci_file = _ci_file(given, folder, problems)
    problems.refuse()
    name = _asked(given, "name", "name of the pack", DEFAULT_NAME)
    _check_name(name, problems)
    problems.refuse()
    title = _asked(given, "title", "title, for its reports", DEFAULT_TITLE)
    _check_title(title, problems)
    files = {folder / path: text for path, text in files_of(name, title, ci_file).items()}
    there = [str(path) for path in files if os.path.lexists(path)]
    if there:
        hint = "nothing was written; take another folder, or move them away"
        problems.add("HP-E551", f"there already: {', '.join(there)}", hint=hint)
    problems.refuse()
    _write_all(files)
    show(_said(folder, name, files, ci_file))
    return 0


def _asked(given: Given, option: str, question: str, default: str) -> str:
    """Return what an option says, or a person on a terminal, or else the default."""
    if given.flag(option) or not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return given.text(option, default)
    print(f"{question} [{default}]: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:  # Ctrl-D
        warn("")
        raise KeyboardInterrupt
    return line.strip() or default


def _check_name(name: str, problems: Problems) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or name in _NO_TEXTS:
        hint = "small letters, digits, and hyphens between them: web-servers"
        problems.add("HP-E504", f"--name {name[:200]}: this is no name of a pack", hint=hint)
    elif name in builtin_names():
        problems.add("HP-E504", f"--name {name}: a built-in pack is named so", hint="take another name")


def _check_title(title: str, problems: Problems) -> None:
    if not title.strip() or not title.isprintable() or len(title) > _LONGEST_TITLE:
        hint = f"one line of {_LONGEST_TITLE} characters at most"
        problems.add("HP-E504", f"--title {title[:200]!r}: this is no title", hint=hint)


def _ci_file(given: Given, folder: Path, problems: Problems) -> str:
    """Return where the CI file goes, from the folder; empty for none. Without `--ci`, what is there decides."""
    word = given.text("ci")
    there = (folder / GITLAB).exists()
    if not given.flag("ci"):
        word = "github" if (folder / ".github").is_dir() else "gitlab" if there else "none"
    elif word not in INIT_CI:
        near = nearest(word, INIT_CI)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(INIT_CI)}"
        problems.add("HP-E504", f"--ci {word}: there is no such word here", hint=hint)
    if word == "gitlab":
        return GITLAB_INCLUDED if there else GITLAB
    return GITHUB if word == "github" else ""


def _write_all(files: Mapping[Path, str]) -> None:
    """Write files that are not there yet; whatever fails, none of them stays."""
    written: list[Path] = []
    made: list[Path] = []
    try:
        for path, text in files.items():
            made += _make_folders(path.parent)
            with path.open("x", encoding="utf-8") as file:  # never over what somebody wrote a moment ago
                written.append(path)
                file.write(text)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        for one in reversed(made):
            one.rmdir()
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            raise ProblemError((Problem("HP-E023", f"{path} cannot be written: {reason}"),)) from error
        raise


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it, and return the ones that were not there, the outermost first."""
    lacking = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return lacking[::-1]


def _said(folder: Path, name: str, files: Mapping[Path, str], ci_file: str) -> str:
    wrote = "".join(f"  {path}\n" for path in files)
    pack, profile = (_word(folder / one) for one in (name, "hostproof.yaml"))
    include = f"\nadd to {folder / GITLAB}:  include: {GITLAB_INCLUDED}\n" if ci_file == GITLAB_INCLUDED else ""
    return (
        f"wrote\n{wrote}{include}\nnext\n"
        f"  hostproof lint {pack}\n"
        f"  hostproof test {pack} --coverage 100% --mutants 100%\n"
        f"  hostproof check --profile {profile}\n"
    )


def _word(path: Path) -> str:
    """Return a path as a shell takes it, and no command for an option."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)
