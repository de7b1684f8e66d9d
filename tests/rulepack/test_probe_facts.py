"""A pack's own facts from probes: what they are called and typed, and how their arguments are settled."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.catalog import Catalog
from hostproof.facts.requests import ProbeSource
from hostproof.facts.types import COUNT, Kind
from hostproof.rulepack.cache import load_cached
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.rulepack.params import apply_params
from hostproof.rulepack.sections.collectors import own_rows
from hostproof.source.problems import ProblemError

GOOD = Path(__file__).parents[1] / "suite" / "rulepack" / "packs" / "good-probe.yaml"
SCALARS = {Kind.BOOL, Kind.INT, Kind.COUNT, Kind.FLOAT, Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.STRING}


@pytest.fixture
def pack(catalog: Catalog) -> RulePack:
    """Return the pack of the suite with facts from probes."""
    return load_pack(GOOD, catalog)


def test_the_facts_are_those_of_the_probe_under_another_name(pack: RulePack, catalog: Catalog) -> None:
    """Type, owner and meaning are the catalog's; only the name, and who defines it, is the pack's own."""
    rows = {row.name: row for row in own_rows(pack.requests, pack.name, catalog)}
    spec = PROBES["tcp"]
    built_in = [row for row in catalog if row.collector == spec.collector]
    for row in built_in:
        own = rows["of-probes:few." + row.name.removeprefix(spec.before)]
        assert (own.type, own.owner, own.meaning, own.collector) == (row.type, row.owner, row.meaning, "of-probes")
    assert rows["of-probes:few.connections.held"].type == COUNT
    assert "of-probes:few.connections.held" in pack.rules[0].needs


def test_only_what_rules_read_is_asked_for(pack: RulePack) -> None:
    """A probe is run for the facts that rules read, with its arguments as written, by default or as a team set them."""
    needed = {request.name: request for request in pack.needed()}
    few = needed["of-probes:few"]
    assert few.source == ProbeSource("tcp", (("backlog", 16), ("connections", 20)))
    assert few.gives is not None
    assert {name for name, _ in few.gives.fields} == {"connections.held", "backlog.held"}
    assert needed["of-probes:plain"].source == ProbeSource("timers")
    again = {
        request.name: request for request in pack.needed(apply_params(pack, {"connections": "30", "load": "false"}))
    }
    assert again["of-probes:few"].source == ProbeSource("tcp", (("backlog", 16), ("connections", 30)))
    assert again["of-probes:chosen"].source == ProbeSource("timers", (("load", False),))
    assert again["of-probes:loaded"].source == ProbeSource("timers", (("load", True),))
    assert len({*needed.values(), *again.values()}) > len(needed)


@pytest.mark.parametrize(("value", "told"), [("9", "below the least, 10"), ("8193", "above the most, 8192")])
def test_a_parameter_is_bounded_by_the_probe_too(pack: RulePack, value: str, told: str) -> None:
    """The pack's own least counts, and the probe's most, as the pack says none."""
    with pytest.raises(ProblemError) as refused:
        apply_params(pack, {"connections": value})
    (problem,) = refused.value.problems
    assert (problem.code, told in problem.message) == ("HP-E305", True)


def test_a_cached_pack_asks_the_same(pack: RulePack, tmp_path: Path) -> None:
    """Sources, arguments, parameters' names and limits, and the facts' types come out of the cache as they went in."""
    load_cached(GOOD, tmp_path / "cache")
    kept = load_cached(GOOD, tmp_path / "cache")
    assert (kept.requests, dict(kept.params), kept.needed()) == (pack.requests, dict(pack.params), pack.needed())


def test_arguments_of_probes_are_single_values() -> None:
    """An ask is a key, and so are its arguments; every default is within the limits of its own argument."""
    for spec in PROBES.values():
        for param in spec.params:
            assert param.type.kind in SCALARS, (spec.name, param.name)
            if isinstance(param.least, int) and isinstance(param.default, int):
                assert param.least <= param.default, (spec.name, param.name)
            if isinstance(param.most, int) and isinstance(param.default, int):
                assert param.default <= param.most, (spec.name, param.name)
