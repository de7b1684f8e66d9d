"""The one table of problem codes: code in, its title and an example of what causes it out.

Ranges: E0xx files and YAML, E1xx packs, E2xx expressions, E3xx profiles, parameters and cases,
E4xx snapshots, E5xx usage; W codes are advice in the same ranges.
"""

from __future__ import annotations

from hostproof.source.codes import baseline, case, expr, pack, policy, profile, snapshot, usage, yaml
from hostproof.source.codes.row import CodeRow

__all__ = ["CODES", "ROWS", "CodeRow"]

# Each floor keeps its rows in a module of its own beside this one, and adds its line here.
ROWS: tuple[CodeRow, ...] = (
    *yaml.ROWS,
    *pack.ROWS,
    *expr.ROWS,
    *profile.ROWS,
    *case.ROWS,
    *policy.ROWS,
    *snapshot.ROWS,
    *baseline.ROWS,
    *usage.ROWS,
)
CODES: dict[str, CodeRow] = {row.code: row for row in ROWS}
