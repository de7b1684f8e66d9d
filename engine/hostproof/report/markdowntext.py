"""Text made harmless for GitHub-flavoured Markdown: prose, code and links that stay what they are."""

from __future__ import annotations

import re

from hostproof.source.harmless import bounded, harmless, one_line

MOST_PROSE = 4_000
MOST_CODE = 1_000
MOST_BLOCK = 8_000
# What means something in the middle of a line; an underscore does so only at the edge of a word.
_SPECIAL = re.compile(r"[\\`*\[<|~&$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_AT_START = re.compile(r"(?:[#+=:>-]|\d{1,9}(?=[.)](?:\s|\Z)))")  # headings, their underlines, lists
_LINKING = re.compile(r"@(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=#)(?=\d)|(?<=\bGH-)(?=\d)", re.IGNORECASE)
_WEB = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$'()*+,;=%&-]*\Z")
_ZERO_WIDTH_SPACE = "\u200b"


def prose(text: str) -> str:
    """Return one line that renders as the text itself: no markup, HTML, link, mention or reference comes to life."""
    line = _unlinked(one_line(text, MOST_PROSE))
    start = _AT_START.match(line)
    if start is None:
        return _escaped(line)
    end = start.end() if line[0].isdigit() else 0
    return f"{line[:end]}\\{line[end]}{_escaped(line[end + 1 :])}"


def paragraph(text: str) -> str:
    """Return the same for the middle of a line, but what its author put between single backticks is code."""
    line = one_line(text, MOST_PROSE)
    parts = line.split("`")
    if len(parts) % 2 == 0 or not all(part.strip() for part in parts[1::2]):
        return _escaped(_unlinked(line))
    return "".join(code(part) if at % 2 else _escaped(_unlinked(part)) for at, part in enumerate(parts))


def code(text: str) -> str:
    """Return the text as code within a line; not for table cells, where a pipe would end it."""
    line = one_line(text, MOST_CODE)
    if not line:
        return "(empty)"
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(text: str) -> str:
    """Return the text as a block of code, lines kept, with a fence that nothing in it can close."""
    kept = bounded(harmless(text).strip("\n"), MOST_BLOCK)
    fence = "`" * max(3, _longest_run(kept) + 1)
    return f"{fence}\n{kept}\n{fence}"


def link(address: str) -> str:
    """Return a clickable http or https address; anything else (`javascript:`, blanks, quotes) is shown as code."""
    return f"<{address}>" if len(address) <= MOST_CODE and _WEB.match(address) else code(address)


def _unlinked(line: str) -> str:
    """Break names and addresses by a zero-width space: GitHub finds them after it has undone escapes."""
    return _LINKING.sub(lambda match: match[0] + _ZERO_WIDTH_SPACE, line)


def _escaped(line: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], line)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
