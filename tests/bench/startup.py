"""How long until hostproof has started, and judged a snapshot by 200 rules, against bare Python?"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import measure
import packs


def main(folder: Path) -> None:
    """Print start-up times as ratios to `python -I -c pass`."""
    pack, snapshot, cache = packs.many_rules(folder / "pack", 200), folder / "s.hpsnap", folder / "cache"
    env = {"XDG_CACHE_HOME": str(cache)}
    measure.program(measure.HOSTPROOF, "collect", "--pack", pack, "-o", snapshot, **env)()
    judge = (measure.HOSTPROOF, "eval", "--pack", pack, snapshot)
    jobs = {
        "python -I -c pass": measure.program(sys.executable, "-I", "-c", "pass"),
        "python -c pass (with its site-packages)": measure.program(sys.executable, "-c", "pass"),
        "hostproof --version": measure.program(measure.HOSTPROOF, "--version"),
        "hostproof eval, 200 rules, warm, no report": measure.program(*judge, "-q", **env),
        "hostproof eval, 200 rules, warm": measure.program(*judge, **env),
        "hostproof eval, 200 rules, warm, JUnit": measure.program(*judge, "-f", "junit", **env),
        "hostproof eval, 200 rules, cold": measure.program(*judge, XDG_CACHE_HOME=str(folder / "cold")),
    }
    cold = "hostproof eval, 200 rules, cold"
    measure.compare("Start-up", jobs, 21, before={cold: lambda: shutil.rmtree(folder / "cold", ignore_errors=True)})
