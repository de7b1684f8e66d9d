"""YAML with places: what a good text gives, where everything stands, and how much of anything is too much."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.source.builder import MOST_ALIASES, MOST_DEPTH, MOST_NODES
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import Problem, Problems
from hostproof.source.scalars import Plain
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import MOST_CHARACTERS, load_yaml

Json: TypeAlias = "Plain | list[Json] | dict[str, Json]"


def load(text: str) -> Node:
    """Load a text that has nothing wrong with it."""
    problems = Problems()
    node = load_yaml(SourceFile("a.yaml", text), problems)
    assert problems.found == []
    assert node is not None
    return node


def refused(text: str) -> list[Problem]:
    """Load a text of which nothing is usable, and return why."""
    problems = Problems()
    assert load_yaml(SourceFile("a.yaml", text), problems) is None
    assert problems.errors > 0
    return problems.found


def data(node: Node) -> Json:
    """Return what a tree says, without places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [data(item) for item in node.items]
    return {key.text: data(value) for key, value in node.entries}


def value(text: str) -> Json:
    """Return the value of the only key of a text."""
    (entry,) = load(text).entries  # type: ignore[union-attr]
    return data(entry.value)


def places(node: Node) -> list[str]:
    """Return what every node covers, depth first."""
    where = node.where
    own = f"{where.line}:{where.column} {where.file.text[where.start : where.end]}"
    if isinstance(node, Sequence):
        return [own, *(place for item in node.items for place in places(item))]
    if isinstance(node, Mapping):
        return [own, *(place for entry in node.entries for part in entry for place in places(part))]
    return [own]


PACK = """\
# a pack
pack: demo
rules:
  - id: a.b   # why
    tags: [x, "y z"]
    assert: >-
      1 <
      2

  - &other {id: 9.10}
last: *other
"""


def test_every_node_knows_its_place() -> None:
    """A scalar covers its quotes, a block its header, a collection all of its content and no blank lines below."""
    found = places(load(PACK))
    assert found[0] == "2:1 " + PACK.removeprefix("# a pack\n").rstrip()
    assert found[1:] == [
        "2:1 pack",
        "2:7 demo",
        "3:1 rules",
        '4:3 - id: a.b   # why\n    tags: [x, "y z"]\n    assert: >-\n      1 <\n      2\n\n  - &other {id: 9.10}',
        '4:5 id: a.b   # why\n    tags: [x, "y z"]\n    assert: >-\n      1 <\n      2',
        "4:5 id",
        "4:9 a.b",
        "5:5 tags",
        '5:11 [x, "y z"]',
        "5:12 x",
        '5:15 "y z"',
        "6:5 assert",
        "6:13 >-\n      1 <\n      2",
        "10:12 {id: 9.10}",
        "10:13 id",
        "10:17 9.10",
        "11:1 last",
        "10:12 {id: 9.10}",
        "10:13 id",
        "10:17 9.10",
    ]


def test_an_alias_is_the_very_node_of_its_anchor() -> None:
    """What an alias gives stands where the anchor's text stands."""
    tree = load("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n")
    assert isinstance(tree, Mapping)
    assert tree.get("a") is tree.get("b")
    assert data(tree) == {"a": [1], "b": [1], "c": 2, "d": 2}


