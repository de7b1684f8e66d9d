"""What the documentation shows is true: its files are written, its commands run, its output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from hostproof.cli.arguments.quick import read_words
from hostproof.cli.arguments.table import COMMANDS, split_command

CHECKOUT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/cli.md",
    "docs/configuration.md",
    "docs/compare.md",
    "docs/baselines.md",
    "docs/probes.md",
    "docs/targets.md",
    "docs/gate.md",
    "docs/rootfs.md",
    "docs/guide/ten-minutes.md",
    "docs/guide/first-rule.md",
    "docs/guide/own-probe.md",
    "docs/guide/testing-rules.md",
    "docs/go.md",
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: (\S+)\n")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Yield language and text of every code block of a page."""
    yield from ((match[1], match[2]) for match in FENCE.finditer((CHECKOUT / page).read_text("utf-8")))


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines shown below it."""
    command, shown = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    yield command, shown


def agree(shown: list[str], real: list[str]) -> bool:
    """Whether real output is as shown; a line `...` stands for any lines, `...` at a line's end for any text."""
    pattern = "\n".join(line.translate({91: "[[]", 42: "[*]", 63: "[?]"}) for line in shown)
    return fnmatchcase("\n".join(real), pattern.replace("...", "*"))


def run_step(command: str, folder: Path) -> list[str]:
    """Run one command as a reader would, and return its lines."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "XDG_CACHE_HOME": str(folder / ".cache"), "COLUMNS": "100"}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode in {0, 1, 3} or "lint wrong" in command, f"{command}: {done.stderr}"
    return (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page: str, tmp_path: Path) -> None:
    """From top to bottom, in an empty folder, every command of a page works and says what the page says."""
    if page == "docs/cli.md":  # it leans on no pack of its own
        assert not any("pack.yaml" in file[1] for _, text in blocks(page) if (file := FILE.match(text)))
    for language, text in blocks(page):
        file = FILE.match(text)
        if file:
            path = tmp_path / file[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text[file.end() :], "utf-8")
        if language == "console":
            for command, shown in steps(text):
                real = run_step(command, tmp_path)
                assert not shown or agree(shown, real), f"{command} said:\n" + "\n".join(real)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_is_one(page: str) -> None:
    """Commands in snippets for CI and shells, which can't be run here, have the options they name."""
    pattern = re.compile(rf"hostproof ((?:{'|'.join(command.name for command in COMMANDS)})\b[^'\]\n]*)")
    lines = [line for _, text in blocks(page) for line in pattern.findall(text)]
    assert lines
    for line in lines:
        command, words = split_command(line.split())
        assert command is not None
        assert read_words(command, words) is not None, line


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of a page is a file of the checkout."""
    text = (CHECKOUT / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((CHECKOUT / page).parent / target).exists(), target


def test_agreement_can_fail() -> None:
    """The comparison takes dots for anything, and nothing else for anything but itself."""
    assert agree(["a [1] ...", "...", "z"], ["a [1] b", "c", "d", "z"])
    assert not agree(["a"], ["a", "b"])
    assert not agree(["a*"], ["ab"])


def test_every_option_is_documented() -> None:
    """The page of the commands names each option of each command, and nothing else that looks like one."""
    text = (CHECKOUT / "docs" / "cli.md").read_text("utf-8")
    options = {option.long for command in COMMANDS for option in command.options}
    assert options - set(re.findall(r"--[a-z][a-z-]*", text)) == set()
    assert set(re.findall(r"--[a-z][a-z-]*", text)) - options == {"--help"}
