"""Probe `unix`, for real: on the machine as it is, and in folders where sockets have no place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from .conftest import Run
from .inside import CANNOT, inside

needs_root = pytest.mark.skipif(os.geteuid() != 0 or bool(CANNOT), reason=CANNOT or "this is not root")


def mounted(options: str, folder: Path) -> tuple[str, ...]:
    """Return the words for a mount namespace in which a tmpfs lies over a folder."""
    script = f'mount -t tmpfs -o {options} tmpfs "{folder}"; exec "$@"'
    return ("unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh")


def test_every_kind_works(probe: Run) -> None:
    """Stream, datagram and seqpacket sockets work at paths and at abstract names."""
    said = probe("unix", "stream", "dgram", "seqpacket", "abstract")
    assert said == {"stream": "ok", "dgram": "ok", "seqpacket": "ok", "abstract": "ok"}


def test_credentials_and_descriptors(probe: Run) -> None:
    """The kernel names the other process truly, and passes one descriptor and 253."""
    said = probe("unix", "credentials", "descriptors.one", "descriptors.many")
    assert said == {"credentials": "ok", "descriptors.one": "ok", "descriptors.many": 253}


def test_names_may_have_108_bytes(probe: Run, tmp_path: Path) -> None:
    """The kernel takes 108 bytes and refuses 109, in a folder whose own path is as long as it likes."""
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    said = probe("unix", "path.longest", "path.refused", "path.room", "path.folder", folder=str(folder))
    assert said == {"path.longest": 108, "path.refused": "EINVAL", "path.room": 0, "path.folder": str(folder)}


def test_room_for_a_name_is_what_the_folder_leaves(probe: Run) -> None:
    """A path has 107 bytes, and the folder and a slash take their part of them."""
    assert probe("unix", "path.room", folder="/tmp")["path.room"] == 107 - len("/tmp/")


def test_stale_files_and_rights(probe: Run) -> None:
    """A dead server's file refuses, keeps its name taken and can be replaced; a mode of 0000 keeps even root out."""
    said = probe("unix", "stale.connect", "stale.bind", "stale.rebind", "rights.allowed", "rights.refused")
    assert said == {
        "stale.connect": "connect: ECONNREFUSED",
        "stale.bind": "bind: EADDRINUSE",
        "stale.rebind": "ok",
        "rights.allowed": "ok",
        "rights.refused": "connect: EACCES",
    }


def test_round_trips_and_queue(probe: Run) -> None:
    """A quick run takes fifty round trips on one processor, and some datagrams wait unread."""
    said = probe("unix", "echo.same", "queue")
    assert isinstance(said["echo.same"], list)
    assert len(said["echo.same"]) == 50
    assert int(str(said["queue"])) > 0


def test_a_folder_that_is_not_there(probe: Run, tmp_path: Path) -> None:
    """Without a folder to try it in, paths are unknown with a cure, and abstract names are known."""
    said = probe("unix", "stream", "stale.bind", "abstract", folder=str(tmp_path / "none"))
    assert said["abstract"] == "ok"
    for fact in ("stream", "stale.bind"):
        unknown = said[fact]
        assert isinstance(unknown, dict)
        assert (unknown["cause"], bool(unknown["cure"])) == ("absent", True)


def test_nothing_is_left_in_the_folder(probe: Run, tmp_path: Path) -> None:
    """After all steps the folder is as empty as it was."""
    probe("unix", folder=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@needs_root
def test_a_folder_without_inodes(tmp_path: Path) -> None:
    """Where no inode is left for the socket itself, binding says so."""
    folder = tmp_path / "full"
    folder.mkdir()
    said = inside(
        mounted("nr_inodes=2", folder), "unix", "stream", "dgram", namespace=False, environment={"TMPDIR": str(folder)}
    )
    assert said == {"stream": "bind: ENOSPC", "dgram": "bind: ENOSPC"}
    shutil.rmtree(folder)


@needs_root
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """Where no folder can be made, what needs one is unknown."""
    folder = tmp_path / "still"
    folder.mkdir()
    said = inside(mounted("ro", folder), "unix", "stream", namespace=False, environment={"TMPDIR": str(folder)})
    unknown = said["stream"]
    assert isinstance(unknown, dict)
    assert "TMPDIR" in str(unknown["cure"])