def test_an_id_keeps_its_text() -> None:
    """A loader can tell a number from a text where it wants a text, and what was written."""
    node = load("9.10")
    assert isinstance(node, Scalar)
    assert (node.text, node.value, node.plain) == ("9.10", 9.1, True)
    quoted = load("'9.10'")
    assert isinstance(quoted, Scalar)
    assert (quoted.text, quoted.value, quoted.plain) == ("9.10", "9.10", False)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a: [http://x:1/y, b:c]", ["http://x:1/y", "b:c"]),
        ("a: {image: nginx:1.25, url: https://x/?q=a:b}", {"image": "nginx:1.25", "url": "https://x/?q=a:b"}),
        ("a: [http://x, 'q:r', \"s:t\"] # c:d", ["http://x", "q:r", "s:t"]),
        ('a: {"b":[x:y]}', {"b": ["x:y"]}),
        ("a: [x:y, \ue000:\ue000]", ["x:y", "\ue000:\ue000"]),
        ("a: [https://x/?q=a:b&c?]", ["https://x/?q=a:b&c?"]),
        ("a: http://x:1/y", "http://x:1/y"),
        ("a: [2024-02-30, 1_000, 010, yes, 0x10, ~, 1e3]", ["2024-02-30", "1_000", "010", "yes", 16, None, 1000.0]),
        ("a:", None),
        ("a: ''", ""),
        ("a: |\n  x\n   y\n\n", "x\n y\n"),
        ("a: >+\n  x\n  y\n\n", "x y\n\n"),
        ('a: "x\\ty\\u263a\\U0001f600"', "x\ty☺😀"),
        ("a: {}", {}),
        ("a: []", []),
        ('{"a": "<<"}', "<<"),
        ("a:\r\n- b\r\n- c d\r\n  e\r\n", ["b", "c d e"]),
        ("? a\n: b", "b"),
        ("a: x\n...\n", "x"),
        ("--- {a: x}", "x"),
    ],
)
def test_what_a_text_means(text: str, meant: Json) -> None:
    """Good YAML 1.2 is read as YAML 1.2."""
    assert value(text) == meant


def test_colons_in_brackets_move_nothing() -> None:
    """Where libyaml has to be helped past a colon, everything still has its text and place."""
    assert places(load("a: [b:c, {d: e::f}]\n"))[3:] == ["1:5 b:c", "1:10 {d: e::f}", "1:11 d", "1:14 e::f"]


def test_problems_behind_a_colon_in_brackets_are_told_once() -> None:
    """A text that is read twice gives each problem once."""
    problems = Problems()
    load_yaml(SourceFile("a.yaml", "1: [a:b]\nc: [d:e, *f]\n"), problems)
    assert [problem.code for problem in problems.found] == ["HP-E011", "HP-E017"]


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a: b # c\n", "# c"),
        ("a: b\t#c\n", "#c"),
        ("a: b\n   c # d", "# d"),
        ("a: b#c\n", None),
        ("a: 'b' # c\n", None),
        ("a: b\n# c\n", None),
        ("a: b", None),
    ],
)
def test_a_comment_behind_an_unquoted_text(text: str, comment: str | None) -> None:
    """Only an unquoted text can have been cut short by a comment on its line."""
    (entry,) = load(text).entries  # type: ignore[union-attr]
    span = entry.value.comment_follows()
    assert (span and span.file.text[span.start : span.end]) == comment


ALPHABET = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
)
KEYS = st.text(ALPHABET)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(ALPHABET | st.sampled_from("\n\t\x1b")),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@given(JSON)
def test_json_means_what_json_says(document: Json) -> None:
    """YAML 1.2 takes in JSON: what is written as JSON comes back as it was."""
    assert data(load(json.dumps(document, ensure_ascii=False))) == document


def deep_mapping(depth: int) -> str:
    """Return mappings inside each other."""
    return "".join(f"{' ' * level}a:\n" for level in range(depth))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 50_000, (1, MOST_DEPTH + 1)),
        ("- " * 2_000 + "a", (1, 2 * MOST_DEPTH + 1)),
        (deep_mapping(2_000), (MOST_DEPTH + 1, MOST_DEPTH + 1)),
        ("{a: " * 50_000, (1, 4 * MOST_DEPTH + 1)),
        ("? " * 2_000 + "a", (1, 2 * MOST_DEPTH + 1)),
        (
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
            (MOST_DEPTH, 12),
        ),
    ],
    ids=["brackets", "items", "keys", "braces", "questions", "aliases"],
)
def test_too_deep(text: str, place: tuple[int, int]) -> None:
    """Whatever nests too deeply is refused at the first level too many, before anything recurses into it."""
    (problem,) = refused(text)
    assert problem.span is not None
    assert (problem.code, problem.span.line, problem.span.column) == ("HP-E019", *place)


def test_the_deepest_that_is_allowed() -> None:
    """As many levels as the limit says are read."""
    assert data(load("[" * MOST_DEPTH + "]" * MOST_DEPTH)) is not None


