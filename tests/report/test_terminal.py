"""The terminal report: what it says first, how wide it is, and that a host cannot steer the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hostproof.evaluate.model import Evaluation, Gate, OnUnknown, PackResults
from hostproof.report.layout import cells, wrapped
from hostproof.report.terminal import NARROWEST, WIDEST, render_terminal
from hostproof.rulepack.model import Severity

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", ["unfit", "undecided", "fit"])
def test_golden(name: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    """The reports at 80 columns without colour, as they were last looked at."""
    golden(f"{name}.txt", render_terminal(request.getfixturevalue(name), 80, colour=False))


@settings(max_examples=30)
@given(data=st.data(), width=st.integers(0, 200))
def test_only_our_own_escape_sequences(hostile: SearchStrategy[Evaluation], data: st.DataObject, width: int) -> None:
    """Colour is all that differs, and nothing but colour reaches the terminal."""
    evaluation = data.draw(hostile)
    plain = render_terminal(evaluation, width, colour=False)
    coloured = render_terminal(evaluation, width, colour=True)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain)
    assert [line.rstrip() for line in COLOUR.sub("", coloured).split("\n")] == plain.split("\n")


@pytest.mark.parametrize("width", [40, 80, 100, 300])
def test_width(unfit: Evaluation, width: int) -> None:
    """No line is wider than the terminal, but for commands and addresses, which are never broken."""
    lines = render_terminal(unfit, width, colour=False).splitlines()
    wide = [line for line in lines if cells(line) > min(max(width, NARROWEST), WIDEST)]
    assert [line for line in wide if not re.search(r"(fix|see|at)  |https?:|^ +\S+$|^ +echo ", line)] == []


@pytest.mark.parametrize(
    ("fix", "shown"),
    [
        (f"ip link set {'eth' * 20} mtu 1500", [f"        fix  ip link set {'eth' * 20} mtu 1500"]),
        (
            "Give the machine more memory, or take some of its work away; then restart it.",
            [
                "        fix  Give the machine more memory, or take some of its work away; then",
                "             restart it.",
            ],
        ),
    ],
)
def test_commands_are_not_broken(unfit: Evaluation, fix: str, shown: list[str]) -> None:
    """A command stays on one line, so that it can be copied; a sentence is wrapped."""
    packs = tuple(replace(p, results=tuple(replace(r, remediation=fix) for r in p.results)) for p in unfit.packs)
    lines = render_terminal(replace(unfit, packs=packs), 80).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("        fix  "))
    assert lines[at : at + len(shown)] == shown


def test_colour_does_not_hang_on_the_environment(unfit: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller decides on colour; the renderer reads neither NO_COLOR nor TERM."""
    coloured = render_terminal(unfit, 80, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "10")
    assert render_terminal(unfit, 80, colour=True) == coloured
    assert "\x1b[1;31mUNFIT" in coloured


def test_next_step_is_the_fix_of_the_worst_failure(unfit: Evaluation) -> None:
    """The last line says the one thing to do."""
    assert render_terminal(unfit).splitlines()[-1] == "next: net.backlog: sysctl -w net.core.somaxconn=4096"


def test_next_step_is_the_cure_that_decides_most(undecided: Evaluation) -> None:
    """Where nothing failed, the cure shared by most undecided rules comes next."""
    (pack,) = undecided.packs
    probe = pack.results[-1]
    other = replace(probe, unknowns=tuple(replace(u, cure="install conntrack") for u in probe.unknowns))
    results = (other, probe, probe)
    text = render_terminal(replace(undecided, packs=(replace(pack, results=results),)))
    assert text.splitlines()[-1] == "next: run as root (would decide 2 rules)"


@pytest.mark.parametrize(
    ("gate", "gated", "wanted"),
    [
        (Gate(unknown=OnUnknown.WARN), False, "FIT  web-1: 1 of 2 rules holds, 1 undecided (gate: warn)"),
        (Gate(fail_on=Severity.HIGH), False, "FIT  web-1: 1 of 2 rules holds, 1 undecided below the gate"),
    ],
)
def test_fit_owns_up_to_what_is_open(undecided: Evaluation, gate: Gate, gated: bool, wanted: str) -> None:
    """A green headline names what the gate let through."""
    packs = tuple(
        PackResults(p.name, p.title, p.digest, tuple(replace(r, gated=gated) for r in p.results))
        for p in undecided.packs
    )
    assert render_terminal(replace(undecided, packs=packs, gate=gate, exit_code=0)).splitlines()[0] == wanted


@given(text=st.text(), width=st.integers(1, 60))
def test_wrapping_keeps_words(text: str, width: int) -> None:
    """Wrapping breaks at blanks only: no word is lost, and a line is too wide only if it is one word."""
    lines = list(wrapped(text, width))
    assert " ".join(lines).split() == text.split()
    assert [line for line in lines if cells(line) > width and len(line.split()) > 1] == []


def test_cells_of_wide_characters() -> None:
    """Wide characters take two columns, combining ones none."""
    assert [cells(text) for text in ("abc", "漢字", "e\u0301", "")] == [3, 4, 1, 0]
