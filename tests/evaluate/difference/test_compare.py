"""What differs between two snapshots, by type; and the laws that hold for any two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import Decision, Difference, FactChange, Text
from hostproof.facts.catalog import Owner
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Evidence, FactInfo, Host, Snapshot, Value
from hostproof.facts.types import BYTES, Type
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.difference.jsonfile import render_difference_json
from hostproof.report.difference.markdown import render_difference_markdown
from hostproof.report.difference.patch import render_patch
from hostproof.report.difference.terminal import render_difference
from hostproof.rulepack.policy.load import standard_policy
from hostproof.rulepack.policy.model import Policy
from hostproof.source.builtin import data_folder

NONE = Policy("none", "", ())
NETS = "list<{name: string, mtu: bytes}>"
HOSTILE = "\x1b[31m\u202e<b>`|]]>\r\n+++ b/x\n"


def snapshot(
    facts: Mapping[str, tuple[str, Value | Unknown]], evidence: tuple[Evidence, ...] = (), host: str = "web"
) -> Snapshot:
    """Return a snapshot of facts, each with its type as text."""
    known = {name: value for name, (_, value) in facts.items() if not isinstance(value, Unknown)}
    unknown = {name: value for name, (_, value) in facts.items() if isinstance(value, Unknown)}
    infos = {name: FactInfo(parse_type(of), Owner.FILES) for name, (of, _) in facts.items()}
    return Snapshot(1_795_444_724_000_000_000, "local", Host(host), known, unknown, infos, evidence)


def changed(of: str, before: Value | Unknown, after: Value | Unknown) -> tuple[FactChange, ...]:
    """Return the changes of one fact."""
    return differ(snapshot({"f": (of, before)}), snapshot({"f": (of, after)}), NONE).facts


DENIED = Unknown(Cause.DENIED, "no", fact="f")


@pytest.mark.parametrize(
    ("of", "before", "after", "found"),
    [
        ("int", 10, 11, [("f", 10, 11, 0.1)]),
        ("int", -10, -5, [("f", -10, -5, 0.5)]),
        ("count", 0, 3, [("f", 0, 3, None)]),
        ("bytes?", None, 5, [("f", None, 5, None)]),
        ("any", 4, 5, [("f", 4, 5, 0.25)]),
        ("any", True, 1, [("f", True, 1, None)]),
        ("time", 10, 20, [("f", 10, 20, None)]),
        ("bool", False, True, [("f", False, True, None)]),
        ("version", "6.1", "6.12", [("f", "6.1", "6.12", None)]),
        ("list<string>", ["a"], ["a", "b"], [("f", ["a"], ["a", "b"], None)]),
        ("map<count>", {"a": 1, "b": 2}, {"a": 1, "b": 3}, [("f.b", 2, 3, 0.5)]),
        ("map<count>", {"x-y": 2}, {"x-y": 3}, [('f["x-y"]', 2, 3, 0.5)]),
        (NETS, [{"name": "lo", "mtu": 4}], [{"name": "lo", "mtu": 5}], [("f[lo].mtu", 4, 5, 0.25)]),
        ("int", 1, 1, []),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_type(of: str, before: Value, after: Value, found: list[object]) -> None:
    """Numbers grow by a share, records and maps are told by the place inside them, other lists as a whole."""
    assert [(one.name, one.before, one.after, one.ratio) for one in changed(of, before, after)] == found


def test_records_are_told_apart_whatever_their_order() -> None:
    """A record that moved in its list has not changed; one that came has nothing before."""
    of = "list<{path: string, size: bytes}>"
    old: list[Value] = [{"path": "/", "size": 1}, {"path": "/home", "size": 2}]
    new: list[Value] = [{"path": "/home", "size": 2}, {"path": "/var", "size": 3}, {"path": "/", "size": 1}]
    (found,) = changed(of, old, new)
    assert isinstance(found.before, Unknown)
    assert (found.name, found.before.cause, found.after) == ("f[/var]", Cause.ABSENT, {"path": "/var", "size": 3})


def test_what_becomes_known_or_unknown_is_a_change() -> None:
    """So is a fact that one side was not asked for; what is unknown on both sides is none."""
    assert [(one.before, one.after) for one in changed("int", DENIED, 4)] == [(DENIED, 4)]
    assert [(one.before, one.after) for one in changed("int", 4, DENIED)] == [(4, DENIED)]
    assert changed("int", DENIED, Unknown(Cause.TIMEOUT)) == ()
    (gone,) = differ(snapshot({"f": ("int", 1)}), snapshot({}), NONE).facts
    assert isinstance(gone.after, Unknown)
    assert gone.after.cause is Cause.NOT_COLLECTED


def test_lists_and_texts_have_a_diff() -> None:
    """Of a list each item is a line; a text's diff is whole where nothing of it is cut or escaped."""
    assert changed("list<string>", ["a"], ["a", "b"])[0].diff == ("@@ -1 +1,2 @@", " a", "+b")
    assert changed("string", "a\nb\n", "a\nc\n")[0].whole
    assert not changed("string", "a\n", "\x1b[0m\n")[0].whole