def test_a_hundred_thousand_keys() -> None:
    """A flat mapping as large as the limit allows is read, and one larger is not."""
    text = "".join(f"key{number}:\n" for number in range(MOST_NODES // 2))
    tree = load(text)
    assert isinstance(tree, Mapping)
    assert len(tree.entries) == MOST_NODES // 2
    assert [problem.code for problem in refused(text + "one more:\n")] == ["HP-E020"]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key{number}:\n" for number in range(501)),
        "- a\n" * 1_001,
        "-\n" * (MOST_CHARACTERS // 2),
        "- {a: b}\n" * 334,
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
        "- &a [x, x, x, x, x, x, x, x]\n" + "- &b [" + "*a," * 50 + "]\n- &c [" + "*b," * 50 + "]\n",
    ],
    ids=["keys", "items", "nulls", "mappings", "laughs", "wide laughs"],
)
def test_too_many_nodes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is too large, or would be with each alias written out, is refused."""
    monkeypatch.setattr("hostproof.source.builder.MOST_NODES", 1_000)
    (problem,) = refused(text)
    assert problem.code == "HP-E020"
    assert problem.span is not None


def test_too_many_of_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of nothing but mistakes ends as well."""
    monkeypatch.setattr("hostproof.source.builder.MOST_NODES", 1_000)
    assert [problem.code for problem in refused("a:\n" * 100_000)] == ["HP-E010"] * 500 + ["HP-E020"]


def test_too_many_aliases() -> None:
    """So many aliases as the limit says are read, and one more is refused."""
    load("- &a b\n" + "- *a\n" * MOST_ALIASES)
    (problem,) = refused("- &a b\n" + "- *a\n" * (MOST_ALIASES + 1))
    assert (problem.code, str(problem.span)) == ("HP-E021", f"a.yaml:{MOST_ALIASES + 2}:3")


def test_too_long() -> None:
    """A text of more characters than the limit is not even looked at."""
    (problem,) = refused("#" * (MOST_CHARACTERS + 1))
    assert problem.code == "HP-E004"


@pytest.mark.parametrize("number", ["1" * 100_000, "0x" + "1" * 100_000, "1" * 100_000 + ".5", "1e" + "9" * 100_000])
def test_a_huge_number(number: str) -> None:
    """A number of a hundred thousand digits is refused where it stands."""
    (problem,) = refused(f"a: [{number}]")
    assert problem.span is not None
    assert (problem.code, problem.span.start, problem.span.end) == ("HP-E022", 4, 4 + len(number))


def test_a_lone_surrogate() -> None:
    """What no file can hold, but a text in memory can, is refused at its place."""
    (problem,) = refused("title: a\ud800b\n")
    assert (problem.code, str(problem.span)) == ("HP-E006", "a.yaml:1:9")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    """Loading stops the collector only for as long as it takes, also when the text is refused."""
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        for text in ("a: b", "a: [", "[" * 200):
            load_yaml(SourceFile("a.yaml", text), Problems())
            assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Importing the reader does not import ruamel.yaml, which takes longer than Python itself."""
    code = "import sys, hostproof.source.yaml, hostproof.source.render; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if name.startswith(("ruamel", "_ruamel", "difflib", "unicodedata"))} == set()


@pytest.mark.parametrize(
    ("text", "column"),
    [("!t x", 4), ("!t, x", 5), ("!=min(1h, x", 11), ("!<t,u> &b x", 11), ("&b !t,u x", 9), ("[!t,u x]", 7)],
)
def test_what_stands_behind_a_tag_has_its_place(text: str, column: int) -> None:
    """A refused tag is stepped over as libyaml reads it, up to the next blank; what is behind keeps its place."""
    problems = Problems()
    node = load_yaml(SourceFile("tagged.yaml", text), problems)
    assert [problem.code for problem in problems.found] == ["HP-E013"]
    scalar = node.items[0] if isinstance(node, Sequence) else node
    assert isinstance(scalar, Scalar)
    assert (scalar.text, scalar.span(0, 1).column) == ("x", column)
