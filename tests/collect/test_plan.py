"""The plan is made without touching anything."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from hostproof.collect.plan import plan
from hostproof.facts.builtin import BUILTIN
from hostproof.facts.requests import FactRequest, RunSource

def watch(event, arguments):
    if event.startswith(("subprocess", "os.", "socket", "ctypes", "shutil", "glob")) and event != "os.scandir":
        raise SystemExit("touched: %s %r" % (event, arguments))
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        raise SystemExit("opened: %r" % (arguments,))

requests = [FactRequest(row.name) for row in BUILTIN if not row.family]
requests.append(FactRequest("p:x", RunSource(("rm", "-rf", "/no/such"))))
plan(requests)  # whatever is imported is imported now
sys.addaudithook(watch)
for step in plan(requests):
    print(step.kind, step.what, *step.facts)
"""


def test_nothing_is_read_or_run() -> None:
    """An audit hook sees no file opened, no program started, no system asked."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "command rm -rf /no/such p:x" in lines
    (release,) = (line.split() for line in lines if line.startswith("file /proc/sys/kernel/osrelease "))
    assert "kernel.release" in release
    assert {line.split()[0] for line in lines} == {"file", "glob", "command", "call", "probe"}
