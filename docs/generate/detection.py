"""Tables of real faults and the rules that notice them, from the tables that the tests inject."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

from markdown import code, table

from hostproof.facts.builtin import builtin_catalog
from hostproof.rulepack.find import builtin_packs, find_pack
from hostproof.rulepack.load import load_pack

TESTS = Path(__file__).parents[2] / "tests"
if str(TESTS) not in sys.path:
    sys.path.append(str(TESTS))

from faults.fault import Fault  # noqa: E402
from faults.tables import all_faults, go_faults  # noqa: E402

PACK = "linux-probes"


def count() -> str:
    """Return how many faults of Linux machines there are, and of which kinds."""
    return _count(all_faults(), (PACK,))


def faults() -> str:
    """Return these by area, with how each is injected and what each rule that notices it says."""
    return _faults(all_faults())


def rules() -> str:
    """Return every rule of the pack with the faults it was seen to notice."""
    return _rules_of(all_faults(), PACK)


def go_count() -> str:
    """Return how many faults of Go environments, programs and services there are, and of which kinds."""
    return _count(go_faults(), _go_packs())


def go_faults_listed() -> str:
    """Return these by pack."""
    return _faults(go_faults())


def go_rules() -> str:
    """Return every rule of every Go pack with the faults it was seen to notice."""
    return "\n\n".join(f"### {pack}\n\n{_rules_of(go_faults(), pack)}" for pack in _go_packs())


def _count(found: tuple[Fault, ...], packs: tuple[str, ...]) -> str:
    kinds = Counter(fault.kind for fault in found)
    known = {(pack, rule) for pack in packs for rule in _rules(pack)}
    noticing = {(pack, rule) for fault in found for pack in fault.packs for rule in fault.noticed_by} & known
    rows = [(kind, str(times)) for kind, times in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))]
    named = ", ".join(map(code, packs))
    total = f"{len(found)} faults are injected; {len(noticing)} of the {len(known)} rules of {named} notice one."
    return f"{total}\n\n{table(('what is broken', 'faults'), rows)}"


def _faults(found: tuple[Fault, ...]) -> str:
    parts = []
    for area, rows in groupby(sorted(found, key=lambda fault: fault.area), key=lambda fault: fault.area):
        head = ("fault", "injected by", "noticed by")
        parts.append(f"### {area}\n\n" + table(head, [(fault.title, _how(fault), _noticed(fault)) for fault in rows]))
    return "\n\n".join(parts)


def _rules_of(found: tuple[Fault, ...], pack: str) -> str:
    seen: dict[str, list[str]] = {rule: [] for rule in _rules(pack)}
    for fault in found:
        for rule in fault.noticed_by & seen.keys() if pack in fault.packs else ():
            seen[rule].append(fault.id if rule in fault.red else f"{fault.id} ({fault.unknown[rule]})")
    return table(("rule", "faults"), [(code(rule), ", ".join(ids)) for rule, ids in seen.items()])


def _go_packs() -> tuple[str, ...]:
    return tuple(pack for pack in builtin_packs() if pack.startswith("go-"))


@cache
def _rules(pack: str) -> tuple[str, ...]:
    return tuple(rule.id for rule in load_pack(find_pack(pack), builtin_catalog()).rules)


def _how(fault: Fault) -> str:
    return fault.how.replace("|", "\\|")


def _noticed(fault: Fault) -> str:
    red = [f"{code(rule)} fails" for rule in sorted(fault.red)]
    return "; ".join((*red, *(f"{code(rule)} unknown: {cause}" for rule, cause in sorted(fault.unknown.items()))))
