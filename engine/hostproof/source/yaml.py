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

# A colon inside an unquoted text in brackets, `[http://x:1/y]`: right in YAML 1.2, an error for libyaml 0.1.
FLOW_COLON = re.compile(r"""(?<=[^\s\[\]{},"']):(?=[^\s\[\]{},])""")
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
        hint = r"leave it out, or write it in double quotes as an escape: \u and four hexadecimal digits"
        problems.add("HP-E006", f"{_named(forbidden[0])} is not allowed", file.span(*forbidden.span()), hint)
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

    return f"the character U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the collector of cycles from walking the growing tree, which has none: a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(file: SourceFile, problems: Problems) -> Node | None:
    from ruamel.yaml.error import MarkedYAMLError

    for events in (_events, _events_with_colons):
        problems.found.clear()
        try:
            return Builder(file, events(file.text), problems).document()
        except StopError:
            return None
        except MarkedYAMLError as error:
            problems.found.append(_problem(file, error))
            if "unexpected ':'" not in str(error.problem):
                return None
    return None


def _problem(file: SourceFile, error: Any) -> Problem:
    opening = error.context_mark.index if error.context_mark else None
    return syntax_problem(file, error.problem, error.context or "", error.problem_mark.index, opening)


def _events(text: str) -> Callable[[], Any]:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # comes from the C extension

    next_event: Callable[[], Any] = CParser(text).get_event
    return next_event


def _events_with_colons(text: str) -> Callable[[], Any]:
    """Let another character stand in for the colons that libyaml refuses, so that no place moves."""
    stand_in = next(chr(code) for code in PRIVATE_USE if chr(code) not in text)
    next_event = _events(FLOW_COLON.sub(stand_in, text))

    def restored() -> Any:
        event = next_event()
        value = getattr(event, "value", None)
        if value and stand_in in value:
            event.value = value.replace(stand_in, ":")
        return event

    return restored
