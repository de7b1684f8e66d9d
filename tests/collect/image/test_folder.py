"""Root directories as they are met: what can't be read, changes meanwhile, runs, or is hidden, is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import images
from hostproof.collect.image import folder as folders
from hostproof.collect.image.limits import ImageError, Limits
from hostproof.collect.image.opened import opened
from hostproof.collect.target import Target, parse_target
from hostproof.facts.unknown import Cause

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root file system of all kinds of entries."""
    return images.fill(tmp_path / "root")


def why(word: str, limits: Limits | None = None) -> tuple[Cause, str]:
    """Return cause and detail of why a target has no manifest."""
    with pytest.raises(ImageError) as caught:
        images.manifest(word, limits)
    assert caught.value.unknown.cure
    return caught.value.unknown.cause, caught.value.unknown.detail


def test_no_link_leads_out(tmp_path: Path) -> None:
    """Links are listed and never followed, whatever they name."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "up").symlink_to("..")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "secret")
    lines = images.manifest(f"root:{tmp_path / 'root'}").lines
    assert [line.partition(b" ")[0] for line in lines] == [b"./file", b"./up"]


def test_the_running_system_is_never_walked() -> None:
    """Its files change while they are read."""
    cause, detail = why("root:/")
    assert (cause, "running system" in detail) == (Cause.UNSUPPORTED, True)


def test_other_targets_have_no_digest() -> None:
    """The cause says so, and the cure names those that have."""
    with opened(Target("local", ("python3",)), images.DUE) as there, pytest.raises(ImageError) as caught:
        there.manifest()
    assert caught.value.unknown.cause is Cause.UNSUPPORTED
    assert "tar:FILE" in caught.value.unknown.cure


@AS_ROOT
def test_what_may_not_be_read_is_denied() -> None:
    """A user who may not read all gets no digest of the rest; the first paths are named."""
    with TemporaryDirectory() as place:  # not below a folder that is closed to others
        Path(place).chmod(0o755)
        root = images.fill(Path(place, "root"))
        (root / "etc" / "passwd").chmod(0o600)
        (root / "var").chmod(0o700)
        said = as_nobody(str(root))
    assert said == "denied: /etc/passwd, /var can't be read: run as root"


def as_nobody(folder: str) -> str:
    """Return what another user hears of a root directory."""
    end, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            images.manifest(f"root:{folder}")
        except ImageError as error:
            of = error.unknown
            os.write(writer, f"{of.cause}: {of.detail}: {of.cure}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(end, "rb") as said:
        found = said.read().decode()
    os.waitpid(pid, 0)
    return found


def test_what_changes_meanwhile_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is written to, one that vanishes, and a folder that gets another: no digest, but the names."""
    begun = folders._hashed

    def meddling(handle: int, path: bytes, limits: Limits) -> tuple[str, int, bytes]:
        if path == b"etc/passwd":
            (root / "usr" / "lib" / "new").write_text("")
            (root / "usr" / "bin" / "tool-again").unlink()
            with (root / "etc" / "passwd").open("a") as file:
                file.write("more")
        return begun(handle, path, limits)

    monkeypatch.setattr(folders, "_hashed", meddling)
    with opened(parse_target(f"root:{root}"), images.DUE) as there:
        with pytest.raises(ImageError) as caught:
            there.manifest()
        assert there.reading is not None
        assert there.reading.changed == [b"etc/passwd"]
        assert there.entries()
    assert caught.value.unknown.cause is Cause.INCONCLUSIVE
    assert "/etc/passwd changed while it was read" in caught.value.unknown.detail


def test_what_vanishes_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the list of a folder and the look at an entry."""
    listed = os.listdir

    def listing(folder: int) -> Iterator[str]:
        names = listed(folder)
        return iter([*names, "ghost"] if "passwd" in names else names)

    monkeypatch.setattr(os, "listdir", listing)
    assert why(f"root:{root}") == (Cause.INCONCLUSIVE, "/etc/ghost changed while it was read")


@AS_ROOT
def test_what_is_mounted_over_the_image_is_told(root: Path) -> None:
    """A proc or tmpfs hides what the image has there, so there is no digest of the image."""
    (root / "proc").mkdir()
    program = f'mount -t tmpfs none {root}/proc && exec {sys.executable} -c "$0" {root}'
    look = (
        f"import sys; sys.path.insert(0, {str(Path(images.__file__).parent)!r}); import images\n"
        "try: images.manifest('root:' + sys.argv[1])\n"
        "except Exception as e: print(e.unknown.cause, e.unknown.detail)"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", program, look], capture_output=True, text=True, timeout=60, check=False
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("nothing can be mounted here")
    assert done.stdout == f"inconclusive a tmpfs is mounted on {root}/proc, which hides what the image has there\n"


def test_limits_hold_for_folders_too(root: Path) -> None:
    """Entries, depth and time."""
    assert why(f"root:{root}", Limits(entries=3)) == (Cause.TOO_LARGE, "there are more than 3 entries")
    assert why(f"root:{root}", Limits(depth=2))[0] is Cause.TOO_LARGE
    with (
        opened(parse_target(f"root:{root}"), 1) as there,
        pytest.raises(ImageError, match="not read to its end in time"),
    ):
        there.manifest()


def test_a_fifo_and_a_socket_do_not_hold_it_up(root: Path) -> None:
    """They are listed, and never opened."""
    images.listen(root / "tmp" / "s")
    text = images.text(f"root:{root}")
    assert "./fifo type=fifo mode=0600" in text
    assert "./tmp/s type=socket" in text
