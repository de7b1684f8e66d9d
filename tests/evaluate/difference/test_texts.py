"""Diffs of texts: what patch(1) makes of them, and that they end in time."""

from __future__ import annotations

import doctest
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.evaluate.difference import rulings, texts
from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.difference.texts import MOST_LINES, Patience, unified
from hostproof.facts import volatile
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.report.difference.patch import paths_of, render_patch
from hostproof.rulepack.policy.load import standard_policy

EMPTY = Snapshot(0, "local", Host(), {})
LINES = st.lists(
    st.sampled_from(["a", "b", "", "--- a/x", "+++ b", "@@ -1 +1 @@", "# no", "\\ No", "a b\t"]), max_size=30
)


@pytest.mark.parametrize("module", [texts, rulings, volatile], ids=lambda module: module.__name__)
def test_the_examples_hold(module: object) -> None:
    """Each example gives what the docstring says, and there is one."""
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert (found.attempted > 0, found.failed) == (True, 0)


def patched(folder: Path, before: dict[str, Text], after: dict[str, Text]) -> dict[str, str]:
    """Apply the patch of two sets of outputs to the texts before, and return what patch(1) makes of them."""
    difference = differ(EMPTY, EMPTY, standard_policy(), outputs=(before, after))
    paths = {name: folder / path for name, path in paths_of(difference).items()}
    for name, text in before.items():
        if f"output {name}" in paths:
            paths[f"output {name}"].parent.mkdir(exist_ok=True)
            paths[f"output {name}"].write_bytes(text.text.encode())
    (folder / "diff.patch").write_text(render_patch(difference))
    command = ["patch", "-p1", "--no-backup-if-mismatch", "-i", "diff.patch"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 or "Only garbage" in done.stdout + done.stderr, done.stdout + done.stderr
    return {name: path.read_bytes().decode() if path.exists() else "" for name, path in paths.items()}


@settings(max_examples=60, deadline=None)
@given(LINES, LINES, st.booleans(), st.booleans())
def test_patch_makes_the_one_of_the_other(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], old_ends: bool, new_ends: bool
) -> None:
    """Of any two texts, with or without a line feed at their ends, lines like those of a diff in them."""
    before, after = ("\n".join(lines) + ("\n" if ends else "") for lines, ends in ((old, old_ends), (new, new_ends)))
    made = patched(tmp_path_factory.mktemp("p"), {"x": Text(before)}, {"x": Text(after)})
    assert made.get("output x", before) == after


def test_patches_of_several_texts_have_files_of_their_own(tmp_path: Path) -> None:
    """Names that come to the same file are numbered; a text that came or went is made or removed."""
    before = {"df -h /": Text("a\n"), "df -h  /": Text("b\n"), "gone": Text("c\n"), "../../etc/passwd": Text("x\n")}
    after = {"df -h /": Text("a1\n"), "df -h  /": Text("b1\n"), "new": Text("d\n"), "../../etc/passwd": Text("y\n")}
    made = patched(tmp_path, before, after)
    assert made == {
        "output ../../etc/passwd": "y\n",
        "output df -h  /": "b1\n",
        "output df -h /": "a1\n",
        "output gone": "",
        "output new": "d\n",
    }
    assert {path.name for path in tmp_path.iterdir()} <= {"diff.patch", "outputs"}


def test_what_can_not_be_applied_is_passed_over(tmp_path: Path) -> None:
    """A text with an escape sequence, or of which only a part is there, is shown behind #, and the others applied."""
    before = {"a": Text("1\n"), "b": Text("1\n"), "c": Text("1\n", whole=False)}
    after = {"a": Text("2\x1b[0m\n"), "b": Text("2\n"), "c": Text("2\n", whole=False)}
    assert patched(tmp_path, before, after) == {"output a": "1\n", "output b": "2\n", "output c": "1\n"}


def test_long_texts_end_in_time() -> None:
    """Texts that difflib would take minutes for are compared as blocks, and what is kept of them is bounded."""
    random = Random(1)
    one, other = ("".join(f"{random.randrange(40)}\n" for _ in range(20_000)) for _ in range(2))
    found = unified(one, other, Patience())
    assert (len(found.lines), found.whole) == (MOST_LINES, False)
    middling, like = ("".join(f"{random.randrange(300)}\n" for _ in range(1_900)) for _ in range(2))
    patience = Patience()
    for _ in range(50):
        unified(middling, like, patience)
    assert patience.left >= 0
