"""How long do 1,000 generated rules take to load: read and checked anew, and from the cache?"""

from __future__ import annotations

import shutil
from pathlib import Path

import measure
import packs

from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.cache import load_cached
from hostproof.rulepack.load import load_pack


def main(folder: Path) -> None:
    """Print loading times, all in one warm process, as ratios to the cached load."""
    pack, cache, cold = packs.many_rules(folder / "pack", 1000), folder / "cache", folder / "cold"
    catalog = builtin_catalog()
    filling = "cold, filling the cache"
    jobs = {
        "from the cache": lambda: load_cached(pack, cache),
        "cold, no cache": lambda: load_pack(pack, catalog),
        filling: lambda: load_cached(pack, cold),
    }
    before = {filling: lambda: shutil.rmtree(cold, ignore_errors=True)}
    measure.compare("Loading 1,000 rules, parsed, checked and compiled", jobs, 5, before=before)