def test_earlier_baselines_give_the_noise() -> None:
    """How far the earlier values lie from the value before is the noise, of places inside values too."""
    of = "map<bytes>"
    earlier = [snapshot({"f": (of, {"a": size})}) for size in (90, 104)]
    difference = differ(
        snapshot({"f": (of, {"a": 100})}), snapshot({"f": (of, {"a": 109})}), standard_policy(), repeats=earlier
    )
    (found,) = difference.facts  # fmt: skip
    assert found.noise == pytest.approx(0.1)
    assert found.ruling.rule == "number.noise"


def test_samples_are_tested() -> None:
    """With enough baselines a shift beyond their noise differs, and one within it does not."""

    def taken(middle: int) -> Snapshot:
        return snapshot({"f": ("samples<duration>", [middle + at for at in range(30)])})

    earlier = [taken(middle) for middle in (1000, 1010, 990, 1005, 995)]
    slow = differ(taken(1002), taken(1500), standard_policy(), repeats=earlier).facts[0]
    same = differ(taken(1002), taken(1004), standard_policy(), repeats=earlier).facts[0]
    assert slow.test is not None
    assert (slow.test.differs, slow.ruling.decision) == (True, Decision.SHOW)
    assert same.test is not None
    assert (same.test.differs, same.ruling.rule) == (False, "samples.alike")


def test_without_scipy_samples_are_not_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, with the line that installs it, and only where there are samples to compare."""
    from hostproof.evaluate.statistics import library

    monkeypatch.setattr(library, "find_spec", lambda _: None)
    old, new = (snapshot({"f": ("samples<duration>", [*range(at, at + 30)])}) for at in (1, 9))
    difference = differ(old, new, standard_policy())
    assert [(one.code, one.hint) for one in difference.problems] == [("HP-E517", "pip install 'hostproof[stats]'")]
    assert difference.facts[0].test is None
    assert differ(old, old, standard_policy()).problems == ()


def command(status: int | None, said: str) -> tuple[Evidence, ...]:
    """Return the evidence of a command."""
    return (Evidence("command", "df /var", status, 1, len(said), said),)


@pytest.mark.parametrize(
    ("before", "after", "decision", "rule"),
    [
        (Text("a\n", 0), Text("a\n", 1), Decision.BLOCK, "output.exit-code"),
        (Text("a\n", 0), Text("a\nsee /tmp/x\n", 0), Decision.BLOCK, "output.temp-path"),
        (Text("a\n", 0), Text("a\nopen=/var/tmp/x\n", 0), Decision.BLOCK, "output.temp-path"),
        (Text("/tmp/a1\n", 0), Text("/tmp/b2\n", 0), Decision.SHOW, ""),
        (Text("a\n", 0), Text("/mnt/tmp/x /tmpfs\n", 0), Decision.SHOW, ""),
        (Text("ok  0.01s\n", 0), Text("ok 12.5s\n", 0), Decision.ALLOW, "output.looks"),
        (Text("at 0x7f00 pid 12\n"), Text("at 0x8f01 pid 999\n"), Decision.ALLOW, "output.looks"),
        (Text("2026-01-01T00:00:00Z x\n"), Text("2026-02-02T10:11:12.5Z x\n"), Decision.ALLOW, "output.looks"),
        (Text("timeout 5s\n"), Text("timeout 50s\n"), Decision.SHOW, ""),
        (Text("a\n", None), Text("a\n", 0), Decision.BLOCK, "output.exit-code"),
    ],
)
def test_outputs_and_the_standard_policy(before: Text, after: Text, decision: Decision, rule: str) -> None:
    """A flipped exit status blocks, and a temporary path that was not there; looks are allowed, the rest is shown."""
    empty = snapshot({})
    difference = differ(empty, empty, standard_policy(), outputs=({"x": before}, {"x": after}))
    assert [(one.ruling.decision, one.ruling.rule) for one in difference.outputs] == [(decision, rule)]


def test_outputs_of_commands_in_the_snapshots_are_compared() -> None:
    """Those that both ran; one that only one of them ran has its facts to speak for it."""
    old, new = snapshot({}, command(0, "a\n")), snapshot({}, command(2, "a\n"))
    assert [(one.name, one.after_status) for one in differ(old, new, NONE).outputs] == [("df /var", 2)]
    assert differ(snapshot({}), new, NONE).outputs == ()


def test_an_output_may_appear_and_go() -> None:
    """An output that is given for one side only is shown, and nothing is said of its exit status."""
    difference = differ(snapshot({}), snapshot({}), standard_policy(), outputs=({}, {"x": Text("a\n", 1)}))
    assert [(one.appeared, one.ruling.decision) for one in difference.outputs] == [(1, Decision.SHOW)]


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=40) | st.just(HOSTILE)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    SCALARS | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "x y", HOSTILE]), inner),
    max_leaves=6,
)
TYPES = (
    *("any", "int?", "float", "ratio", "bytes", "string", "version", "debian_version", "time", "list<any>"),
    *("map<any>", "samples<duration>", "samples<float>", "list<{name: string, a: any}>"),
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw snapshots whose values are of their types."""
    facts: dict[str, tuple[str, Value | Unknown]] = {}
    for name in draw(st.lists(st.sampled_from(["f", "g", HOSTILE, "load.avg1"]), unique=True)):
        of = draw(st.sampled_from(TYPES))
        drawn = st.lists(NUMBERS, max_size=12) if of.startswith("samples") else VALUES
        value = cast("Value", draw(drawn))
        facts[name] = (of, value if fits(value, parse_type(of)) else Unknown(Cause.DENIED, HOSTILE, fact=name))
    said = draw(st.text(max_size=20) | st.just(HOSTILE + "/tmp/x"))
    status = draw(st.none() | st.integers(0, 255))
    return snapshot(facts, command(status, said), draw(st.sampled_from(["web", HOSTILE])))


