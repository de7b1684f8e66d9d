"""Learns probe.denials.*: the lines that the probe `denials` picked from the kernel's logs become typed records."""

from __future__ import annotations

from collections.abc import Mapping

from hostproof.collect.asks import Answer, Ask, Collector
from hostproof.collect.builtin.answers import Outcome
from hostproof.collect.builtin.denials.records import parse_records, shown
from hostproof.collect.builtin.probes import probe_collector

NAME = "probe.denials"
_RECORDS = f"{NAME}.records"
_PROBE = probe_collector(NAME)


def _parse(names: frozenset[str], answers: Mapping[Ask, Answer]) -> Mapping[str, Outcome]:
    found = dict(_PROBE.parse(names, answers))
    lines = found.get(_RECORDS)
    if isinstance(lines, list):
        found[_RECORDS] = [shown(denial, count) for denial, count in parse_records(map(str, lines))]
    return found


COLLECTOR = Collector(NAME, _PROBE.asks, _parse)
