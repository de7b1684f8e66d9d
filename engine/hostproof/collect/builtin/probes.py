"""Turns what a probe's steps said into facts; one collector for each probe of the catalog, all of the same make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hostproof.collect.asks import Collector, Probe
from hostproof.collect.builtin.answers import UNANSWERED, Answers, Outcome, stranger
from hostproof.facts.builtin.probes import ALL_PROBES
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_REPORT = "report this as a bug of hostproof, with the evidence"


def probe_collector(name: str) -> Collector:
    """Return the collector `probe.<probe>`. Raises KeyError where there is no such probe."""
    spec = ALL_PROBES[name.removeprefix("probe.")]
    before = spec.before

    def asks(names: frozenset[str]) -> tuple[Probe, ...]:
        wanted = sorted(name.removeprefix(before) for name in names if name.startswith(before))
        return (ask_of(spec, {}, wanted),) if wanted else ()

    def parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
        mine = [ask for ask in answers if isinstance(ask, Probe) and ask.name == spec.name and not ask.own]
        if spec.told and mine:
            shorts = {name.removeprefix(before): name for name in sorted(names)}
            return {shorts[short]: found for short, found in outcomes_of(mine[0], shorts, answers).items()}
        return {name: _one(name, before, mine, answers) for name in sorted(names)}

    return Collector(spec.collector, asks, parse)


def ask_of(spec: ProbeSpec, arguments: dict[str, Value], wanted: list[str], own: str = "") -> Probe:
    """Return the ask for some facts of a probe, by their short names; defaults stand for arguments not given.

    `own` is the name of a pack's own fact that asks so, empty for the built-in facts.
    """
    given = {param.name: arguments.get(param.name, param.default) for param in spec.params}
    asked = (spec.told,) if spec.told else tuple(wanted)
    return Probe(spec.name, tuple(given.items()), asked, spec.timeout, spec.order, own, spec.ships)


def outcomes_of(ask: Probe, shorts: Iterable[str], answers: Answers) -> dict[str, Outcome]:
    """Return what a probe's answer says of some facts, by their short names."""
    told = ALL_PROBES[ask.name].told
    if not told:
        return {short: outcome_of(ask, short, answers) for short in shorts}
    said = outcome_of(ask, told, answers)
    if isinstance(said, Unknown):
        return dict.fromkeys(shorts, said)
    found = _understood(ask.name, said)
    return {short: found[short] if short in found else stranger(short) for short in shorts}


def _understood(probe: str, said: Value) -> Mapping[str, Outcome]:
    """Return the facts in what a probe told, by their short names."""
    if probe == "go_binary":
        from hostproof.collect.builtin.elf.binary import binary_facts

        return binary_facts(said)
    raise KeyError(probe)


def outcome_of(ask: Probe, short: str, answers: Answers) -> Outcome:
    """Return what a probe's answer says of one fact: a value, or Unknown."""
    answer = answers.get(ask, UNANSWERED)
    said = answer.value if isinstance(answer.value, dict) else {}
    values, unknown = said.get("values"), said.get("unknown")
    if isinstance(values, dict) and short in values:
        return _finished(ask.name, short, values[short])
    if isinstance(unknown, dict) and short in unknown:
        return _reason(unknown[short])
    return answer.error or Unknown(Cause.FAILED, "the probe said nothing about it", _REPORT)


def _one(name: str, before: str, mine: list[Probe], answers: Answers) -> Outcome:
    if not name.startswith(before):
        return stranger(name)
    short = name.removeprefix(before)
    asked = next((ask for ask in mine if short in ask.wanted), None)
    return UNANSWERED.error or stranger(name) if asked is None else outcome_of(asked, short, answers)


def _finished(probe: str, short: str, value: Value) -> Outcome:
    """Return what a fact comes to; records of the kernel's log and profiles come raw, and are taken apart here."""
    if (probe, short) == ("denials", "records") and isinstance(value, list):
        from hostproof.collect.builtin.denials.records import typed_records

        return typed_records(value)
    if probe == "go_service" and short in ("goroutines", "heap", "cpu"):
        from hostproof.collect.builtin.goprofile import profile_of

        return profile_of(short, value)
    return value


def _reason(said: Value) -> Unknown:
    """Return the Unknown that an agent's words stand for; they are as hostile as any."""
    fields = said if isinstance(said, dict) else {}
    cause, detail, cure = (str(fields.get(name, "")) for name in ("cause", "detail", "cure"))
    if cause not in list(Cause):
        return Unknown(Cause.FAILED, f"the probe gave an unknown cause: {detail}", _REPORT)
    return Unknown(Cause(cause), detail, cure)
