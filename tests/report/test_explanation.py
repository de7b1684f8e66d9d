"""The page of one rule: columns, stars, ways, and nothing in it that a stranger's text could do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.evaluate.explain import Explained, Explanation, Flips, Outlook
from hostproof.evaluate.model import Result, Verdict
from hostproof.expr.flips import Change
from hostproof.facts.snapshot import Evidence, Host
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.explanation import explanation_data, render_explanation
from hostproof.report.layout import cells
from hostproof.rulepack.model import Severity

TREE = Explained(
    "a.b >= params.least and all(i in net.interfaces: i.mtu >= params.min_mtu or i.state == 'down')",
    "false",
    (
        Explained("a.b >= params.least", "true", (Explained("a.b", "5"), Explained("params.least", "4"))),
        Explained(
            "all(i in net.interfaces: i.mtu >= params.min_mtu or i.state == 'down')",
            "false",
            (
                Explained("net.interfaces", "[" + ", ".join(['{name: "eth0", mtu: 1400B}'] * 8) + "]", (), True),
                Explained("i.mtu >= params.min_mtu", "false", (), True, "i = item 3 (eth3)", is_item=True),
            ),
            decided=True,
            left_out=7,
        ),
    ),
    decided=True,
)


def change(wanted: str, now: str, *, stays: bool = False) -> Change:
    """Return a change as `flips` makes it."""
    return Change(wanted, now, stays, frozenset(), lambda _: False)


def made(verdict: Verdict = Verdict.FAIL, word: str = "", **more: object) -> Explanation:
    """Return an explanation with `word` wherever a text from outside may stand."""
    result = Result(
        "team", f"net.mtu{word}", f"Every interface {word}", "net", Severity.HIGH, verdict, "", f"below {word}",
        unknowns=(Unknown(Cause.DENIED, f"no {word}", f"run as {word}", f"a.{word}"),) * (verdict is Verdict.UNKNOWN),
        evidence=(Evidence("command", f"ip {word}", 1, 26_868_123, 10, f"one {word}\ntwo\n" * 20),),
        rationale=f"Because {word}", remediation=f"ip link {word}", references=(f"https://x.example/{word}",),
        file="rules/team/pack.yaml", line=7,
    )  # fmt: skip
    way = (change(f"a.b >= 9 {word}", "5"), change("a.c < 5ms", "7ms"), change("a.d > 1", f"2{word}", stays=True))
    flips = Flips((way, (change("b == true", "false"),)), (f"all({word}) depends on every item of a list",))
    tree = Explained(f"x {word} == 1", f'"{word}"', (TREE,), True, f"let {word}")
    about = {"when": tree, "holds": TREE, "outlooks": (Outlook("passes", flips),)} | more
    return Explanation(result, Host(name=f"web {word}"), "local", 10**18, **about)  # type: ignore[arg-type]


def test_a_whole_page(update: bool) -> None:
    """A failure at 80 columns, as it is read."""
    path = Path(__file__).parents[1] / "golden" / "report" / "explanation.txt"
    text = render_explanation(made())
    if update:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_lines_fit(verdict: Verdict, width: int) -> None:
    """No line is wider than the terminal."""
    text = render_explanation(made(verdict), width)
    assert max(map(cells, text.splitlines())) <= width


def test_stars_and_values_stand_in_columns() -> None:
    """Stars are in the first column, values begin in one column."""
    lines = render_explanation(made(when=None)).splitlines()
    rows = lines[lines.index("assert") + 1 :]
    rows = rows[: rows.index("")]
    starred = [row.split()[1] for row in rows if row.startswith("*")]
    assert starred == ["a.b", "all(i", "net.interfaces", "i"]
    column = rows[0].index("false")
    assert {row[column - 2 : column] for row in rows if len(row) > column} == {"  "}
    assert sum(row[column:] in {"true", "false", "5", "4"} for row in rows) == 6


@pytest.mark.parametrize(
    ("flips", "said"),
    [
        (Flips(((change("a > 5", "3"),),)), "passes if a > 5, now 3\n"),
        (Flips(((change("a > 5", "3"), change("b < 2", "9")),)), "passes if a > 5, now 3,\n      and b < 2, now 9\n"),
        (Flips(((change("a > 5", "3"),), (change("b", "c"),))), "passes if a > 5, now 3,\n    or if b, now c\n"),
        (Flips(((change("a > 5", "7", stays=True),),)), "passes if a > 5 still, now 7\n"),
        (Flips((), ("x depends",)), "passes?   can't be told: x depends\n"),
        (Flips((), ("x depends", "y is")), "passes?   can't be told: x depends\n          y is\n"),
        (Flips(((change("a", "b"),),), ("x is",)), "a, now b\n          what else would do it can't be told: x is\n"),
        (Flips(()), "passes if nothing on the host can change that\n"),
        (Flips(((change("a", "b"),),) * 8), "\n          and 2 ways more\n"),
    ],
)
def test_ways_in_words(flips: Flips, said: str) -> None:
    """One way or several, of one change or several, each on its line."""
    assert said in render_explanation(made(outlooks=(Outlook("passes", flips),)))


WORDS = st.text(st.characters(), max_size=20) | st.sampled_from(["\x1b[2J", "\r\n\r\nPASS", "\u202e", "\x9b31m", "]]>"])


@given(WORDS, st.sampled_from(list(Verdict)))
def test_hostile_text_is_only_shown(word: str, verdict: Verdict) -> None:
    """Whatever a host says reaches the terminal as visible text, and JSON as JSON."""
    explanation = made(verdict, word)
    for character in render_explanation(explanation, 60):
        assert character == "\n" or (ord(character) >= 0x20 and not 0x7F <= ord(character) <= 0x9F)
        assert character not in "\u202e\u2028\u200b"
    assert json.loads(json.dumps(explanation_data(explanation)))["verdict"] == str(verdict)


def test_colour_changes_nothing_else() -> None:
    """Colours are added to the same text."""
    coloured = render_explanation(made(), colour=True)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == render_explanation(made()).splitlines()
