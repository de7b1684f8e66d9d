"""The generated parts of each page, by the name that stands in the page's markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import codes
import detection
import functions
import grammar
import logic
import probes
import types_and_units

Parts = Mapping[str, Callable[[], str]]

PARTS: dict[str, Parts] = {
    "language.md": {
        "grammar": grammar.grammar,
        "reserved words": grammar.reserved,
        "units": types_and_units.units,
        "types": types_and_units.types,
        "arithmetic": types_and_units.arithmetic,
        "comparisons": types_and_units.comparisons,
        "functions": functions.functions,
        "truth tables": logic.truth_tables,
        "comprehension tables": logic.comprehension_tables,
        "causes": logic.causes,
        "limits": codes.limits,
        "codes": codes.codes,
    },
    "detection.md": {"count": detection.count, "faults": detection.faults, "rules": detection.rules},
    "detection-go.md": {
        "count": detection.go_count,
        "faults": detection.go_faults_listed,
        "rules": detection.go_rules,
    },
    "probes.md": {"overview": probes.overview, "machine": probes.machine, "details": probes.details},
}
_PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def renewed(text: str, parts: Parts) -> tuple[str, list[str]]:
    """Return a page with its generated parts made anew, and the names of those that differ.

    Raises ValueError if the page lacks a part, or has one that nobody makes.
    """
    found = [match[2] for match in _PART.finditer(text)]
    if sorted(found) != sorted(parts):
        raise ValueError(f"the page's generated parts are {sorted(found)}, not {sorted(parts)}")
    changed: list[str] = []

    def renew(match: re.Match[str]) -> str:
        made = "\n" + parts[match[2]]().strip("\n") + "\n\n"
        if made != match[3]:
            changed.append(match[2])
        return match[1] + made + match[4]

    return _PART.sub(renew, text), changed
