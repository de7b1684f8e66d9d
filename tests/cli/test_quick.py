"""The quick way to read a command line agrees with click wherever it answers at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.cli.arguments.clicked import build_group
from hostproof.cli.arguments.given import Given
from hostproof.cli.arguments.quick import read_words
from hostproof.cli.arguments.table import COMMANDS, Command, find_command

FLAGS = sorted({flag for command in COMMANDS for o in command.options for flag in (o.long, o.short) if flag})
ODD = [
    "",
    "-",
    "--",
    "-x",
    "--help",
    "--no-such",
    "a=b",
    "linux",
    "junit=o.xml",
    "-q=1",
    "--pack=",
    "--quiet=1",
    "=",
    "-fjson",
    "-qq",
]


def by_click(name: str, words: list[str]) -> Given | None:
    """Return what click makes of a command line, or None where it complains or helps."""
    import click

    heard: list[Given] = []

    def hear(_command: Command, found: Given) -> int:
        heard.append(found)
        return 0

    try:
        build_group(hear).main([*name.split(), *words], prog_name="hostproof", standalone_mode=False)
    except click.ClickException:
        return None
    return heard[0] if heard else None


words = st.lists(st.one_of(st.sampled_from(FLAGS), st.sampled_from(ODD), st.text("-=af ", max_size=4)), max_size=6)


@given(st.sampled_from([command.name for command in COMMANDS]), words)
def test_both_ways_agree(name: str, line: list[str]) -> None:
    """Whatever the quick way understands, click understands in the same way."""
    command = find_command(name)
    assert command is not None
    quick = read_words(command, line)
    if quick is not None:
        clicked = by_click(name, line)
        assert clicked is not None
        assert (dict(quick.words), quick.rest) == (dict(clicked.words), clicked.rest)


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("check", [], Given()),
        ("check", ["-f", "junit=a", "--format=json=-", "-q"], Given({"format": ("junit=a", "json=-"), "quiet": ("",)})),
        ("eval", ["a.hpsnap", "--pack", "x", "b.hpsnap"], Given({"pack": ("x",)}, ("a.hpsnap", "b.hpsnap"))),
        ("eval", ["--", "-a"], Given({}, ("-a",))),
        ("lint", [], Given()),
        (
            "collect",
            ["-o", "a", "--timeout", "1s", "--timeout", "2s"],
            Given({"output": ("a",), "timeout": ("1s", "2s")}),
        ),
    ],
)
def test_plain_lines_need_no_click(name: str, line: list[str], found: Given) -> None:
    """The usual command lines are read without importing click."""
    command = find_command(name)
    assert command is not None
    quick = read_words(command, line)
    assert quick is not None
    assert (dict(quick.words), quick.rest) == (dict(found.words), found.rest)


@pytest.mark.parametrize(
    "line", [["--help"], ["--nope"], ["-fjson"], ["stray"], ["--pack"], ["--pack", "--quiet"], ["-q=1"]]
)
def test_the_rest_is_left_to_click(line: list[str]) -> None:
    """Help, short forms and everything wrong is click's to say."""
    command = find_command("check")
    assert command is not None
    assert read_words(command, line) is None
