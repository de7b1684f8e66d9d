"""Loading a pack: the path of a YAML file or its folder in, a checked `RulePack` or all its problems out."""

from __future__ import annotations

from pathlib import Path

from hostproof.expr.scope import Scope
from hostproof.facts.catalog import Catalog
from hostproof.facts.requests import FactRequest
from hostproof.rulepack.find import pack_file
from hostproof.rulepack.fragments import digest_of
from hostproof.rulepack.model import Rule, RulePack, Table
from hostproof.rulepack.sections.collectors import own_rows, read_collectors
from hostproof.rulepack.sections.include import FRAGMENT_KEYS, Part, declared, read_include
from hostproof.rulepack.sections.names import pack_fault
from hostproof.rulepack.sections.params import read_params
from hostproof.rulepack.sections.probes import bounded
from hostproof.rulepack.sections.redact import read_redact
from hostproof.rulepack.sections.rules import read_rules
from hostproof.rulepack.sections.shape import PACK_CODES, Shape, beginning
from hostproof.rulepack.sections.tables import read_tables
from hostproof.rulepack.uncollected import uncollected
from hostproof.source.files import read_source
from hostproof.source.nodes import Mapping, Scalar
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

FORMAT = 1
PACK_KEYS = ("hostproof", "pack", "title", "include", "params", "facts", "rules", "tables", "redact")
REQUIRED = ("hostproof", "pack", "title")


def load_pack(path: Path, catalog: Catalog) -> RulePack:
    """Return the pack in a file, or in the `pack.yaml` of a folder; `catalog` holds the built-in facts.

    Raises ProblemError with everything that is wrong, sorted by place.
    """
    return pack_of(read_source(pack_file(path)), catalog)


def pack_of(file: SourceFile, catalog: Catalog) -> RulePack:
    """Return the pack in a text. Raises ProblemError like `load_pack`."""
    problems = Problems()
    with uncollected():
        pack = check_pack(file, catalog, problems)
    problems.refuse()
    if pack is None:
        raise AssertionError("a pack without a problem is a pack")
    return pack


def check_pack(file: SourceFile, catalog: Catalog, problems: Problems) -> RulePack | None:
    """Do the same with a text, and add what is wrong to `problems`, advice included; None if any of it is an error."""
    before = problems.errors
    node = load_yaml(file, problems)
    shape = Shape(problems, PACK_CODES)
    root = shape.mapping(node, "a pack", "hostproof: 1") if node else None
    if root is None:
        return None
    include = root.get("include")
    shape.keys(root, PACK_KEYS, REQUIRED if include is not None else (*REQUIRED, "rules"), "a pack")
    if root.get("pack") is None and root.get("title") is None and _keys_of_fragment(root):
        message = "this looks like a fragment, which is no pack by itself"
        problems.add("HP-E102", message, beginning(root), "name the pack that includes it")
    shape.format_number(root, FORMAT, "a pack")
    name, title = _name(root, shape), shape.line(root.get("title"), "`title`")
    parts = (Part(file, root), *read_include(include, file, FORMAT, shape))
    params = read_params(parts, shape)
    facts = read_collectors(parts, name, catalog, params, shape)
    params = bounded(params, facts.values())
    scope = Scope(
        catalog.with_rows(own_rows(facts.values(), name, catalog)),
        {fact: request.name for fact, request in facts.items()},
        {param.name: param.type for param in params.values()},
    )
    wrong = declared(parts, "params").keys() - params.keys() | declared(parts, "facts").keys() - facts.keys()
    rules = read_rules(parts, scope, shape, frozenset(wrong))
    tables = read_tables(root.get("tables"), scope, shape) if problems.errors == before else ()
    redact = read_redact(root.get("redact"), shape)
    if include is not None and not rules and problems.errors == before:
        shape.problems.add("HP-E109", "a pack without a rule proves nothing", include.where, "write at least one rule")
    if problems.errors > before:
        return None
    _warn_unread(declared(parts, "facts"), facts, (*rules, *tables), problems)
    fragments = tuple(part.file for part in parts[1:])
    digest = digest_of(file, fragments)
    return RulePack(name, title, file.path, digest, rules, params, tuple(facts.values()), fragments, tables, redact)


def _keys_of_fragment(root: Mapping) -> bool:
    return all(key.text in FRAGMENT_KEYS for key, _ in root.entries) and len(root.entries) > 1


def _name(root: Mapping, shape: Shape) -> str:
    scalar = shape.text(root.get("pack"), "`pack`")
    fault = pack_fault(scalar.text) if scalar else ""
    if scalar and fault:
        shape.problems.add("HP-E107", fault, scalar.where)
    return scalar.text if scalar and not fault else "pack"


def _warn_unread(
    keys: dict[str, Scalar], facts: dict[str, FactRequest], readers: tuple[Rule | Table, ...], problems: Problems
) -> None:
    needs = frozenset[str]().union(*(reader.needs for reader in readers))
    for word, key in keys.items():
        name = facts[word].name
        if not any(need == name or need.startswith(f"{name}.") for need in needs):
            hint = "leave it out: facts that no rule reads are not collected"
            problems.add("HP-W102", f"no rule reads the fact {word!r}", key.where, hint)
