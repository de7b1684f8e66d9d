"""Collections, several packs under one name: a file `packs.yaml` in, the files of its packs out."""

from __future__ import annotations

from pathlib import Path

from hostproof.rulepack.find import COLLECTION_NAME, find_pack
from hostproof.rulepack.sections.shape import Codes, Shape
from hostproof.source.files import read_source
from hostproof.source.nodes import Mapping, Node
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.yaml import load_yaml

PROFILE_CODES = Codes("HP-E311", "HP-E312", "HP-E313", "HP-E314", "HP-E315", "HP-E316", "HP-E317")
FORMAT = 1
KEYS = ("hostproof", "title", "packs")
MOST_PACKS = 100


def packs_of(path: Path) -> tuple[Path, ...]:
    """Return the files of the packs that a collection's file names: built-in ones, or by paths from its folder.

    Raises ProblemError with everything that is wrong.
    """
    problems = Problems()
    shape = Shape(problems, PROFILE_CODES)
    node = load_yaml(read_source(path), problems)
    root = shape.mapping(node, "a collection of packs", "packs: [linux, linux-probes]") if node else None
    found: dict[Path, None] = {}
    for item in _items(root, shape) if root else ():
        one = _pack(item, path.parent, shape)
        if one is not None and one in found:
            problems.add("HP-E325", "the same pack is named before", item.where, "leave one of them out")
        elif one is not None:
            found[one] = None
    problems.refuse()
    return tuple(found)


def _items(root: Mapping, shape: Shape) -> tuple[Node, ...]:
    shape.keys(root, KEYS, KEYS, "a collection of packs")
    shape.format_number(root, FORMAT, "a collection of packs")
    shape.line(root.get("title"), "`title`")
    packs = root.get("packs")
    items = (shape.sequence(packs, "`packs`", "packs: [linux]") if packs else None) or ()
    if packs is not None and not items and not shape.problems.errors:
        shape.problems.add("HP-E315", "`packs` names no pack", packs.where, "name one at least")
    if len(items) > MOST_PACKS:
        message = f"`packs` may name {MOST_PACKS}, and names {len(items):,}"
        shape.problems.add("HP-E317", message, items[MOST_PACKS].where)
    return items[:MOST_PACKS]


def _pack(item: Node, base: Path, shape: Shape) -> Path | None:
    name = shape.text(item, "a pack's name or path", most=4000)
    try:
        found = find_pack(name.text, base) if name else None
    except ProblemError as error:
        for problem in error.problems:
            shape.problems.add(problem.code, problem.message, item.where, problem.hint)
        return None
    if found is None or found.name != COLLECTION_NAME:
        return found
    shape.problems.add("HP-E301", "a collection names packs, not collections", item.where, "name its packs")
    return None
