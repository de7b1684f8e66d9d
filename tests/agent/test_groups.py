"""The agent's look at control groups: which mount shows a group, and its files up to the highest that can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.agent import groups
from hostproof.agent.lines import AskError


@pytest.mark.parametrize(
    ("path", "root", "below"),
    [
        ("/", "/", ""),
        ("/a/b", "/", "/a/b"),
        ("/docker/x", "/docker/x", ""),
        ("/docker/x/y", "/docker/x", "/y"),
        ("/docker/xy", "/docker/x", None),
        ("/", "/docker/x", None),
        ("/../other", "/", None),
        ("/a", "/../b", None),
    ],
)
def test_a_group_below_a_mounts_root(path: str, root: str, below: str | None) -> None:
    """A group is seen through a mount only where the mount's root is above it."""
    assert groups.inside(path, root) == below


def mount(folder: Path, root: str = "/", kind: str = "cgroup", options: str = "rw,pids") -> dict[str, str]:
    """Return a mount as the agent has it."""
    return {"kind": kind, "root": root, "folder": str(folder), "options": options}


def test_levels_go_up_to_the_mount(tmp_path: Path) -> None:
    """The own group comes first, and files that a group lacks are left out."""
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/pids.max").write_text("max\n")
    (tmp_path / "a/pids.max").write_text("40\n")
    found = groups.hierarchy("8:pids:/a/b", [mount(tmp_path)], ("memory.max", "pids.max"))
    assert found == {
        "version": 1,
        "controllers": ["pids"],
        "path": "/a/b",
        "levels": [
            {"path": "/a/b", "files": {"pids.max": "max\n"}},
            {"path": "/a", "files": {"pids.max": "40\n"}},
            {"path": "/", "files": {}},
        ],
    }


def test_the_mount_that_shows_most_is_taken(tmp_path: Path) -> None:
    """Of a mount of the whole tree and one of a part, the first is used."""
    (tmp_path / "all/a/b").mkdir(parents=True)
    (tmp_path / "part").mkdir()
    mounts = [mount(tmp_path / "part", "/a/b"), mount(tmp_path / "all")]
    assert groups.place(1, "pids", "/a/b", mounts) == (str(tmp_path / "all"), "/a/b")


@pytest.mark.parametrize(
    "row", ["8:memory:/a", "0::/a", "8:pids:/gone", "8:pids:/a (deleted)", "8:pids:/../a", "7:name=pids:/a"]
)
def test_groups_that_no_mount_shows_have_no_levels(row: str, tmp_path: Path) -> None:
    """Another controller's tree, an absent folder and a path out of the namespace are not mistaken for the group."""
    (tmp_path / "a").mkdir()
    assert groups.hierarchy(row, [mount(tmp_path)], ("pids.max",))["levels"] == []


def test_v2_reads_every_file(tmp_path: Path) -> None:
    """The one tree of v2 has all controllers' files; one that is no file shows as an error's number."""
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").mkdir()
    found = groups.hierarchy("0::/", [mount(tmp_path, kind="cgroup2", options="rw")], ("cpu.max", "memory.max"))
    assert found["levels"] == [{"path": "/", "files": {"cpu.max": 21, "memory.max": "max\n"}}]


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    """More than 64 levels are no control group's."""
    with pytest.raises(AskError, match="64 deep"):
        list(groups.steps(str(tmp_path), "/a" * 70))


@pytest.mark.parametrize(
    ("row", "folder"),
    [
        (r"1 0 0:1 / /sys/fs/my\040group rw - cgroup2 cgroup2 rw", "/sys/fs/my group"),
        ("1 0 0:1 / /x rw - tmpfs tmpfs rw", None),
        ("1 0 0:1 / /x rw", None),
        ("", None),
    ],
)
def test_mounts_of_control_groups(row: str, folder: str | None) -> None:
    """Only complete lines of cgroup file systems count, escapes undone."""
    found = groups.mount_of(row)
    assert (found and found["folder"]) == folder


def test_this_process_is_in_some_group() -> None:
    """On a kernel with control groups every hierarchy has a path."""
    if not Path("/proc/self/cgroup").exists():
        pytest.skip("a kernel without control groups")
    found = groups.cgroups("pids.max")
    assert found
    assert all(str(row["path"]).startswith("/") for row in found)
