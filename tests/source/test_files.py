"""Reading and writing files: what is no text is refused by name, and nobody ever sees half a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.source.files import MOST_BYTES, read_source, write_atomically
from hostproof.source.problems import Problem, ProblemError


def refused(path: str | Path) -> Problem:
    """Return the one problem that reading gives."""
    with pytest.raises(ProblemError) as caught:
        read_source(path)
    (problem,) = caught.value.problems
    return problem


@pytest.fixture
def nobody() -> Iterator[None]:
    """Run as a user whom permissions concern."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_the_text_is_read_as_it_is(tmp_path: Path) -> None:
    """Line ends stay, the name is the one given, and only a byte order mark at the start goes."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\r\nb: \xef\xbb\xbf\n")
    file = read_source(path)
    assert (file.path, file.text) == (str(path), "a: é\r\nb: \ufeff\n")


def test_the_largest_file(tmp_path: Path) -> None:
    """A file as long as the limit is read, and one byte more is refused."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * MOST_BYTES)
    assert len(read_source(path).text) == MOST_BYTES
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert refused(path).code == "HP-E004"


def test_what_is_no_file(tmp_path: Path) -> None:
    """Missing files, folders, pipes and devices each have their own words, and none is waited for."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    found = {
        name: refused(path)
        for name, path in {
            "missing": tmp_path / "a" / "b.yaml",
            "below a file": "/dev/null/a",
            "folder": tmp_path,
            "pipe": pipe,
            "device": "/dev/zero",
            "loop": loop,
            "null": "a\0b",
            "long": "x" * 5_000,
        }.items()
    }
    assert {name: problem.code for name, problem in found.items()} == {
        "missing": "HP-E001",
        "below a file": "HP-E002",
        "folder": "HP-E003",
        "pipe": "HP-E003",
        "device": "HP-E003",
        "loop": "HP-E002",
        "null": "HP-E002",
        "long": "HP-E002",
    }
    assert found["folder"].message == f"{tmp_path} is a folder, not a file"
    assert found["below a file"].message == "/dev/null/a cannot be read: not a directory"


@pytest.mark.usefixtures("nobody")
def test_a_file_that_may_not_be_read() -> None:
    """The reason is the kernel's."""
    problem = refused("/proc/1/mem" if os.geteuid() else "/proc/1/environ")
    assert (problem.code, problem.message.partition(": ")[2]) == ("HP-E002", "permission denied")


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    """The place is that of the byte, counted both in bytes and as line and column in characters."""
    path = tmp_path / "a.yaml"
    path.write_bytes("é\nüber ".encode() + b"\xff\xfe z\n")
    problem = refused(path)
    assert problem.span is not None
    assert (problem.code, problem.message) == ("HP-E005", "byte 10 (0xff) is not UTF-8")
    assert (problem.span.line, problem.span.column, problem.span.file.line(2)) == (2, 6, "über \ufffd\ufffd z")


def test_a_new_file(tmp_path: Path) -> None:
    """A file is made with the folders it needs, and no other; its mode follows the umask."""
    path = tmp_path / "a" / "b" / "c.xml"
    before = os.umask(0o027)
    try:
        write_atomically(path, b"<a/>")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"<a/>"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_exists(tmp_path: Path) -> None:
    """A file that exists is replaced, not written into, and keeps its mode."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o604)
    with path.open("rb") as reader:
        write_atomically(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What a link points to is replaced, whether it is there yet or not."""
    link, target = tmp_path / "link", tmp_path / "deep" / "target"
    link.symlink_to("deep/target")
    for data in (b"1", b"2"):
        write_atomically(link, data)
        assert link.is_symlink()
        assert target.read_bytes() == data


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """What is no regular file is no file to replace: /dev/null must not become one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"data")
        assert os.read(reader, 10) == b"data"
    finally:
        os.close(reader)
    write_atomically("/dev/null", b"data")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("path", ["/dev/full", "/proc/nothing.xml", "/dev/null/a", ".", "a\0b", "x" * 300, "loop"])
def test_what_cannot_be_written(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be written is a problem with its name and the reason, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(ProblemError) as caught:
        write_atomically(path, b"data")
    (problem,) = caught.value.problems
    assert problem.code == "HP-E023"
    assert problem.message.startswith(f"{path} cannot be written: ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["loop"]


def test_a_write_that_fails_midway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever interrupts a write, the old content stays and no draft is left behind."""
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("nobody")
def test_a_folder_that_may_not_be_written_to() -> None:
    """The reason is the kernel's."""
    with pytest.raises(ProblemError, match=r"/etc/a\.xml cannot be written: permission denied"):
        write_atomically("/etc/a.xml", b"data")
