"""The published schemas agree with the validators by hand about what is a pack and what is a profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog
from hostproof.facts.snapshot import Value
from hostproof.facts.units import unit_words
from hostproof.rulepack.load import check_pack, load_pack
from hostproof.rulepack.profile import check_profile
from hostproof.source.builtin import data_folder
from hostproof.source.files import read_source
from hostproof.source.nodes import Mapping, Node, Scalar
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

SUITE = Path(__file__).parents[1] / "suite" / "rulepack"
BLIND = "# The schema can't see this.\n"


def schema(name: str) -> dict[str, Value]:
    """Return a published schema."""
    found: dict[str, Value] = json.loads((data_folder("schema") / f"{name}-1.schema.json").read_text())
    return found


def plain(node: Node | None) -> Value:
    """Return what a reader of YAML that knows nothing of packs makes of a text."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items] if node else None


def accepted(path: Path, kind: str, catalog: Catalog) -> tuple[bool, bool, bool]:
    """Return whether the schema and the hand accept a text, and whether the schema need not see what is wrong."""
    file, problems = read_source(path), Problems()
    by_schema = Draft202012Validator(schema(kind)).is_valid(plain(load_yaml(file, Problems())))
    made = check_pack(file, catalog, problems) if kind == "pack" else check_profile(file, problems)
    return by_schema, made is not None, file.text.startswith(BLIND)


@pytest.mark.parametrize("path", sorted(SUITE.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_schema_and_hand_accept_and_refuse_the_same(path: Path, catalog: Catalog) -> None:
    """What the one takes the other takes; a text says so where its mistake is none of shape."""
    by_schema, by_hand, blind = accepted(path, path.parent.name.removesuffix("s"), catalog)
    assert by_schema == (by_hand or blind)


PACKS = sorted(data_folder("rules").glob("*/pack.yaml"))
FRAGMENTS = [file for path in PACKS for file in load_pack(path, builtin_catalog()).fragments]


def faults_of(file: SourceFile, kind: str) -> list[str]:
    """Return what an editor that knows the schema says of a file."""
    errors = Draft202012Validator(schema(kind)).iter_errors(plain(load_yaml(file, Problems())))
    return [error.message for error in errors]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.parent.name)
def test_built_in_packs_fulfil_the_schema(path: Path) -> None:
    """An editor that knows the schema has nothing to say about our own packs."""
    assert faults_of(read_source(path), "pack") == []


@pytest.mark.parametrize("file", FRAGMENTS, ids=lambda file: "/".join(file.path.split("/")[-3:]))
def test_built_in_fragments_fulfil_the_schema(file: SourceFile) -> None:
    """Nor about the files that our packs include, each of which leads an editor to the schema of fragments."""
    assert faults_of(file, "fragment") == []
    assert file.text.startswith("# yaml-language-server: $schema=../../../schema/fragment-1.schema.json\n")


@pytest.mark.parametrize("path", sorted((SUITE / "packs" / "parts").rglob("*.y*ml")), ids=lambda path: path.stem)
def test_the_schema_of_fragments_knows_a_fragment(path: Path) -> None:
    """It takes the fragments of the suite that are right, and refuses what no fragment may say."""
    wrong = {"includes", "pack", "empty", "list", "other", "torn"}
    assert (faults_of(read_source(path), "fragment") == []) == (path.stem not in wrong)


def test_a_fragment_may_say_what_a_pack_may() -> None:
    """The sections of a fragment are those of a pack, to the letter: the schema stands alone, as editors need it."""
    pack, fragment = schema("pack"), schema("fragment")
    of_pack, of_fragment = pack["properties"], fragment["properties"]
    assert isinstance(of_pack, dict)
    assert isinstance(of_fragment, dict)
    assert fragment["$defs"] == pack["$defs"]
    alone = {"pack", "title", "include", "tables", "redact"}
    assert of_fragment == {name: found for name, found in of_pack.items() if name not in alone}


@pytest.mark.parametrize("kind", ["pack", "fragment", "profile"])
def test_a_schema_is_right_in_itself(kind: str) -> None:
    """It is valid, closed to unknown keys, and says of every key what it is for."""
    found = schema(kind)
    Draft202012Validator.check_schema(found)
    faults = [place for place, inner in parts(found, kind) if not complete(inner)]
    assert faults == []


@pytest.mark.parametrize("kind", ["pack", "fragment", "profile"])
def test_the_examples_of_a_schema_fulfil_it(kind: str) -> None:
    """Nobody is shown an example that would be refused."""
    found = schema(kind)
    wrong = []
    for place, inner in parts(found, kind):
        validator = Draft202012Validator({**inner, "$defs": found["$defs"]})
        examples = inner.get("examples", [])
        assert isinstance(examples, list)
        wrong += [(place, example) for example in examples if not validator.is_valid(example)]
    assert wrong == []


def test_the_units_of_the_schema_are_the_units() -> None:
    """The unit of a bare number is one that values may have."""
    text = json.dumps(schema("pack"))
    assert json.dumps(list(unit_words())) in text


def parts(found: Value, place: str) -> list[tuple[str, dict[str, Value]]]:
    """Return every schema inside a schema that has a type of its own, with its place."""
    if isinstance(found, list):
        return [part for at, item in enumerate(found) for part in parts(item, f"{place}[{at}]")]
    if not isinstance(found, dict):
        return []
    inner = [part for name, item in found.items() if name != "examples" for part in parts(item, f"{place}.{name}")]
    return [(place, found), *inner] if "type" in found or "enum" in found or "oneOf" in found else inner


def complete(part: dict[str, Value]) -> bool:
    """Tell whether an object is closed or typed inside, and whether each of its properties is described."""
    properties = part.get("properties", {})
    assert isinstance(properties, dict)
    described = all("description" in prop or "$ref" in prop for prop in properties.values() if isinstance(prop, dict))
    return part.get("type") != "object" or (described or len(properties) == 1)
