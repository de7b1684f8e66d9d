"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["charmap", "harmless", "near", "scalars"])
def test_the_examples_hold(name: str) -> None:
    """Each example gives what the docstring says, and there is one."""
    found = doctest.testmod(importlib.import_module(f"hostproof.source.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
