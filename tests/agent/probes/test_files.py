"""Probe `files`, for real, in folders of several kinds: what works is ok, what can't be tried is unknown."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probes.files import durable, share, trying, use

from .conftest import Run, facts_of

ALWAYS = ("room", "room.files", "run", "fsync", "fsync.folder", "mapped", "flock", "ofd_lock", "notice", "links")


def test_an_ordinary_folder_does_all_that_matters(probe: Run, tmp_path: Path) -> None:
    """Room, flushing, mappings, locks, notices and links are there, and no fact is unknown but pressure."""
    found = probe("files", folder=str(tmp_path))
    unknown = {name for name, value in found.items() if isinstance(value, dict)}
    assert unknown <= {"fsync.pressure"}
    assert {name: found[name] for name in ALWAYS} == dict.fromkeys(ALWAYS, "ok")
    assert found["folder"] == str(tmp_path.resolve())
    assert found["case"] is True


def test_nothing_is_left_in_the_folder(probe: Run, tmp_path: Path) -> None:
    """Whatever was made is removed."""
    probe("files", folder=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_there_are_samples_enough_for_a_99th_percentile(probe: Run, tmp_path: Path) -> None:
    """As many as the effort asks for, or as many as its time allows: never none."""
    times = probe("files", "fsync.time", "fsync.rounds", folder=str(tmp_path))["fsync.time"]
    assert isinstance(times, list)
    assert durable.ENOUGH <= len(times) <= 200


def test_a_folder_in_memory_is_told(probe: Run) -> None:
    """/dev/shm is a tmpfs, where nothing is durable."""
    found = probe("files", "type", "in_memory", folder="/dev/shm")
    assert found == {"type": "tmpfs", "in_memory": True}


def test_a_missing_folder_takes_no_files_and_tells_nothing_else(probe: Run, tmp_path: Path) -> None:
    """That there is no room was found out; all that needs a file could not be tried."""
    found = probe("files", folder=str(tmp_path / "none"))
    assert (found["room"], found["room.files"]) == ("ENOENT", "ENOENT")
    for name in set(facts_of("files")) - {"room", "room.files", "folder", "type", "in_memory", "options"}:
        error = found[name]
        assert isinstance(error, dict)
        assert error["cause"] == "absent"
        assert "TMPDIR" in str(error["cure"])


def test_a_limit_on_the_size_of_files_is_a_lack_of_room(probe: Run, tmp_path: Path) -> None:
    """Writing ends with EFBIG; what is larger than the limit could not be tried."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32768, before[1]))
    try:
        found = probe("files", "room", "room.files", "flock", "allocate", folder=str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (found["room"], found["room.files"], found["flock"]) == ("EFBIG", "ok", "ok")
    error = found["allocate"]
    assert isinstance(error, dict)
    assert error["cause"] == "inconclusive"


def test_an_attempt_is_ok_wrong_an_errno_or_unknown() -> None:
    """An effect that is missing is wrong; a lack of room says nothing."""

    def raises(number: int) -> bool:
        raise OSError(number, "refused")

    assert trying.attempt(lambda: True) == "ok"
    assert trying.attempt(lambda: False) == "wrong"
    assert trying.attempt(lambda: raises(95)) == "EOPNOTSUPP"
    with pytest.raises(AskError, match="no room"):
        trying.attempt(lambda: raises(28))


def test_the_99th_percentile_is_the_nearest_rank() -> None:
    """Of 100 the 99th, of 200 the 198th, of a few the largest."""
    assert durable.late([*range(1, 101)]) == 99
    assert durable.late([*range(1, 201)]) == 198
    assert durable.late([3, 1, 2]) == 3


def test_a_round_is_doubtful_only_where_few_are_slow() -> None:
    """Where the middle is slow as well, the disk is; where the slowest are quick, there is nothing to doubt."""
    assert durable.doubtful([1] * 90 + [durable.SLOW] * 10)
    assert not durable.doubtful([durable.SLOW] * 100)
    assert not durable.doubtful([1] * 100)


def test_the_mount_is_the_one_that_is_seen(tmp_path: Path) -> None:
    """Of mounts around a folder the innermost counts, by whole names."""
    assert use.mounted("/proc/self")[0] == "proc"
    assert use.mounted("/dev/shm/none")[0] == use.mounted("/dev/shm")[0] == "tmpfs"
    assert use.mounted("/dev/shmall")[0] != ""
    assert use.mounted(str(tmp_path))[0]


def test_a_lock_that_does_not_exclude_is_wrong(tmp_path: Path) -> None:
    """A call that always succeeds excludes nobody."""

    class Context:
        def scratch(self) -> str:
            return str(tmp_path)

    assert share.excludes(Context(), "lock", lambda _: None) is False  # type: ignore[arg-type]


def test_masks_of_events_are_joined() -> None:
    """Each event is 16 bytes and a name."""
    first = (
        (1).to_bytes(4, "little") + (0x100).to_bytes(4, "little") + bytes(4) + (16).to_bytes(4, "little") + bytes(16)
    )
    second = (1).to_bytes(4, "little") + (0x2).to_bytes(4, "little") + bytes(8)
    assert share.masks(first + second) == 0x102


def test_an_unreadable_folder_is_denied_not_failed(probe: Run) -> None:
    """Where files can't be made the rule on room fails by the errno, here that of a pseudo file system."""
    found = probe("files", "room", "tmpfile", folder="/proc")
    assert found["room"] in {"ENOENT", "EPERM", "EACCES"}
    assert isinstance(found["tmpfile"], dict)


def test_options_are_told_once_and_without_paths() -> None:
    """A container's overlay has paths by the dozen; what matters are the words beside them."""
    layers = "rw,lowerdir=/a:/b,upperdir=/c,workdir=/d,uuid=on,fsync=volatile"
    assert use.options_in("rw,noexec", layers) == ["rw", "noexec", "uuid=on", "fsync=volatile"]
