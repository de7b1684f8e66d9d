"""Templates: what stands in braces is an expression, checked at its exact place and filled in with units."""

from __future__ import annotations

import marshal
from collections.abc import Callable

import pytest

from hostproof.expr.freeze import freeze_template, thaw_template
from hostproof.expr.template import MOST_RENDERED, Template, check_template, render_template
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

FACTS = {
    "held": {"type": "count", "value": 128},
    "took": {"type": "duration", "value": 1_500_000_000},
    "size": {"type": "bytes", "value": 65536},
    "share": {"type": "ratio", "value": 0.95},
    "limit": {"type": "count?", "value": None},
    "id": {"type": "string", "value": "debian"},
    "evil": {"type": "string", "value": "a\x1b[31m\r\nb"},
    "release": {"type": "version", "value": "6.1.0"},
    "names": {"type": "list<string>", "value": ["eth0", "lo"]},
    "many": {"type": "list<count>", "value": list(range(30))},
    "nets": {"type": "list<{name: string, mtu: bytes}>", "value": [{"name": "eth0", "mtu": 1500}]},
    "u": {"type": "count", "unknown": "denied"},
    "long": {"type": "string", "value": "x" * 100_000},
}
PARAMS = {"most": {"type": "count", "value": 4096}}
LETS = {"want": "params.most"}


def make(made: object, text: str) -> tuple[Template | None, list[str]]:
    """Return a checked template, and its problems as code@line:column."""
    problems = Problems()
    template = check_template(SourceFile("template", text), made.scope, problems)
    found = [f"{p.code}@{p.span.line}:{p.span.column}" for p in problems.ordered() if p.span is not None]
    return template, found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("no braces", "no braces"),
        ("held {held} of {want}", "held 128 of 4096"),
        ("{held}{want}", "1284096"),
        ("took {took}, {size}, {share}", "took 1.5s, 64KiB, 95%"),
        ("{took * 2} more", "3s more"),
        ("limit {limit}", "limit none"),
        ("{id} {release}", "debian 6.1.0"),
        ("on {names}", "on eth0, lo"),
        ("on {many}", "on 0, 1, 2, 3, 4, 5, 6, 7 and 22 more"),
        ("on {[]}", "on nothing"),
        ("{nets}", '{name: "eth0", mtu: 1500B}'),
        ("{u} of {want}", "unknown (denied) of 4096"),
        ("{{held}} is {held}", "{held} is 128"),
        ("a {{ b }} c", "a { b } c"),
        ("{'}'}{\"{\"}", "}{"),
        ('{join(names, "}")}', "eth0}lo"),
        ("{r'\\}'}", "\\}"),
        ("{count(n in nets: n.mtu > 1kB)} of {len(nets)}", "1 of 1"),
        ("{ held\n }", "128"),
        ("line\nline {held}\n", "line\nline 128\n"),
        ("{evil}", "a\\x1b[31m\\r\\nb"),
        ("grüße {id}", "grüße debian"),
    ],
)
def test_filled_in(text: str, shown: str, world: Callable[..., object]) -> None:
    """A template is its text with the values in it, before and after it was frozen."""
    made = world(FACTS, PARAMS, LETS)
    template, problems = make(made, text)
    assert problems == []
    assert template is not None
    assert render_template(template, made.env) == shown
    again = thaw_template(marshal.loads(marshal.dumps(freeze_template(template))))
    assert (again.text, again.needs) == (template.text, template.needs)
    assert render_template(again, made.env) == shown


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{hald}", ["HP-E220@1:2"]),
        ("a {held} {hald} {wont}", ["HP-E220@1:11", "HP-E220@1:18"]),
        ("a\n  {held +}", ["HP-E207@2:10"]),
        ("{}", ["HP-E201@1:2"]),
        ("{ }", ["HP-E201@1:2"]),
        ("held {held", ["HP-E243@1:6"]),
        ("{held} {'a", ["HP-E243@1:8"]),
        ("{hald} {(held}", ["HP-E220@1:2", "HP-E243@1:8"]),
        ("held }", ["HP-E244@1:6"]),
        ("} {hald} }", ["HP-E244@1:1", "HP-E220@1:4", "HP-E244@1:10"]),
        ("{took < 5}", ["HP-E232@1:9"]),
        ("${held", ["HP-E243@1:2"]),
    ],
)
def test_problems_stand_at_their_place(text: str, places: list[str], world: Callable[..., object]) -> None:
    """All problems of a template are told at once, each at its own characters."""
    made = world(FACTS, PARAMS, LETS)
    template, problems = make(made, text)
    assert template is None
    assert problems == places


def test_needs_are_those_of_all_parts(world: Callable[..., object]) -> None:
    """A template needs every fact that one of its expressions reads."""
    template, _ = make(world(FACTS, PARAMS, {"x": "took"}), "{held} {x} {params.most}")
    assert template is not None
    assert template.needs == {"held", "took"}


def test_the_result_is_bounded(world: Callable[..., object]) -> None:
    """One long value is cut, and so is the whole."""
    made = world(FACTS, PARAMS, LETS)
    template, _ = make(made, "{long}")
    assert template is not None
    assert len(render_template(template, made.env)) <= 400
    template, _ = make(made, "{long}" * 50)
    assert template is not None
    assert len(render_template(template, made.env)) == MOST_RENDERED
