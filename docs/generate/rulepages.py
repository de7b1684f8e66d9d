"""The reference of the built-in packs: a page for each and one that leads to them, as `hostproof docs` makes them."""

from __future__ import annotations

from pathlib import Path

from hostproof.cli.commands.docs import pages_of
from hostproof.rulepack.find import builtin_packs

FOLDER = "rules"


def renew(docs: Path, *, write: bool) -> list[str]:
    """Return the pages below `docs` that are stale or of no pack, and with `write` put that right."""
    folder, pages = docs / FOLDER, pages_of(builtin_packs())
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    stale = sorted(name for name in pages.keys() | there.keys() if pages.get(name) != there.get(name))
    for name in stale if write else ():
        if name in pages:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(pages[name], "utf-8")
        else:
            (folder / name).unlink()
    return [f"docs/{FOLDER}/{name}" for name in stale]
