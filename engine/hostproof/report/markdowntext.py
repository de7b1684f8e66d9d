"""Text made harmless for GitHub-flavoured Markdown: prose, code and links that stay what they are."""

from __future__ import annotations

import re

from hostproof.source.harmless import bounded, harmless, one_line

MOST_PROSE = 4_000
MOST_CODE = 1_000
MOST_BLOCK = 8_000
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]")  # what means something in the middle of a line
_AT_START = re.compile(r"(?:[#+=:-]|\d{1,9}(?=[.)](?:\s|\Z)))")  # headings, their underlines, lists
_LINKING = re.compile(r"@(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=#)(?=\d)|(?<=\bGH-)(?=\d)", re.IGNORECASE)
_WEB = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$'()*+,;=%&-]*\Z")
_ZERO_WIDTH_SPACE = "\u200b"


def prose(text: str) -> str:
    """Return one line that renders as the text itself: no markup, HTML, link, mention or reference comes to life.

    GitHub finds mentions and addresses after it has undone escapes, so those are broken by a zero-width space.
    """
    line = _LINKING.sub(_broken, one_line(text, MOST_PROSE))
    line = _SPECIAL.sub(lambda match: "\\" + match[0], line)
    start = _AT_START.match(line)
    if start is None:
        return line
    return f"\\{line}" if start.end() == 1 and not line[0].isdigit() else f"{start[0]}\\{line[start.end() :]}"


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


def _broken(match: re.Match[str]) -> str:
    return match[0] + _ZERO_WIDTH_SPACE


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
