"""Which secrets are taken out of what is kept: those that packs know besides the usual ones; in CI, always some."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hostproof.cli.arguments.given import Given
from hostproof.cli.job import Job
from hostproof.facts.redact import Redactor
from hostproof.source.problems import Problem, ProblemError

# What a build server sets, by which others know it too: GitHub, GitLab, CircleCI and more set CI itself.
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "BUILDKITE", "CIRCLECI", "TEAMCITY_VERSION")
_NO = frozenset({"", "0", "false", "no"})


def read_unredacted(given: Given, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether secrets are kept as they are found.

    Raises ProblemError (HP-E519) for that in CI, where what is kept is for many to read, unless somebody insists.
    """
    if not given.flag("no-redact"):
        return False
    found = next((name for name in _CI if environ.get(name, "").casefold() not in _NO), "")
    if found and not given.flag("even-in-ci"):
        message = f"--no-redact in CI ({found} is set): whoever may read the job's files would read its secrets"
        hint = "leave it out, or say --no-redact --even-in-ci"
        raise ProblemError((Problem("HP-E519", message, None, hint),))
    return True


def redactor_of(job: Job, unredacted: bool) -> Redactor:
    """Return what takes out the secrets that the packs of a job know of."""
    return Redactor(tuple(dict.fromkeys(pattern for pack in job.packs for pattern in pack.redact)), unredacted)
