"""What all tests share: the one flag that rewrites goldens, and Hypothesis without a clock."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("hostproof", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hostproof")


def pytest_configure() -> None:
    """Let signals end what tests start, also where whoever runs the tests ignores them (`nohup`, `&` in a script)."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the real faults: how many were injected and noticed, and why the others were not."""
    tests = {word: _of_faults(terminalreporter.getreports(word)) for word in ("passed", "failed", "skipped")}
    total = sum(map(len, tests.values()))
    if not total:
        return
    reasons = Counter(str(report.longrepr[-1]) for report in tests["skipped"] if isinstance(report.longrepr, tuple))
    counts = f"{len(tests['passed'])} noticed, {len(tests['failed'])} failed, {len(tests['skipped'])} not injected"
    terminalreporter.write_line(f"{total} real faults: {counts}")
    for reason, times in sorted(reasons.items()):
        terminalreporter.write_line(f"  {times} x {reason.removeprefix('Skipped: ')}")


def _of_faults(reports: list[pytest.TestReport]) -> list[pytest.TestReport]:
    return [report for report in reports if "::test_a_fault_" in report.nodeid and report.when != "teardown"]