DOCUMENT = Draft202012Validator(json.loads((data_folder("schema") / "diff-1.schema.json").read_text("utf-8")))
LAWS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAWS
@given(snapshots())
def test_nothing_differs_from_itself(one: Snapshot) -> None:
    """A snapshot compared with itself has no changes."""
    assert differ(one, one, standard_policy()).changes() == ()


@LAWS
@given(snapshots(), snapshots())
def test_swapped_sides_swap_changes(one: Snapshot, other: Snapshot) -> None:
    """The same places differ the other way round, each with its values swapped."""
    there, back = differ(one, other, NONE), differ(other, one, NONE)
    assert [(c.name, c.before, c.after) for c in there.facts] == [(c.name, c.after, c.before) for c in back.facts]
    statuses = [(c.name, c.before_status, c.after_status) for c in back.outputs]
    assert [(c.name, c.after_status, c.before_status) for c in there.outputs] == statuses


@LAWS
@given(snapshots(), snapshots())
def test_no_report_obeys_a_host(one: Snapshot, other: Snapshot) -> None:
    """Whatever is compared, every format is well-formed, and has no control character but line feeds and tabs."""
    found = differ(one, other, standard_policy(), names=(HOSTILE, "after"))
    assert [error.message for error in DOCUMENT.iter_errors(json.loads(render_difference_json(found)))] == []
    for said in reports(found):
        assert said.encode()
        assert not {c for c in said if (c < " " and c not in "\n\t") or c in "\x7f\x9b\u202e"}


def reports(difference: Difference) -> tuple[str, ...]:
    """Return a difference in every format."""
    markdown, data = render_difference_markdown(difference), render_difference_json(difference)
    return render_difference(difference, 80), markdown, data, render_patch(difference)


def test_a_line_has_no_more_columns_than_the_terminal() -> None:
    """Names and values are wrapped, lines of diffs cut."""
    long = snapshot({"f": ("string", "x " * 300 + "\n"), "a.b": ("bytes", 1)})
    other = snapshot({"f": ("string", "y " * 300 + "\nz\n"), "a.b": ("bytes", 2)})
    said = render_difference(differ(long, other, standard_policy()), 80)
    assert max(map(len, said.splitlines())) <= 80


def test_types_that_differ_are_compared_as_values() -> None:
    """A fact that another version of hostproof has of another type is still compared."""
    old, new = snapshot({"f": ("int", 4)}), snapshot({"f": ("string", "4")})
    assert [(one.before, one.after) for one in differ(old, new, standard_policy()).facts] == [(4, "4")]
    row = replace(new, facts={"f": FactInfo(Type(BYTES.kind), Owner.FILES)})
    assert differ(row, new, standard_policy()).facts == ()
