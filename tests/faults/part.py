"""Areas of a built-in pack in, a pack of only those out: the guest's processor is too slow for all of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from hostproof.rulepack.find import find_pack


def part_of_pack(name: str, areas: tuple[str, ...], folder: Path) -> Path:
    """Return a pack, below `folder`, that has the same name and includes only these areas; all, if none is named."""
    whole = find_pack(name)
    source = whole if whole.is_dir() else whole.parent
    if not areas:
        return source
    part = folder / f"{name}-{'-'.join(areas)}"
    if not part.exists():
        head, _, _ = (source / "pack.yaml").read_text("utf-8").partition("include:")
        (part / "rules").mkdir(parents=True)
        for area in areas:
            shutil.copy(source / "rules" / f"{area}.yaml", part / "rules")
        lines = "".join(f"  - rules/{area}.yaml\n" for area in areas)
        (part / "pack.yaml").write_text(re.sub(r"^# yaml-language.*\n", "", head) + "include:\n" + lines, "utf-8")
    return part
