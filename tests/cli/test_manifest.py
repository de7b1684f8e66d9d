"""`hostproof manifest` and the pack `rootfs`, as they are used: two builds compared, and what must not pass."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import images

from .conftest import Run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a clean root file system of a few entries."""
    for folder in ("etc", "tmp", "usr/bin"):
        (tmp_path / "image" / folder).mkdir(parents=True)
    (tmp_path / "image" / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    return tmp_path / "image"


def test_the_manifest_goes_to_standard_output_or_a_file(run: Run, root: Path, tmp_path: Path) -> None:
    """The same bytes, whose digest is told where they go to a file."""
    shown = run("manifest", f"root:{root}")
    kept = run("manifest", f"root:{root}", "-o", "sub/image.mtree")
    data = (tmp_path / "sub" / "image.mtree").read_bytes()
    assert (shown.returncode, kept.returncode) == (0, 0)
    assert shown.stdout.encode() == data
    assert kept.stdout == f"sub/image.mtree: 5 entries, sha256:{hashlib.sha256(data).hexdigest()}\n"
    assert run("manifest", f"root:{root}", "-o", "m", "-q").stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["local"], "HP-E518: local: this is learnt of a root file system"),
        (["root:/"], "HP-E518: root:/: this is the root of the running system"),
        (["tar:no.tar"], "HP-E514: 'tar:no.tar' can't be read: there is no such file"),
        (["root:.", "root:."], "HP-E518: a manifest is of one root file system"),
        (["root:.", "-o", "/proc/no/such"], "HP-E503"),
        (["root:.", "--timeout", "5"], "HP-E504"),
        (["root:.", "--timeout", "1ns"], "HP-E518: root:.: the image was not read to its end in time"),
    ],
)
def test_what_has_none_is_a_problem(run: Run, root: Path, words: list[str], said: str) -> None:
    """With a hint, and exit code 2."""
    done = run("manifest", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert root.exists()


def test_two_builds_are_compared(run: Run, root: Path, tmp_path: Path) -> None:
    """The same one as a tar is fit, by manifest and by digest; one with a change is not, and says which."""
    digest = run("manifest", f"root:{root}", "-o", "m").stdout.split()[-1]
    (tmp_path / "d").write_text(f"{digest.removeprefix('sha256:')}  m\n")
    images.gnu_tar(root, tmp_path / "image.tar")
    wanted = ["--param", "manifest=m", "--param", f"expected={digest}"]
    fit = run("check", "--pack", "rootfs", "--target", "tar:image.tar", *wanted)
    assert (fit.returncode, "11 of 11 rules hold" in fit.stdout) == (0, True), fit.stdout
    from_file = run("check", "--pack", "rootfs", "--target", "tar:image.tar", "--param", "expected_file=d", "-q")
    assert from_file.returncode == 0
    (root / "etc" / "passwd").chmod(0o600)
    (root / "etc" / "machine-id").write_text("0" * 32)
    unfit = run("check", "--pack", "rootfs", "--target", f"root:{root}", *wanted)
    assert unfit.returncode == 1
    assert "2 differences: added /etc/machine-id, changed /etc/passwd" in unfit.stdout
    assert "1 left, of identity, seed: /etc/machine-id" in unfit.stdout
    assert f"wanted {digest}" in unfit.stdout
    allowed = ["--param", 'allowed=["/etc/machine-*"]']
    assert "identity, seed" not in run("check", "--pack", "rootfs", "--target", f"root:{root}", *allowed).stdout


def test_nothing_is_taken_for_a_pass(run: Run, root: Path, tmp_path: Path) -> None:
    """An empty folder is unfit; the running system, a missing manifest and a cut tar leave it undecided."""
    (tmp_path / "empty").mkdir()
    assert run("check", "--pack", "rootfs", "--target", "root:empty").returncode == 1
    assert run("check", "--pack", "rootfs").returncode == 3
    assert run("check", "--pack", "rootfs", "--target", f"root:{root}", "--param", "manifest=none").returncode == 3
    (tmp_path / "cut.tar").write_bytes(images.gnu_tar(root, tmp_path / "image.tar").read_bytes()[:2000])
    done = run("check", "--pack", "rootfs", "--target", "tar:cut.tar", "--target", f"root:{root}")
    assert done.returncode == 3
    assert "it is cut, or damaged" in done.stdout


def test_a_snapshot_is_judged_later(run: Run, root: Path, tmp_path: Path) -> None:
    """The digest that is expected may be given when the image is gone; `plan` says beforehand that all is read."""
    digest = run("manifest", f"root:{root}", "-o", "m").stdout.split()[-1]
    assert "reads every file of the root file system" in " ".join(run("plan", "--pack", "rootfs").stdout.split())
    assert run("collect", "--pack", "rootfs", "--target", f"root:{root}").returncode == 0
    for path in sorted(root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    later = ["eval", "snapshot.hpsnap", "--pack", "rootfs", "-q", "--param"]
    assert run(*later, f"expected={digest}").returncode == 0
    assert run(*later, f"expected={digest[:-1]}").returncode == 1
    assert run("query", "rootfs.digest", "snapshot.hpsnap").stdout == f'"{digest}"\n'
    assert (tmp_path / "m").exists()
