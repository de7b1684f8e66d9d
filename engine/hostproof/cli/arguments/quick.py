"""The quick way to read a command line: words in, `Given` out, or None where click must say what is wrong.

click costs three times what bare Python takes to start, so it is left for help, completion and complaints.
A test holds both ways to the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import Command, Option


class _UnclearError(Exception):
    """Something click knows better."""


def read_words(command: Command, words: Sequence[str]) -> Given | None:
    """Return what a command line gives, or None if anything in it is not plainly right."""
    try:
        return _sorted(command, words)
    except _UnclearError:
        return None


def _sorted(command: Command, words: Sequence[str]) -> Given:
    by_flag = {flag: option for option in command.options for flag in (option.long, option.short) if flag}
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--":
            rest.extend(left)
        elif word.startswith("-") and word != "-":
            option, text = _option(by_flag, word, left)
            found[option.name] = [*found.get(option.name, ()), text] if option.metavar else [""]
        else:
            rest.append(word)
    if len(rest) < command.least or (rest and not command.rest):
        raise _UnclearError
    return Given({name: tuple(texts) for name, texts in found.items()}, tuple(rest))


def _option(by_flag: dict[str, Option], word: str, left: Iterator[str]) -> tuple[Option, str]:
    flag, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
    option = by_flag.get(flag)
    if option is None or (equals and not option.metavar):
        raise _UnclearError
    if equals or not option.metavar:
        return option, text
    text = next(left, "--")
    if text.startswith("-") and text != "-":
        raise _UnclearError
    return option, text
