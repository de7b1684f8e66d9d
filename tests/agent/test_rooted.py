"""Root directories: what a path means inside is what the kernel says, and nothing outside is ever seen."""

from __future__ import annotations

import base64
import ctypes
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostproof.agent.files import read_file, read_glob
from hostproof.agent.lines import AskError
from hostproof.agent.rooted import Root

OPENAT2 = 437  # on every architecture but Alpha
IN_ROOT, NO_MAGICLINKS = 0x10, 0x02  # include/uapi/linux/openat2.h
SECRET = b"outside\n"


class How(ctypes.Structure):
    """Struct open_how of openat2(2)."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def kernel_says(root: Path, path: bytes, follow: bool) -> tuple[int, int] | int:
    """Return device and inode of what openat2 finds, or its errno."""
    top = os.open(root, os.O_PATH)
    how = How(os.O_PATH | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW), 0, IN_ROOT | NO_MAGICLINKS)
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.syscall(ctypes.c_long(OPENAT2), top, path, ctypes.byref(how), ctypes.c_size_t(24))
    number = ctypes.get_errno()
    os.close(top)
    return number if found < 0 else identity(found)


def identity(handle: int) -> tuple[int, int]:
    """Return device and inode of a descriptor, and close it."""
    found = os.fstat(handle)
    os.close(handle)
    return found.st_dev, found.st_ino


def root_says(root: Path, path: bytes, follow: bool) -> tuple[int, int] | int:
    """Return the same as the walk finds it."""
    door = Root(str(root), chroot=False)
    try:
        return identity(door.walk(path, follow))
    except OSError as problem:
        return problem.errno or 0
    finally:
        os.close(door.top)


def has_openat2() -> bool:
    """Whether the kernel can be asked."""
    return kernel_says(Path("/"), b"/", follow=True) not in {errno.ENOSYS, errno.EPERM}


NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(st.sampled_from(["a", "b", "c", "..", ".", ""]), min_size=1, max_size=6).map("/".join)
ENTRIES = st.lists(
    st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.sampled_from(["folder", "file", "link"]), PATHS), max_size=12
)


def build(root: Path, entries: list[tuple[list[str], str, str]]) -> None:
    """Make folders, files and links, as far as earlier ones don't stand in the way; nothing through a link."""
    for parts, kind, target in entries:
        path = root
        for part in parts[:-1]:
            path /= part
            if not path.is_symlink() and not path.exists():
                path.mkdir()
            if path.is_symlink() or not path.is_dir():
                break
        else:
            path /= parts[-1]
            if path.is_symlink() or path.exists():
                continue
            if kind == "folder":
                path.mkdir()
            elif kind == "file":
                path.write_bytes(b"inside\n")
            else:
                path.symlink_to(target or ".")


@pytest.mark.skipif(not has_openat2(), reason="openat2 is not to be had here")
@settings(max_examples=100)
@given(ENTRIES, PATHS, st.booleans(), st.booleans())
def test_a_path_means_what_the_kernel_says(
    entries: list[tuple[list[str], str, str]], path: str, absolute: bool, follow: bool
) -> None:
    """For any tree of folders, files and links, good and bad: the same file, or the same error, as openat2 finds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(root, entries)
        asked = (f"/{path}" if absolute else path).encode()
        if asked:  # an empty path is never asked for
            assert root_says(root, asked, follow) == kernel_says(root, asked, follow)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root directory with every kind of hostile link, beside a file that it must not reach."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    top = tmp_path / "root"
    (top / "etc" / "d").mkdir(parents=True)
    (top / "etc" / "good").write_bytes(b"good\n")
    for name, target in (
        ("absolute", str(tmp_path / "outside" / "secret")),
        ("up", "../../outside/secret"),
        ("far-up", "../" * 30 + f"{tmp_path}/outside/secret"),
        ("folder", f"{tmp_path}/outside"),
        ("loop", "loop"),
        ("to-proc", "/proc/self/environ"),
        ("to-run", "../run/x"),
        ("inside", "/etc/good"),
        ("d/back", "../../../../etc/good"),
    ):
        (top / "etc" / name).symlink_to(target)
    os.mkfifo(top / "etc" / "fifo")
    return top


def read(root: Path, path: str) -> bytes:
    """Return what a file ask gives."""
    said = read_file({"path": path}, Root(str(root), chroot=False))
    return base64.b64decode(str(said["data"]))


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("/etc/absolute", "absent"),
        ("/etc/up", "absent"),
        ("/etc/far-up", "absent"),
        ("/etc/folder/secret", "absent"),
        ("/../outside/secret", "absent"),
        ("/etc/good/../../etc/good", "absent"),
        ("/etc/loop", "failed"),
        ("/etc/to-proc", "not-running"),
        ("/etc/to-run", "not-running"),
        ("/proc/self/environ", "not-running"),
        ("//sys/kernel", "not-running"),
        ("/etc/../dev/null", "not-running"),
        ("/etc/fifo", "unsupported"),
        ("/etc", "failed"),
    ],
)
def test_no_way_leads_out(root: Path, path: str, cause: str) -> None:
    """Whatever a link names, what is outside isn't seen; what only a running system has is told apart."""
    with pytest.raises(AskError) as caught:
        read(root, path)
    assert caught.value.cause == cause


