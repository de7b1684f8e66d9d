"""Is a healthy machine called healthy? Judges this one N times by linux-probes; a failure or unknown is a false alarm.

`python tests/healthy [N] [check's own arguments]`; the exit code is 1 if there was a false alarm.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

PATIENCE = 300.0  # seconds for one run
ALARMS = ("fail", "unknown")


def judge(arguments: list[str]) -> list[tuple[str, str, str]]:
    """Return verdict, rule and words of every false alarm of one run."""
    command = [sys.executable, "-m", "hostproof", "check", "--pack", "linux-probes", *arguments]
    done = subprocess.run(
        [*command, "--format", "json=-", "--quiet"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode not in {0, 1, 3}:
        return [("broke", "hostproof", f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")]
    results = [result for pack in json.loads(done.stdout)["packs"] for result in pack["results"]]
    return [(one["verdict"], one["rule"], words(one)) for one in results if one["verdict"] in ALARMS]


def words(result: dict[str, list[dict[str, str]]]) -> str:
    """Return what a result says of itself."""
    said = [f"{one['fact']} {one['cause']}: {one['detail']}" for one in result["unknowns"]]
    return "; ".join(said) or str(result["message"])


def main(arguments: list[str]) -> int:
    """Print every false alarm as it comes, then the count."""
    runs = int(arguments.pop(0)) if arguments and arguments[0].isdecimal() else 20
    alarms: Counter[tuple[str, str]] = Counter()
    clean = 0
    started = time.monotonic()
    for number in range(1, runs + 1):
        found = judge(arguments)
        clean += not found
        for verdict, rule, said in found:
            alarms[verdict, rule] += 1
            print(f"run {number}: {rule} {verdict}: {said}", flush=True)
    took = (time.monotonic() - started) / runs
    for (verdict, rule), times in sorted(alarms.items()):
        print(f"{rule}: {verdict} in {times} of {runs} runs")
    print(f"{clean} of {runs} runs without a false alarm, {took:.1f} s each")
    return 0 if clean == runs else 1


sys.exit(main(sys.argv[1:]))
