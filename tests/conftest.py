"""What all tests share: the one flag that rewrites goldens, and Hypothesis without a clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("hostproof", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hostproof")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`."""
    parser.addoption("--update", action="store_true", help="rewrite golden files with what the code gives now")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be rewritten; never in CI, where a golden that changes is a failure."""
    wanted: bool = request.config.getoption("--update")
    if wanted and "CI" in os.environ:
        pytest.fail("--update is for people, not for CI")
    return wanted


@pytest.fixture
def golden(update: bool) -> Callable[[str], Callable[[str], None]]:
    """Give for a name below tests/golden a function that compares a text with that file, or rewrites the file."""

    def named(name: str) -> Callable[[str], None]:
        path = Path(__file__).parent / "golden" / name

        def compare(text: str) -> None:
            if update:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            assert text == path.read_bytes().decode()

        return compare

    return named
