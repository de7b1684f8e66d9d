"""Parameters from a command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.snapshot import Value
from hostproof.facts.types import BYTES, COUNT, DURATION, Type
from hostproof.facts.units import format_value
from hostproof.rulepack.model import Param, RulePack
from hostproof.rulepack.params import apply_params
from hostproof.source.problems import ProblemError


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("min_backlog", "128", 128),
        ("linux-network2.min_backlog", "128", 128),
        ("min_free", "10GiB", 10 * 2**30),
        ("share", "12.5%", 0.125),
        ("share", "0.5", 0.5),
        ("pause", "2s", 2_000_000_000),
        ("oldest", "6.20", "6.20"),
        ("label", "", ""),
        ("label", "[x", "[x"),
        ("label", "null", "null"),
        ("since", "2026-01-31", 1_769_817_600_000_000_000),
        ("hosts", "[a, b]", ["a", "b"]),
        ("limit", "5", 5),
        ("limit", "null", None),
        ("ports", "{web: [1]}", {"web": [1]}),
        ("flag", "false", False),
        ("anything", "[1, {a: null}]", [1, {"a": None}]),
    ],
)
def test_texts_become_values_of_the_declared_type(
    packs: dict[str, RulePack], name: str, text: str, value: Value
) -> None:
    """A text is read by the parameter's type: with its unit, as it stands for texts, as YAML for what has parts."""
    pack = packs["linux-network2"]
    settled = apply_params(pack, {name: text})
    short = name.rpartition(".")[2]
    assert settled[short] == value
    assert settled == {**{param.name: param.default for param in pack.params.values()}, short: value}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("min_baklog", "1", "HP-E303 there is no parameter 'min_baklog'; did you mean 'min_backlog'?"),
        ("other.min_backlog", "1", "HP-E303 there is no parameter 'other.min_backlog'"),
        ("min_backlog", "many", "HP-E304 'many' is not of type count"),
        ("min_backlog", "9" * 30, "HP-E304 min_backlog: a whole number must lie between"),
        ("min_backlog", "0", "HP-E305 min_backlog: 0 is below the least, 1"),
        ("min_free", "10", "HP-E304 '10' is not of type bytes; write a size with its unit, like 64KiB"),
        ("min_free", "10GiBs", "HP-E304 '10GiBs' is not of type bytes: 'GiBs' is not a unit"),
        ("pause", "3s", "HP-E305 pause: 3s is not one of 1.5s, 2s"),
        ("hosts", "[a", "HP-E007"),
        ("hosts", "", "HP-E009"),
        ("flag", "1", "HP-E304 '1' is not of type bool"),
    ],
)
def test_what_cannot_be_set_is_told(packs: dict[str, RulePack], name: str, text: str, said: str) -> None:
    """A wrong name, type, unit or amount is a problem that shows the command line's own text."""
    with pytest.raises(ProblemError) as refused:
        apply_params(packs["linux-network2"], {name: text})
    (problem,) = refused.value.problems
    assert f"{problem.code} {problem.message}; {problem.hint}".startswith(said)
    assert problem.span is not None
    assert str(problem.span).startswith(f"--param {name}:1:")


def test_all_that_is_wrong_is_told_at_once(packs: dict[str, RulePack]) -> None:
    """Two wrong parameters are two problems."""
    with pytest.raises(ProblemError) as refused:
        apply_params(packs["linux-network2"], {"nope": "1", "flag": "x", "min_backlog": "2"})
    assert {problem.code for problem in refused.value.problems} == {"HP-E303", "HP-E304"}


@given(st.integers(0, 2**62), st.sampled_from([BYTES, DURATION, COUNT]))
def test_a_value_as_it_is_shown_can_be_given(value: int, kind: Type) -> None:
    """What a report shows of a parameter, `--param` takes."""
    pack = RulePack("p", "P", "p", "", (), {"x": Param("x", kind, 0)})
    assert apply_params(pack, {"x": format_value(value, kind)}) == {"x": value}
