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


@pytest.mark.parametrize("text", ["", "ssh", "web1", "Local!", "locla", "shh:web1", "root"])
def test_anything_else_is_a_problem(text: str) -> None:
    """The problem quotes the word and names what there is."""
    with pytest.raises(ProblemError) as caught:
        parse_target(text)
    (problem,) = caught.value.problems
    assert problem.code == "HP-E507"
    assert repr(text) in problem.message
    assert "local" in problem.hint


@pytest.mark.parametrize("host", ["web1", "me@web1", "ssh://me@web1:2222", "[::1]"])
def test_a_host_is_named_as_ssh_takes_it(host: str) -> None:
    """A name, a user's, an alias of its configuration, or a URI; it can't be taken for an option."""
    target = parse_target(host if host.startswith("ssh:") else f"ssh:{host}")
    assert target.python[0] == "ssh"
    assert target.python[-3:-1] == ("--", host)
    assert (target.kind, target.place, target.foreign) == ("ssh", host, True)


@pytest.mark.parametrize("text", ["ssh:", "ssh:-oProxyCommand=true", "ssh:a b", "ssh:a\nb", "ssh:\x1b"])
def test_what_names_no_host_is_refused(text: str) -> None:
    """Above all what ssh would take for an option."""
    with pytest.raises(ProblemError) as caught:
        parse_target(text)
    assert [problem.code for problem in caught.value.problems] == ["HP-E507"]
    assert "ssh:web1" in caught.value.problems[0].hint
