"""Injects single faults and shows what every rule says of them: `python -m faults ID...`, in the folder `tests`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from faults.fault import Fault
from faults.guest.boot import Guest, guests, lacking
from faults.needs import unmet
from faults.running import Judging, broken, judge, python_of, run
from faults.tables import all_faults, go_faults, in_guest


def show(fault: Fault, cache: Path, guest: Callable[[str], Guest]) -> None:
    """Print how the fault took and every rule that does not say what it says without it."""
    print(f"{fault.id}: {fault.title} ({fault.how})")
    if reason := lacking() if in_guest(fault) else unmet(fault.needs):
        print(f"  not injected: {reason}")
        return
    judging = Judging.of(fault, cache)
    if in_guest(fault):
        before = judge(judging, guest("").start, ("python3",))
        words = (*guest(fault.boot).start, *fault.prefix)
        took = run((*words, *fault.took))
        after = judge(judging, words, ("python3",))
    else:
        before = judge(judging, judging.base)
        with broken(fault) as words:
            took = run((*words, *fault.took))
            after = judge(judging, words, python_of(fault))
    print(f"  took: {'yes' if took.status == 0 else f'NO ({took.status})'} {took.out.strip()} {took.err.strip()}")
    for rule, said in sorted(after.items()):
        if (said.verdict, said.causes) != (before[rule].verdict, before[rule].causes) or rule in fault.noticed_by:
            mark = "+" if rule in fault.noticed_by else "-" if rule in fault.may_be_unknown | fault.may_be_red else "!"
            print(f"  {mark} {rule}: {said.verdict} {' '.join(sorted(said.causes))}: {said.said}")


def main(wanted: list[str]) -> int:
    """Show the faults whose id begins with one of the words; all, if there are none."""
    chosen = [fault for fault in (*all_faults(), *go_faults()) if not wanted or fault.id.startswith(tuple(wanted))]
    with tempfile.TemporaryDirectory() as cache, guests() as guest:
        for fault in chosen:
            show(fault, Path(cache), guest)
    return 0


sys.exit(main(sys.argv[1:]))
