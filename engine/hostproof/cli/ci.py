"""`--ci`: the build a run is part of, told by its variables, and the reports that such a build takes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping

from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.table import CI
from hostproof.cli.outputs import APPENDED, LOG, Output
from hostproof.cli.screen import warn
from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError

JUNIT = Output("junit", "hostproof.junit.xml")
# The variable that each build sets; the first that is there counts. Gitea and Forgejo set GitHub's.
VARIABLES = (
    ("github", "GITHUB_ACTIONS"),
    ("gitlab", "GITLAB_CI"),
    ("azure", "TF_BUILD"),
    ("circleci", "CIRCLECI"),
    ("buildkite", "BUILDKITE"),
    ("teamcity", "TEAMCITY_VERSION"),
    ("jenkins", "JENKINS_URL"),
    ("other", "CI"),
)
SUMMARY = "GITHUB_STEP_SUMMARY"


def with_ci(given: Given, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """Return the outputs with those that `--ci` adds, and say in a line which; what the user asked for stays.

    Raises ProblemError for a build that is not known.
    """
    word = given.text("ci", "none")
    if word not in CI:
        near = nearest(word, CI)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(CI)}"
        raise ProblemError((Problem("HP-E504", f"--ci {word}: there is no such word here", None, hint),))
    name = build_of(word, os.environ)
    asked = {output.format for output in outputs}
    added = tuple(output for output in _outputs(name, os.environ) if output.format not in asked)
    if word != "none" and not given.flag("quiet"):
        warn(f"ci: {_said(word, name, added)}")
    return (*outputs, *added)


def build_of(word: str, environment: Mapping[str, str]) -> str:
    """Return the build that a word of `--ci` stands for, empty for none."""
    if word != "auto":
        return "" if word == "none" else word
    return next((name for name, variable in VARIABLES if environment.get(variable)), "")


def folded(text: str, given: Given) -> str:
    """Return the terminal's report as a section that GitLab's log can fold; as it is for other builds."""
    if build_of(given.text("ci", "none"), os.environ) != "gitlab":
        return text
    now, line = int(time.time()), "\x1b[0K"
    begin = f"{line}section_start:{now}:hostproof\r{line}hostproof\n"
    return f"{begin}{text}{line}section_end:{now}:hostproof\r{line}\n"


def _outputs(name: str, environment: Mapping[str, str]) -> Iterator[Output]:
    if not name:
        return
    if name in ("github", "azure"):
        yield Output(name, LOG)
    if name == "github" and environment.get(SUMMARY):
        yield Output("step-summary", APPENDED + environment[SUMMARY])
    if name == "gitlab":
        yield Output("codequality", "hostproof.codequality.json")
    yield JUNIT


def _said(word: str, name: str, added: tuple[Output, ...]) -> str:
    if not name:
        return "this is no build that is known by its variables; nothing is added"
    parts = [
        {"step-summary": "step summary", "github": "annotations", "azure": "issues of the task"}.get(one.format)
        or f"{one.format}={one.path}"
        for one in added
    ]
    return f"{name}{' (by its variables)' if word == 'auto' else ''}: {', '.join(parts) or 'nothing to add'}"
