"""The tables of probes: what each learns and how, what it does to a machine, what it costs and how true it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from markdown import code, table

from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.catalog import FactSpec
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.types import DURATION
from hostproof.facts.units import format_value

_HERE = Path(__file__).parent
COSTS, ACCURACY = _HERE.parent / "measure" / "costs.json", _HERE / "accuracy.json"


@dataclass(frozen=True, slots=True)
class Compared:
    """One time of a probe beside the same in C: medians in nanoseconds, and the probe's own part as it states it."""

    fact: str
    reference: float
    probe: float
    overhead: float

    @property
    def more(self) -> float:
        """How much longer than C the probe says it takes, its own part left out."""
        return self.probe - self.reference - self.overhead


def overview() -> str:
    """One row for each probe, in the order of their names."""
    costs, compared = json.loads(COSTS.read_text("utf-8"))["probes"], _compared()
    head = ("probe", "capability", "facts", "quick", "usual", "accuracy")
    rows = [
        (
            f"[{name}](#{name})",
            spec.title,
            str(len(_rows(spec))),
            _cost(costs.get(name, {}), "quick"),
            _cost(costs.get(name, {}), "usual"),
            _accuracy(spec, compared, costs.get(name, {})),
        )
        for name, spec in sorted(PROBES.items())
    ]
    return table(head, rows)


def machine() -> str:
    """Say on what class of machine the times were measured."""
    found, compared = json.loads(COSTS.read_text("utf-8")), json.loads(ACCURACY.read_text("utf-8"))
    on = found["machine"]
    cost = (
        f"What a probe costs is the shortest of {found['runs']} runs of it alone, all of its facts wanted, on a machine"
        f" of {on['cpus']} CPUs ({on['arch']}) with Linux {on['kernel']} and Python {on['python']}; `make measure`"
        f" takes it anew. The load was {on['load']}."
    )
    return (
        f"{cost} How true its times are was seen, on a machine of {compared['machine']['processors']} CPUs, beside a"
        f" small C program that does the same, both {compared['rounds']} times: the column says how many of its times"
        " were compared, and the medians of how much longer than C the probe says they are, its own part left out. What"
        " is counted, tried or refused has no such error."
    )


def details() -> str:
    """One section for each probe."""
    compared = _compared()
    return "\n\n".join(_section(spec, _of(spec, compared)) for _, spec in sorted(PROBES.items()))


def _section(spec: ProbeSpec, compared: Sequence[Compared]) -> str:
    parts = [
        f"### {spec.name}",
        f"{spec.title}: {_text(spec.method)}.",
        f"What it does to the machine: {_text(spec.effects)}. It has {format_value(spec.timeout, DURATION)} at most.",
    ]
    if spec.params:
        parts.append(table(("argument", "type", "default", "bounds", "means"), map(_param, spec.params)))
    parts.append(table(("fact", "type", "owner", "means"), map(_fact, _rows(spec))))
    if compared:
        parts.append(table(("time", "in C", "by the probe", "its own part"), map(_beside, compared)))
    return "\n\n".join(parts)


def _param(param: ProbeParam) -> tuple[str, ...]:
    bounds = [format_value(bound, param.type) for bound in (param.least, param.most) if bound is not None]
    default = format_value(param.default, param.type)
    return code(param.name), code(str(param.type)), code(default), " to ".join(bounds), _text(param.description)


def _fact(row: FactSpec) -> tuple[str, ...]:
    return code(row.name), code(str(row.type)), str(row.owner), _text(row.meaning)


def _beside(one: Compared) -> tuple[str, ...]:
    return code(one.fact), _time(one.reference), _time(one.probe), _time(one.overhead)


def _rows(spec: ProbeSpec) -> list[FactSpec]:
    return [row for row in ROWS if row.collector == spec.collector]


def _compared() -> tuple[Compared, ...]:
    """Return what the accuracy tests kept: of each time the median of what C and of what the probe says."""
    rows = json.loads(ACCURACY.read_text("utf-8"))["rows"]
    return tuple(Compared(row["fact"], row["reference"][0], row["probe"][0], row["overhead"]) for row in rows)


def _of(spec: ProbeSpec, compared: Sequence[Compared]) -> list[Compared]:
    return [one for one in compared if one.fact.startswith(f"{spec.name}.")]


def _accuracy(spec: ProbeSpec, compared: Sequence[Compared], costs: Mapping[str, object]) -> str:
    """Return how the probe's times compare with C, else its noise floor, which is its own part of each time."""
    found = _of(spec, compared)
    if found:
        more, share = (
            median(each) for each in zip(*((one.more, one.more / one.reference) for one in found), strict=True)
        )
        return f"{len(found)} times: {'+' if more > 0 else '-'}{_time(abs(more))}, {share:+.0%}"
    overhead = costs.get("overhead")
    return f"own part {_time(overhead)}" if isinstance(overhead, int) else ""


def _cost(costs: Mapping[str, object], effort: str) -> str:
    found = costs.get(effort)
    return f"{found['shortest']:g} ms" if isinstance(found, Mapping) else "not measured"


def _time(time: float) -> str:
    """Return nanoseconds with three digits that count, in the unit in which one reads them."""
    size, unit = (1e6, "ms") if time >= 1e6 else (1e3, "us") if time >= 1e3 else (1, "ns")
    return f"{float(f'{time / size:.3g}'):g} {unit}"


def _text(text: str) -> str:
    return text.replace("|", "\\|")
