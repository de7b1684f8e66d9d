"""The shape of one row of the code table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A stable code, its title, and the smallest text that causes it."""

    code: str
    title: str
    example: str
