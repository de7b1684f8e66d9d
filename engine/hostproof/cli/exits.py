"""Exit codes as a monitoring plugin has them (`--exit nagios`): 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hostproof.cli.arguments.given import Given
from hostproof.evaluate.model import Gate

WARNED = 4  # fit, but something is warned of; nobody outside sees this one
_PLUGIN = {0: 0, WARNED: 1, 1: 2}
_EXIT = "--exit"


def exit_of(given: Given, code: int, verdicts: Iterable[str], gate: Gate) -> int:
    """Return an exit code, with WARNED in its place where a plugin would warn; `verdicts` as `HostRow` has them."""
    if given.text("exit") != "nagios":
        return code
    from hostproof.report.monitors.nagios import WARNING, status

    return WARNED if status(code, verdicts, gate) == WARNING else code


def is_plugin(words: Sequence[str]) -> bool:
    """Return whether a command line asks for a plugin's exit codes, be it right otherwise or not."""
    return f"{_EXIT}=nagios" in words or (_EXIT, "nagios") in pairwise(words)


def plugin_code(code: int) -> int:
    """Return a plugin's exit code; whatever judged nothing is UNKNOWN."""
    return _PLUGIN.get(code, 3)
