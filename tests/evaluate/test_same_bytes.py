"""Same input, same bytes: whatever order Python gives to its sets, and however often it is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import RulePack

# A fresh interpreter per seed, as each command has one.
PROGRAM = """
import hashlib, sys
from pathlib import Path
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.codec import read_snapshot
from hostproof.report.jsonfile import render_json
from hostproof.report.junit import render_junit
from hostproof.report.markdown import render_markdown
from hostproof.report.terminal import render_terminal
from hostproof.rulepack.load import load_pack
pack = load_pack(Path(sys.argv[1]), builtin_catalog())
evaluation = evaluate_packs([pack], read_snapshot(Path(sys.argv[2])))
for render in (render_junit, render_markdown, render_json, render_terminal):
    print(render.__name__, hashlib.sha256(render(evaluation).encode()).hexdigest())
"""


def test_same_bytes_in_every_process(pack: RulePack, snapshot: Callable[..., Snapshot], tmp_path: Path) -> None:
    """Every report is the same in processes that hash differently."""
    taken = snapshot({"sysctl.net.core.somaxconn": 128}, {"web:disk.avail": Cause.NO_TOOL})
    path = tmp_path / "host.hpsnap"
    path.write_bytes(encode_snapshot(taken))
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, pack.path, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(said) == 1
    assert next(iter(said)).count("\n") == 4
