"""How long does a pack of 1,000 rules take to read, with line and column for every node, against ruamel's loaders?"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import measure
import packs
from ruamel.yaml import YAML

from hostproof.source.files import read_source
from hostproof.source.problems import Problems
from hostproof.source.yaml import load_yaml


def main(folder: Path) -> None:
    """Print reading times as ratios to ours."""
    path = packs.many_rules(folder, 1000) / "pack.yaml"
    file = read_source(path)
    jobs = {
        "hostproof: events and our own builder, with positions": lambda: load_yaml(file, Problems()),
        "ruamel safe, C, without positions": lambda: YAML(typ="safe").load(StringIO(file.text)),
        "ruamel round trip, pure, with positions": lambda: YAML(typ="rt").load(StringIO(file.text)),
    }
    measure.compare("YAML of 1,000 rules", jobs, 5)
