"""The architecture as a test: imports point down, only the agent touches a machine, files and functions stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[1] / "engine" / "hostproof"

# What each part of the package may import of the rest. `""` are the modules that stand beside the floors.
MAY_IMPORT = {
    "agent": set[str](),
    "source": set[str](),
    "facts": {"source"},
    "expr": {"facts", "source"},
    "collect": {"facts", "source"},
    "rulepack": {"expr", "facts", "source"},
    "evaluate": {"rulepack", "expr", "facts", "source"},
    "report": {"evaluate", "facts", "source"},
    "cli": {"report", "evaluate", "rulepack", "collect", "expr", "facts", "source"},
    "": {"cli"},
}
MACHINE_MODULES = {
    "sh": {"collect"},
    "signal": {"agent", "cli"},
    **{name: {"agent"} for name in ("subprocess", "socket", "ctypes", "resource", "multiprocessing", "pty")},
}
# The doors of `os` that start a program; whatever stands behind a prefix is meant as well (`execv`, `spawnlp`).
STARTERS = ("system", "popen", "fork", "exec", "spawn", "posix_spawn")
FORKS = ("cli", "workers.py")  # which starts no program: it judges on all cores
MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 40


def imported(tree: ast.AST, here: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of everything a module of the package `here` imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = here[: len(here) - node.level + 1] if node.level else ()
            base = ".".join((*parts, *([node.module] if node.module else [])))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"__import__", "importlib.import_module"}:
            yield from ((node.lineno, str(a.value)) for a in node.args[:1] if isinstance(a, ast.Constant))


def import_faults(tree: ast.AST, here: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Yield what a module of the package `here` imports and may not."""
    floor = here[1] if len(here) > 1 else ""
    for line, name in imported(tree, here):
        top, *rest = name.split(".")
        if top == "hostproof":
            # `from hostproof import __version__` names no floor.
            other = rest[0] if rest and rest[0] in MAY_IMPORT else ""
            if other and other != floor and other not in MAY_IMPORT[floor]:
                yield line, f"{floor or 'hostproof'} may not import {other}"
            if floor == "agent" and not other:
                yield line, "agent may not import hostproof"
        elif floor not in MACHINE_MODULES.get(top, {floor}):
            yield line, f"{floor or 'hostproof'} may not import {top}"


def starter_faults(tree: ast.AST, here: tuple[str, ...], file: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
    """Yield where a module outside the agent starts a program through `os`."""
    if here[1:2] == ("agent",):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and node.attr.startswith(STARTERS):
            if node.attr == "fork" and file == FORKS:
                continue
            yield node.lineno, f"only the agent may start programs: os.{node.attr}"


def length_faults(tree: ast.AST, lines: int) -> Iterator[tuple[int, str]]:
    """Yield what is too long."""
    if lines > MOST_FILE_LINES:
        yield lines, f"{lines} lines (limit {MOST_FILE_LINES})"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {length} lines (limit {MOST_FUNCTION_LINES})"


def faults(root: Path) -> list[str]:
    """Return every breach under the package folder `root`, as `file:line: what`."""
    found = []
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        here = ("hostproof", *path.relative_to(root).parent.parts)
        named = path.relative_to(root).parts
        checks = (import_faults(tree, here), starter_faults(tree, here, named), length_faults(tree, text.count("\n")))
        found += [f"{path.relative_to(root)}:{line}: {what}" for check in checks for line, what in check]
    return found


def test_the_package_keeps_to_its_floors() -> None:
    """Nothing in the package breaks a rule of the architecture."""
    assert faults(ENGINE) == []


def test_scripts_are_short_too() -> None:
    """What is written for a shell is code."""
    lines = {path.name: path.read_text("utf-8").count("\n") for path in ENGINE.rglob("*.sh")}
    assert lines
    assert max(lines.values()) <= MOST_FILE_LINES


def test_every_folder_is_a_known_floor() -> None:
    """A new folder must be given its place before it may hold code."""
    folders = {path.parent.relative_to(ENGINE).parts[:1] for path in ENGINE.rglob("*.py")}
    assert {name for parts in folders for name in parts} | {""} == set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("facts/a.py", "from hostproof.expr.model import Expr", "a.py:1: facts may not import expr"),
        ("expr/a.py", "import hostproof.collect.run", "a.py:1: expr may not import collect"),
        ("report/a.py", "from ..rulepack import model", "a.py:1: report may not import rulepack"),
        ("source/a.py", "from hostproof import facts", "a.py:1: source may not import facts"),
        ("report/deep/a.py", "from ...cli import main", "a.py:1: report may not import cli"),
        ("collect/a.py", "\n\ndef f():\n    import hostproof.agent.run", "a.py:4: collect may not import agent"),
        ("agent/a.py", "from hostproof.facts.types import Type", "a.py:1: agent may not import facts"),
        ("agent/a.py", "import hostproof", "a.py:1: agent may not import hostproof"),
        ("a.py", "from hostproof.facts import types", "a.py:1: hostproof may not import facts"),
        ("evaluate/a.py", "import sh", "a.py:1: evaluate may not import sh"),
        ("collect/a.py", "from subprocess import run", "a.py:1: collect may not import subprocess"),
        ("cli/a.py", "import socket", "a.py:1: cli may not import socket"),
        ("rulepack/a.py", "__import__('ctypes')", "a.py:1: rulepack may not import ctypes"),
        ("cli/a.py", "import os\nos.fork()", "a.py:2: only the agent may start programs: os.fork"),
        (
            "collect/a.py",
            "import importlib\nimportlib.import_module('resource')",
            "a.py:2: collect may not import resource",
        ),
        ("report/a.py", "import os\nos.execv('/bin/true', [])", "a.py:2: only the agent may start programs: os.execv"),
        ("source/a.py", "def f():\n" + "    x = 1\n" * 40, "a.py:1: f has 41 lines (limit 40)"),
        ("source/a.py", "x = 1\n" * 401, "a.py:401: 401 lines (limit 400)"),
    ],
)
def test_a_breach_is_found(tmp_path: Path, file: str, text: str, what: str) -> None:
    """Each rule of the architecture can be broken, and the place is told."""
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert [fault.removeprefix(file.removesuffix("a.py")) for fault in faults(tmp_path)] == [what]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("agent/a.py", "import subprocess, socket, ctypes, os\nfrom . import b\nfrom .b import c\nos.fork()"),
        ("collect/a.py", "import sh\nfrom hostproof import __version__\nfrom hostproof.facts.types import Type"),
        ("cli/a.py", "import signal\nfrom hostproof.report import junit"),
        ("evaluate/a.py", "from .model import Result\nfrom hostproof.evaluate import run\nimport os\nos.environ"),
        ("__main__.py", "from hostproof.cli.main import main"),
        ("source/a.py", "def f():\n" + "    x = 1\n" * 39),
    ],
)
def test_what_is_allowed_passes(tmp_path: Path, file: str, text: str) -> None:
    """The rules leave room for what each floor is there to do."""
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert faults(tmp_path) == []