@pytest.mark.parametrize("path", ["/etc/good", "/etc/inside", "/etc/d/back", "/../../etc/./good", "etc/good"])
def test_links_are_followed_inside(root: Path, path: str) -> None:
    """As the system would, if it ran from there."""
    assert read(root, path) == b"good\n"


def test_a_pattern_stays_inside_too(root: Path) -> None:
    """What can be read is there; what cannot has its reason."""
    said = read_glob({"pattern": "/etc/*"}, Root(str(root), chroot=False))
    files, missed = said["files"], said["missed"]
    assert isinstance(files, dict)
    assert isinstance(missed, dict)
    assert set(files) == {"/etc/good", "/etc/inside"}
    assert SECRET not in b"".join(map(base64.b64decode, files.values()))
    assert {"/etc/absolute", "/etc/loop", "/etc/fifo", "/etc/to-proc"} <= set(missed)
    with pytest.raises(AskError) as caught:
        read_glob({"pattern": "/sys/class/net/*"}, Root(str(root), chroot=False))
    assert caught.value.cause == "not-running"


def test_a_name_in_any_bytes_is_found(root: Path) -> None:
    """Not every name is UTF-8."""
    path = os.fsencode(root) + b"/etc/d/\xff"
    Path(os.fsdecode(path)).write_bytes(b"x")
    assert b"\xff" in Root(str(root), chroot=False).names(b"/etc/d")


def test_no_descriptor_is_left_open(root: Path) -> None:
    """However a walk ends."""
    door = Root(str(root), chroot=False)
    before = len(list(Path("/proc/self/fd").iterdir()))
    steps: list[Callable[[], object]] = [
        lambda: read_file({"path": "/etc/loop"}, door),
        lambda: read_file({"path": "/etc/d/../../proc/x"}, door),
        lambda: read_file({"path": "/etc/d/back"}, door),
        lambda: read_glob({"pattern": "/*/*"}, door),
        lambda: door.call({"name": "which", "arguments": ["sh"]}),
        lambda: door.call({"name": "readlink", "arguments": ["/etc/up", "/etc/good", "/no"]}),
    ]
    for step in steps:
        try:
            step()
        except AskError:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_calls_that_files_can_answer(root: Path) -> None:
    """Where links point, what a folder holds, where programs are; all else needs a running system."""
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    (root / "usr" / "bin" / "tool").write_text("")
    (root / "usr" / "bin" / "tool").chmod(0o755)
    (root / "usr" / "bin" / "text").write_text("")
    door = Root(str(root), chroot=False)
    found = door.call({"name": "which", "arguments": ["tool", "text"]})["value"]
    assert found == {"tool": "/usr/bin/tool", "text": None}
    assert door.call({"name": "readlink", "arguments": ["/bin", "/usr"]})["value"] == {"/bin": "usr/bin", "/usr": None}
    assert door.call({"name": "listdir", "arguments": ["/usr"]})["value"] == ["bin"]
    with pytest.raises(AskError) as caught:
        door.call({"name": "uname"})
    assert caught.value.cause == "not-running"
