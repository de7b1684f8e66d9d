"""Findings: the operands that decided an expression, each with its value and what would have been needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`sysctl.net.core.somaxconn = 128, wanted >= 4096`; texts carry units; `wanted` is empty if it can't be said."""

    subject: str
    value: str
    wanted: str = ""

    def __str__(self) -> str:
        wanted = f", wanted {self.wanted}" if self.wanted else ""
        return f"{self.subject} = {self.value}{wanted}"
