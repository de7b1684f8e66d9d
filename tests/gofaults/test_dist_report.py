"""The pack go-dist in a report: one case for each test of Go, by its name, with its time and its output."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "agent" / "probes" / "dist" / "1.27-nonet.json"


def test_each_test_is_a_case(tmp_path: Path) -> None:
    """A run made elsewhere needs no Go here; names differ, a failed test says what it said, one that hung is failed."""
    words = ("--pack", "go-dist", "--param", f"go-dist.results={OUTPUT}", "-q", "-f", f"junit={tmp_path / 'x.xml'}")
    done = subprocess.run((sys.executable, "-m", "hostproof", "check", *words), check=False, capture_output=True)
    assert done.returncode == 1, done.stderr
    cases = {case.get("name", ""): case for case in ET.parse(tmp_path / "x.xml").iter("testcase")}
    tests = {name.partition(": ")[2]: case for name, case in cases.items() if ".tests: " in name}
    assert {"net", "net.TestConnAndListener", "net.TestConnAndListener/tcp", "net.TestFileListener"} == {
        name for name, case in tests.items() if case.find("failure") is not None
    }
    assert tests["net"].get("time") == "180.023"
    assert "network is unreachable" in (tests["net.TestConnAndListener/tcp"].findtext("failure") or "")
    assert tests["errors.TestNewEqual"].find("failure") is None
    assert tests["net"].get("classname") == "go-dist.network"
