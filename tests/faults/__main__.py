"""Injects single faults and shows what every rule says of them: `python -m faults ID...`, in the folder `tests`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from faults.fault import Fault
from faults.needs import unmet
from faults.running import broken, judge, run
from faults.tables import all_faults


def show(fault: Fault, cache: Path) -> None:
    """Print how the fault took and every rule that does not say what it says without it."""
    print(f"{fault.id}: {fault.title} ({fault.how})")
    if reason := unmet(fault.needs):
        print(f"  not injected: {reason}")
        return
    before = judge(None, (), cache, fault.packs)
    with broken(fault) as words:
        took = run((*words, *fault.took))
        print(f"  took: {'yes' if took.status == 0 else f'NO ({took.status})'} {took.out.strip()} {took.err.strip()}")
        after = judge(fault, words, cache, fault.packs)
    for rule, said in sorted(after.items()):
        if (said.verdict, said.causes) != (before[rule].verdict, before[rule].causes):
            mark = "+" if rule in fault.noticed_by else "-" if rule in fault.may_be_unknown | fault.may_be_red else "!"
            print(f"  {mark} {rule}: {said.verdict} {' '.join(sorted(said.causes))}: {said.said}")


def main(wanted: list[str]) -> int:
    """Show the faults whose id begins with one of the words; all, if there are none."""
    with tempfile.TemporaryDirectory() as cache:
        for fault in all_faults():
            if not wanted or fault.id.startswith(tuple(wanted)):
                show(fault, Path(cache))
    return 0


sys.exit(main(sys.argv[1:]))
