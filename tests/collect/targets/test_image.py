"""Tars and layouts as targets: every fact of files as from the folder, the digest besides, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import images
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.requests import SECOND, FactRequest, FileSource, ProbeSource
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.types import COUNT, STRING, Kind, Type, list_of, record
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import ProblemError

DIFFERENCE = record(path=STRING, what=STRING, field=STRING, expected=STRING, found=STRING)
NAMES = ("os.name", "rootfs.digest", "rootfs.entries", "rootfs.bytes", "rootfs.leftovers", "kernel.release")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a root file system with a name and a secret."""
    top = images.fill(tmp_path / "root")
    (top / "etc" / "os-release").write_text('PRETTY_NAME="Toy 7"\n')
    (top / "etc" / "secret").write_text("Sesame-open-now")
    (top / "etc" / "link").symlink_to("/etc/secret")
    return top


def taken(word: str, manifest: str = "", timeout: int = 60 * SECOND) -> Snapshot:
    """Return a snapshot of some facts of a target."""
    fields = (("differences", list_of(DIFFERENCE)), ("difference_count", COUNT), ("expected", STRING))
    compared = ProbeSource("rootfs", (("manifest", manifest), ("expected", "")))
    own = FactRequest("p:image", compared, None, Type(Kind.RECORD, fields=fields))
    file = FactRequest("p:link", FileSource("/etc/link"))
    return collect([*map(FactRequest, NAMES), own, file], parse_target(word), timeout)


def unknown(snapshot: Snapshot, name: str) -> Unknown:
    """Return why a fact is unknown."""
    found = snapshot.get(name)
    assert isinstance(found, Unknown), found
    return found


def test_folder_tar_and_layout_give_the_same_facts(root: Path, tmp_path: Path) -> None:
    """Files are read through the same door, links followed inside, and the digest is that of the folder."""
    tar = images.gnu_tar(root, tmp_path / "image.tar")
    layout = images.layout_of(tmp_path / "layout", tar.read_bytes())
    found = [taken(word) for word in (f"root:{root}", f"tar:{tar}", f"oci:{layout}")]
    assert dict(found[0].values) == dict(found[1].values) == dict(found[2].values)
    assert found[1].get("os.name") == "Toy 7"
    assert found[1].get("p:link") == "Sesame-open-now"
    assert found[1].get("rootfs.digest") == images.manifest(f"root:{root}").digest
    assert unknown(found[1], "kernel.release").cause is Cause.NOT_RUNNING
    assert unknown(found[1], "p:image.expected").cause is Cause.NOT_COLLECTED
    assert [one.target for one in found] == [f"root:{root}", f"tar:{tar}", f"oci:{layout}"]


def test_differences_are_facts_and_contents_are_none(root: Path, tmp_path: Path) -> None:
    """What differs is named, and what is in the files stays there: it is in no fact of the tree, and in no evidence."""
    (tmp_path / "m").write_text(images.text(f"root:{root}"))
    (root / "etc" / "passwd").write_text("Sesame-too")
    found = taken(f"root:{root}", str(tmp_path / "m"))
    told = found.get("p:image.differences")
    assert isinstance(told, list)
    assert [(one["path"], one["field"]) for one in told if isinstance(one, dict)] == [
        ("/etc/passwd", "sha256digest"),
        ("/etc/passwd", "size"),
    ]
    assert found.get("p:image.difference_count") == 2
    assert "Sesame" not in str([one for one in found.evidence if one.kind == "probe"])
    assert encode_snapshot(found)


def test_of_other_targets_they_are_unsupported() -> None:
    """The running system has no digest."""
    assert unknown(taken("local"), "rootfs.digest").cause is Cause.UNSUPPORTED


def test_a_tar_that_is_refused_costs_its_facts_only(root: Path, tmp_path: Path) -> None:
    """All of them are unknown with the reason, as of a host that can't be reached."""
    tar = images.gnu_tar(root, tmp_path / "image.tar")
    tar.write_bytes(tar.read_bytes()[:20_000])
    found = taken(f"tar:{tar}")
    assert not found.values
    assert {(why.cause, why.cure) for why in found.unknown.values()} == {
        (Cause.PARSE_ERROR, "make it anew, or copy it again")
    }


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("tar:/no/such/file", "there is no such file"),
        ("tar:/etc", "it is a folder"),
        ("tar:/etc/passwd", "it is no tar"),
        ("oci:/etc", "there is no OCI layout"),
        ("oci:", "there is no OCI layout"),
        ("tar:", "it is a folder"),
        ("oci:/no/such:name", "there is no OCI layout"),
    ],
)
def test_what_is_none_is_refused_when_it_is_named(word: str, why: str) -> None:
    """Before anything is collected."""
    with pytest.raises(ProblemError) as caught:
        parse_target(word)
    (problem,) = caught.value.problems
    assert (problem.code, why in problem.message) == ("HP-E514", True)


def test_the_time_for_all_of_it_is_bounded(root: Path, tmp_path: Path) -> None:
    """Unpacking counts as well."""
    tar = images.gnu_tar(root, tmp_path / "image.tar")
    assert unknown(taken(f"tar:{tar}", timeout=1), "rootfs.digest").cause is Cause.TIMEOUT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_scratch_folder(tmp_path: Path, number: signal.Signals) -> None:
    """What was unpacked so far is gone when the program has ended."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    huge = [images.file_of(f"f{index}", bytes(1_000)) for index in range(30_000)]
    (tmp_path / "t.tar").write_bytes(images.tar_of(huge))
    words = [
        *(sys.executable, "-m", "hostproof", "collect"),
        "--target",
        f"tar:{tmp_path / 't.tar'}",
        "-o",
        f"{tmp_path}/s",
    ]
    env = os.environ | {"TMPDIR": str(scratch)}
    run = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True)
    try:
        due = time.monotonic() + 30
        while not list(scratch.glob("*/store/9")) and run.poll() is None and time.monotonic() < due:
            time.sleep(0.002)
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    finally:
        run.kill()
        run.wait()
    assert run.returncode == 130, said
    assert list(scratch.iterdir()) == []
