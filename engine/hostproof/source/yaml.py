"""A strict reader of YAML: a text in, its tree of nodes out, and a problem for everything that is not plain data.

Built on the event stream of libyaml, because every loader above it crashes, hangs or guesses on some input.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hostproof.source.builder import Builder, StopError
from hostproof.source.nodes import Node
from hostproof.source.problems import Problem, Problems
from hostproof.source.spans import SourceFile
from hostproof.source.syntax import syntax_problem

MOST_CHARACTERS = 4 * 1024 * 1024

# YAML 1.2.2, chapter 5.1, less the characters that libyaml takes for line breaks and editors do not (a comment
# could end at one unseen), and less the byte order mark, which `files` takes from the start of a file.
ALLOWED = r"\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
PLAIN_ASCII = bytes([*b"\t\n", *range(0x20, 0x7F)])
FORBIDDEN = re.compile(rf"\r(?!\n)|[^\r{ALLOWED}]")

# What YAML 1.2 allows inside an unquoted text in brackets, `[http://x/?y]`, and libyaml 0.1 does not.
INNER = re.compile(r"""(?<=[^\s\[\]{},"'])(?::(?=[^\s\[\]{},])|\?)""")
PRIVATE_USE = range(0xE000, 0xF900)


def load_yaml(file: SourceFile, problems: Problems) -> Node | None:
    """Return the tree of the one document in `file`, or None if nothing of it is usable; never raises.

    Everything wrong is added to `problems`; a tree may come with errors (a key given twice, say), so that its reader
    can tell of its own as well. Refused are tags, directives, merge keys, keys that are not text, and whatever
    passes a limit. An alias gives the very node that its anchor names.
    """
    if len(file.text) > MOST_CHARACTERS:
        problems.add("HP-E004", f"the text has more than {MOST_CHARACTERS:,} characters", file.span(0, 0))
        return None
    forbidden = _forbidden(file.text)
    if forbidden:
        problems.add("HP-E006", _named(forbidden[0]), file.span(*forbidden.span()), _remedy(forbidden[0]))
        return None
    found = Problems()
    with _collector_paused():
        node = _build(file, found)
    problems.found += found.found
    return node


def _forbidden(text: str) -> re.Match[str] | None:
    # Eight times as fast as the search, and true of most files.
    harmless = text.isascii() and not text.encode().translate(None, PLAIN_ASCII)
    return None if harmless else FORBIDDEN.search(text)


def _named(char: str) -> str:
    import unicodedata

    name = " ".join((f"U+{ord(char):04X}", unicodedata.name(char, ""))).rstrip()
    return f"the character {name} is not allowed"


def _remedy(char: str) -> str:
    if char == "\r":
        return "end each line with a line feed"
    return r"leave it out, or write it in double quotes as an escape: \u and four hexadecimal digits"


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the collector of cycles from walking a tree that has none: a tenth of the time.

    To freeze and unfreeze all objects makes them old ones, which it seldom looks at. Whoever has frozen some of
    their own is left alone.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()


def _build(file: SourceFile, problems: Problems) -> Node | None:
    from ruamel.yaml.error import MarkedYAMLError

    for events in (_events, _patient_events):
        problems.found.clear()
        builder = Builder(file, events(file.text), problems)
        try:
            return builder.document()
        except StopError:
            return None
        except MarkedYAMLError as error:
            problems.found.append(_problem(file, error, builder.innermost()))
    return None


def _problem(file: SourceFile, error: Any, innermost: int | None) -> Problem:
    at = error.problem_mark.index
    opening = error.context_mark.index if error.context_mark else at
    # libyaml often names no construct but the one that could not even begin.
    opening = innermost if opening == at and innermost is not None else opening
    return syntax_problem(file, error.problem, error.context or "", at, opening)


def _events(text: str) -> Callable[[], Any]:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # comes from the C extension

    next_event: Callable[[], Any] = CParser(text).get_event
    return next_event


def _patient_events(text: str) -> Callable[[], Any]:
    """Let other characters stand in for what libyaml refuses inside unquoted texts, so that no place moves."""
    used = set(text)
    stand_ins = dict(zip(":?", (char for char in map(chr, PRIVATE_USE) if char not in used), strict=False))
    originals = str.maketrans({stand_in: char for char, stand_in in stand_ins.items()})
    next_event = _events(INNER.sub(lambda match: stand_ins.get(match[0], match[0]), text))

    def restored() -> Any:
        event = next_event()
        if hasattr(event, "value"):
            event.value = event.value.translate(originals)
        return event

    return restored
