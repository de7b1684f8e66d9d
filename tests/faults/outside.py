"""Judges with only the agent inside a fault: the words that start Python there, `---`, and arguments of check in."""

from __future__ import annotations

import sys
from dataclasses import replace

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.quick import read_words
from hostproof.cli.arguments.table import find_command
from hostproof.cli.commands import check
from hostproof.cli.taking import Taking
from hostproof.collect.target import Target


def main(words: list[str]) -> int:
    """Do what check does, with an agent that is started by other words; return its exit code."""
    cut = words.index("---")
    target = Target("fault", tuple(words[:cut]))
    command = find_command("check")
    assert command is not None
    given = read_words(command, words[cut + 1 :])
    assert given is not None
    usual = check.read_taking

    def taking(given: Given) -> Taking:
        return replace(usual(given), target=target)

    check.read_taking = taking
    return check.run(given)


sys.exit(main(sys.argv[1:]))
