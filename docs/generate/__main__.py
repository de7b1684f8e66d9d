"""Writes the generated parts of the documentation anew; with `--check` only says which of them are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from parts import PARTS, renewed

DOCS = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Renew every page that has generated parts; return 1 if `--check` found one that differs."""
    stale = []
    for name, parts in PARTS.items():
        path = DOCS / name
        text = path.read_text("utf-8")
        new, changed = renewed(text, parts)
        stale += [f"docs/{name}: {part}" for part in changed]
        if changed and "--check" not in arguments:
            path.write_text(new, "utf-8")
    if not stale:
        return 0
    if "--check" in arguments:
        print("These parts of the documentation are stale; run `make docs` and read what changed:")  # noqa: T201
    print("\n".join(stale))  # noqa: T201
    return 1 if "--check" in arguments else 0


sys.exit(main(sys.argv[1:]))
