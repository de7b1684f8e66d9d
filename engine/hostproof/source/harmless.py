"""Text from strangers made harmless: what a terminal, a parser or an eye could be tricked with becomes visible.

Output of commands, names of files and hosts, and values of facts are hostile until they have been through here.
"""

from __future__ import annotations

import re

# Format characters that scripts need inside words (zero-width non-joiner and joiner) stay; all others are shown.
_HOSTILE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls: escape sequences begin here (C1 too: U+009B is CSI on its own)
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator: invisible
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, bidi controls (CVE-2021-42574), line separators
    "\ud800-\udfff"  # lone surrogates: no encoding can write them
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"  # non-characters, byte order mark, annotations
    "\U000e0000-\U000e0fff"  # tags and selectors: carry hidden text
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
# The last character of a match is what a blank is put before.
_COMMAND = re.compile(r"^\s*::(?=.*?::)|##(?=(?:vso|teamcity)?\[)", re.MULTILINE)


def harmless(text: str) -> str:
    r"""Return `text` with every control, invisible and unencodable character as a visible escape.

    Line feeds and tabs stay; carriage returns go where they end a line and show elsewhere.

    >>> harmless("a\x1b[31mb\u202ec")
    'a\\x1b[31mb\\u202ec'
    """
    if text.isprintable():
        return text
    return _HOSTILE.sub(_escape, text.replace("\r\n", "\n"))


def unobeyed(text: str) -> str:
    """Return `text` without what the log of a build obeys: workflow commands and service messages.

    GitHub's runner takes `::name::` at the start of a line and `##[name]` anywhere (actions/runner, ActionCommand.cs),
    Azure's agent `##vso[name]` anywhere, TeamCity `##teamcity[`.

    >>> unobeyed("  ::error::x ##vso[task.complete] ::1")
    '  : :error::x # #vso[task.complete] ::1'
    """
    return _COMMAND.sub(lambda match: match[0][:-1] + " " + match[0][-1], text)


def one_line(text: str, most: int = 1000) -> str:
    """Return `text` made harmless on one line: runs of blanks are one space, and it is cut to `most` characters."""
    return shortened(" ".join(harmless(text).split()), most)


def shortened(text: str, most: int) -> str:
    """Return `text`, or its first `most` - 3 characters and `...`."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def bounded(text: str, most: int) -> str:
    """Return `text`, or its beginning and end with a line between them that says how many characters were left out."""
    if len(text) <= most:
        return text
    head, tail = most * 2 // 3, most // 3
    return f"{text[:head]}\n[... {len(text) - head - tail} characters left out ...]\n{text[len(text) - tail :]}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
