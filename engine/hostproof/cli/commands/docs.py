"""`hostproof docs`: what packs are, as Markdown: a page for each, and one that leads to them; touches no machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.job import DEFAULT_PACK
from hostproof.cli.outputs import STDOUT, require_writable, write_all
from hostproof.evaluate.cases import load_cases
from hostproof.evaluate.reference import PackText, describe_pack
from hostproof.facts.builtin import builtin_catalog
from hostproof.report.reference.markdown import render_index, render_pack
from hostproof.rulepack.find import FILE_NAME, find_packs
from hostproof.rulepack.load import load_pack
from hostproof.source.files import read_source
from hostproof.source.problems import Problem, ProblemError, Problems

CASES = "cases"
INDEX = "README.md"


def run(given: Given) -> int:
    """Write the pages and return 0; raises ProblemError for packs and cases at fault, and places not to be written."""
    here = (".",) if Path(FILE_NAME).is_file() else (DEFAULT_PACK,)
    folder = given.text("output")
    if not folder or folder == STDOUT:
        packs = _described(given.rest or here)
        _require_one(packs)
        write_all([(STDOUT, render_pack(packs[0]))])
        return 0
    pages = [(str(Path(folder) / name), text) for name, text in pages_of(given.rest or here).items()]
    require_writable([path for path, _ in pages])
    write_all(pages)
    return 0


def pages_of(words: Sequence[str]) -> dict[str, str]:
    """Return the texts of all files about the packs that words mean, by name; raises ProblemError for what is wrong."""
    packs = _described(words)
    return {f"{pack.name}.md": render_pack(pack) for pack in packs} | {INDEX: render_index(packs)}


def _described(words: Sequence[str]) -> list[PackText]:
    """Return the packs that words mean; raises ProblemError with all that is wrong."""
    problems, found = Problems(), list[PackText]()
    for word in words:
        with noted(problems):
            for path in find_packs(word):
                with noted(problems):
                    found.append(_described_in(path))
    names = [pack.name for pack in found]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        problems.add("HP-E509", f"the pack {name} is named twice", hint="each has one page: name it once")
    problems.refuse()
    return found


def _described_in(path: Path) -> PackText:
    """Return what is told of the pack in a file, with the cases beside it, if there are any."""
    catalog = builtin_catalog()
    pack = load_pack(path, catalog)
    folder = path.parent / CASES
    cases = load_cases(folder, pack, catalog) if any(folder.glob("*.yaml")) else ()
    return describe_pack(pack, cases, catalog, read_source(path).text)


def _require_one(packs: list[PackText]) -> None:
    if len(packs) > 1:
        told = f"{len(packs)} packs are {len(packs)} pages, and standard output takes one"
        raise ProblemError((Problem("HP-E502", told, hint="name a folder for them: -o docs/rules"),))
