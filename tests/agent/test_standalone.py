"""The agent needs nothing but Python 3.6 and its standard library."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from hostproof.collect.link.bundle import AGENT, BOOTSTRAP, pack_agent

MODULES = sorted(AGENT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_has_the_grammar_of_python_3_6(path: Path) -> None:
    """No module uses syntax that Python 3.6 does not know."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_bootstrap_has_the_grammar_of_python_3_6() -> None:
    """What is given to `python3 -c` is read by Python 3.6 as well."""
    for same_python in (False, True):
        ast.parse(pack_agent(same_python).arguments[-1], feature_version=(3, 6))
    assert BOOTSTRAP.isascii()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_the_standard_library(path: Path) -> None:
    """Imports are of the standard library, or of modules beside it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names
        elif isinstance(node, ast.ImportFrom):
            assert node.level >= 1 or (node.module or "").partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_annotations_are_never_evaluated(path: Path) -> None:
    """An annotation is a plain name or a text: `list[int]` as code would end Python 3.6."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            assert annotation is None or isinstance(annotation, ast.Constant | ast.Name), ast.unparse(annotation)


def test_the_sources_name_nothing_newer_than_python_3_6() -> None:
    """Functions that came later are used only where their absence is handled."""
    later = {
        "time_ns",
        "monotonic_ns",
        "clock_gettime_ns",
        "valid_signals",
        "pidfd_open",
        "memfd_create",
        "removeprefix",
    }
    text = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    used = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    assert not used & later
    assert "except (AttributeError, NotImplementedError)" in text  # os.posix_spawn, since 3.8
