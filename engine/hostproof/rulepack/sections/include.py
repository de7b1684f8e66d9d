"""The key `include` of a pack: paths of fragments in, the parts of the whole pack out, the pack's own file first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from hostproof.rulepack.fragments import MOST_FRAGMENTS, left_out, read_fragment
from hostproof.rulepack.sections.shape import Shape, beginning
from hostproof.source.nodes import Entry, Mapping, Node, Scalar
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.spans import SourceFile, Span
from hostproof.source.yaml import load_yaml

FRAGMENT_KEYS = ("hostproof", "params", "facts", "rules")
SECTIONS = ("params", "facts", "rules")
_PACKS_OWN = ("pack", "title", "include", "redact")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files that make a pack, and what stands in it."""

    file: SourceFile
    root: Mapping


def declared(parts: tuple[Part, ...], section: str) -> dict[str, Scalar]:
    """Return the names that a section of a pack declares, rightly or not, each with where it stands first."""
    nodes = (part.root.get(section) for part in parts)
    keys: dict[str, Scalar] = {}
    for node in nodes:
        for key, _ in node.entries if isinstance(node, Mapping) else ():
            keys.setdefault(key.text, key)
    return keys


def entries_of(parts: tuple[Part, ...], section: str, shape: Shape) -> Iterator[Entry]:
    """Yield the entries of a section of all files; of a name that another file has already that is told."""
    seen: dict[str, Scalar] = {}
    for part in parts:
        for key, value in shape.entries(part.root.get(section), f"`{section}`"):
            if key.text in seen:
                message = f"the name {key.text!r} stands twice in `{section}`"
                shape.problems.add("HP-E128", message, key.where, other_place(key.where, seen[key.text].where))
            else:
                seen[key.text] = key
                yield Entry(key, value)


def other_place(here: Span, there: Span) -> str:
    """Return a hint that leads from the second of two things to the first."""
    return f"the other one is in {f'line {there.line}' if here.file is there.file else there}"


def read_include(node: Node | None, pack: SourceFile, number: int, shape: Shape) -> tuple[Part, ...]:
    """Return the fragments that a pack includes, in its order; `number` is the format they must have.

    What is wrong with a path is told at the path, what is wrong with a fragment in the fragment.
    """
    if node is None:
        return ()
    items = shape.sequence(node, "`include`", "include: [rules/clock.yaml]")
    if items is None:
        return ()
    if len(items) > MOST_FRAGMENTS:
        message = f"a pack may include {MOST_FRAGMENTS} files, and this one includes {len(items):,}"
        shape.problems.add("HP-E122", message, items[MOST_FRAGMENTS].where)
    elif not items:
        shape.problems.add("HP-E105", "`include` names no file", node.where, "name one, or leave it out")
    files = _files(items[:MOST_FRAGMENTS], pack, shape)
    for path in left_out(pack.path, tuple(files)) if 0 < len(files) == len(items) else ():
        hint = "include it, or put it elsewhere: nothing in it counts"
        shape.problems.add("HP-W105", f"{path!r} stands beside included files, and is not included", node.where, hint)
    parts = ((file, _root(file, number, shape)) for file in files)
    return tuple(Part(file, root) for file, root in parts if root is not None)


def _files(items: tuple[Node, ...], pack: SourceFile, shape: Shape) -> list[SourceFile]:
    seen: dict[str, Span] = {}
    files = []
    for item in items:
        scalar = shape.text(item, "an included file", most=1000)
        file = _read(pack, scalar, shape) if scalar else None
        if scalar is None or file is None:
            continue
        real = os.path.realpath(file.path)
        if real in seen:
            hint = f"the other one is in line {seen[real].line}"
            shape.problems.add("HP-E126", f"{scalar.text!r} is included twice", scalar.where, hint)
        else:
            seen[real] = scalar.where
            files.append(file)
    return files


def _read(pack: SourceFile, path: Scalar, shape: Shape) -> SourceFile | None:
    try:
        return read_fragment(pack.path, path.text)
    except ProblemError as error:
        told = (Problem(one.code, one.message, one.span or path.where, one.hint) for one in error.problems)
        shape.problems.found += told
        return None


def _root(file: SourceFile, number: int, shape: Shape) -> Mapping | None:
    """Return the mapping that a fragment is; of what only a pack's own file may say that is told."""
    node = load_yaml(file, shape.problems)
    root = shape.mapping(node, "a fragment of a pack", f"hostproof: {number}") if node else None
    if root is None:
        return None
    shape.format_number(root, number, "a fragment")
    _tell_of_keys(root, shape)
    if not any(root.get(name) is not None for name in SECTIONS):
        message = "a fragment needs one of the keys 'params', 'facts' and 'rules'"
        shape.problems.add("HP-E102", message, beginning(root), "write what it is to add to its pack")
    return root


def _tell_of_keys(root: Mapping, shape: Shape) -> None:
    own = [key for key, _ in root.entries if key.text in _PACKS_OWN]
    for key in own:
        message = f"a fragment has no key {key.text!r}: it belongs to the pack's own file"
        hint = "include the file in the pack itself" if key.text == "include" else "leave it out"
        shape.problems.add("HP-E127", message, key.where, hint)
    shape.keys(root, (*FRAGMENT_KEYS, *(key.text for key in own)), ("hostproof",), "a fragment")
