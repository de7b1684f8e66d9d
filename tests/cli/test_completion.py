"""Completion, as a shell asks for it."""

from __future__ import annotations

import pytest

from .conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script(run: Run, shell: str) -> None:
    """Each shell gets a script of its own."""
    done = run(_HOSTPROOF_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert "_HOSTPROOF_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        (
            "hostproof ",
            {
                *("check", "collect", "eval", "explain", "lint", "plan", "facts", "query", "verify", "import"),
                *("baseline", "compare", "diff", "experiment", "manifest", "test", "docs", "init"),
            },
        ),
        ("hostproof baseline ", {"record", "select", "list", "gate"}),
        ("hostproof baseline gate --near m", {"major"}),
        ("hostproof co", {"collect", "compare"}),
        ("hostproof check --fa", {"--fail-on"}),
        ("hostproof check --fail-on ", {"critical", "high", "medium", "low", "info"}),
        ("hostproof check -f j", {"junit=", "json="}),
        ("hostproof eval -f n", {"nagios="}),
        ("hostproof check --pack lin", {"linux", "linux-config", "linux-probes"}),
        ("hostproof lint lin", {"linux", "linux-config", "linux-probes"}),
        ("hostproof explain net.sy", {"net.syn-cookies", "net.syn-backlog"}),
        ("hostproof explain --pack nowhere net.sy", set()),
        ("hostproof explain net.backlog hos", {"hos"}),
        ("hostproof plan -f ", {"text", "json"}),
    ],
)
def test_the_offers(run: Run, line: str, offers: set[str]) -> None:
    """Commands, options, packs, formats and words are offered where they may stand."""
    words = line.split(" ")
    done = run(_HOSTPROOF_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert {row.split(",", 1)[1] for row in done.stdout.split()} == offers
