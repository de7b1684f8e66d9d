"""Tables of real faults and the rules that notice them, from the tables that the tests inject."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

from markdown import code, table

from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import find_pack
from hostproof.rulepack.load import load_pack

TESTS = Path(__file__).parents[2] / "tests"
if str(TESTS) not in sys.path:
    sys.path.append(str(TESTS))

from faults.fault import Fault  # noqa: E402
from faults.tables import all_faults  # noqa: E402

PACK = "linux-probes"


def count() -> str:
    """Return how many faults there are, and of which kinds."""
    found = all_faults()
    kinds = Counter(fault.kind for fault in found)
    noticing = {rule for fault in found for rule in fault.noticed_by} & set(_rules())
    rows = [(kind, str(times)) for kind, times in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))]
    total = f"{len(found)} faults are injected; {len(noticing)} of the {len(_rules())} rules of `{PACK}` notice one."
    return f"{total}\n\n{table(('what is broken', 'faults'), rows)}"


def faults() -> str:
    """Return every fault by area, with how it is injected and what each rule that notices it says."""
    parts = []
    for area, rows in groupby(sorted(all_faults(), key=lambda fault: fault.area), key=lambda fault: fault.area):
        head = ("fault", "injected by", "noticed by")
        parts.append(f"### {area}\n\n" + table(head, [(fault.title, _how(fault), _noticed(fault)) for fault in rows]))
    return "\n\n".join(parts)


def rules() -> str:
    """Return every rule of the pack with the faults it was seen to notice."""
    seen: dict[str, list[str]] = {rule: [] for rule in _rules()}
    for fault in all_faults():
        for rule in fault.noticed_by & seen.keys():
            seen[rule].append(fault.id if rule in fault.red else f"{fault.id} ({fault.unknown[rule]})")
    return table(("rule", "faults"), [(code(rule), ", ".join(ids)) for rule, ids in seen.items()])


@cache
def _rules() -> tuple[str, ...]:
    return tuple(rule.id for rule in load_pack(find_pack(PACK), builtin_catalog()).rules)


def _how(fault: Fault) -> str:
    return fault.how.replace("|", "\\|")


def _noticed(fault: Fault) -> str:
    red = [f"{code(rule)} fails" for rule in sorted(fault.red)]
    return "; ".join((*red, *(f"{code(rule)} unknown: {cause}" for rule, cause in sorted(fault.unknown.items()))))
