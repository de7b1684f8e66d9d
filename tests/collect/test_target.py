"""Targets: what a user may call one, and what is said of anything else."""

from __future__ import annotations

import sys

import pytest

from hostproof.collect.target import parse_target
from hostproof.source.problems import ProblemError


def test_local_is_this_machine() -> None:
    """The agent is started by the Python that runs us."""
    target = parse_target("local")
    assert (target.name, target.python, target.same_python) == ("local", (sys.executable,), True)


@pytest.mark.parametrize("text", ["", "ssh:web1", "root:/mnt", "container:x", "Local!", "locla"])
def test_anything_else_is_a_problem(text: str) -> None:
    """The problem quotes the word and names what there is."""
    with pytest.raises(ProblemError) as caught:
        parse_target(text)
    (problem,) = caught.value.problems
    assert problem.code == "HP-E507"
    assert repr(text) in problem.message
    assert "local" in problem.hint
