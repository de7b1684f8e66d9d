"""The agent's look at file systems, the temporary folder and interfaces, on this very machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostproof.agent import network, places


def test_filesystems_have_room_and_stand_once() -> None:
    """No pseudo file system is listed, and no device twice at one place."""
    found = places.filesystems()
    paths = [str(row["path"]) for row in found]
    assert len(paths) == len(set(paths))
    assert not {"proc", "sysfs", "devpts", "cgroup2"} & {str(row["type"]) for row in found}


@pytest.mark.parametrize(("kind", "out"), [("nfs4", True), ("fuse.sshfs", True), ("fuseblk", False), ("ext4", False)])
def test_what_could_hang_is_left_out(kind: str, out: bool) -> None:
    """Network file systems and FUSE programs are never asked."""
    assert places.left_out(kind) is out


def test_temp_honours_tmpdir_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The try goes where TMPDIR points, through links, and is gone afterwards."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "link"))
    found = places.temp()
    assert found["path"] == str(tmp_path / "link")
    assert found["real"] == str((tmp_path / "real").resolve())
    assert found["written"] is True
    assert list((tmp_path / "real").iterdir()) == []


def test_temp_that_is_not_there_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that does not exist takes nothing, has no room, and the error is named."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    found = places.temp()
    assert (found["written"], found["executed"], found["error"]) == (False, False, "ENOENT")
    assert "statvfs" not in found


def test_the_loopback_interface_is_marked() -> None:
    """Interface lo has the loopback flag; every interface has flags and an MTU."""
    found = {str(row["name"]): row for row in network.interfaces()}
    flags = found["lo"]["flags"]
    assert isinstance(flags, int)
    assert flags & 0x8
    assert all(row.keys() >= {"name", "flags", "mtu"} for row in found.values())


def test_errors_are_named() -> None:
    """An attempt that fails gives the name of its errno, one that works an empty text."""

    def refused() -> None:
        raise OSError(99, "no")

    assert network.error_of(refused) == "EADDRNOTAVAIL"
    assert network.error_of(lambda: None) == ""
