"""Writes the generated parts and pages of the documentation anew; with `--check` only says which of them are stale."""

from __future__ import annotations

import sys
from pathlib import Path

import rulepages
from parts import PARTS, renewed

DOCS = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Renew pages of packs, and every page that has generated parts; return 1 if `--check` found one that differs."""
    check = "--check" in arguments
    stale = rulepages.renew(DOCS, write=not check)
    for name, parts in PARTS.items():
        path = DOCS / name
        text = path.read_text("utf-8")
        new, changed = renewed(text, parts)
        stale += [f"docs/{name}: {part}" for part in changed]
        if changed and not check:
            path.write_text(new, "utf-8")
    if not stale:
        return 0
    if check:
        print("These parts of the documentation are stale; run `make docs` and read what changed:")  # noqa: T201
    print("\n".join(stale))  # noqa: T201
    return 1 if check else 0


sys.exit(main(sys.argv[1:]))
