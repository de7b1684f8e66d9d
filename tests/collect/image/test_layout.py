"""OCI layouts: whiteouts as the specification has them, one image of several, blobs that are what they are called."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

import images
from hostproof.collect.image.archive.layout import layers_of
from hostproof.collect.image.limits import ImageError
from hostproof.source.problems import ProblemError

FOLDER = tarfile.DIRTYPE


def paths(layout: Path) -> list[str]:
    """Return the paths of all entries of a layout's image."""
    return [line.decode().split(" ")[0][2:] for line in images.manifest(f"oci:{layout}").lines]


LOWER = images.tar_of(
    [
        images.other_of("a", FOLDER),
        images.file_of("a/one", b"1"),
        images.file_of("a/b/two", b"2"),
        images.file_of("keep", b"k"),
        images.other_of("again", tarfile.LNKTYPE, "keep"),
    ]
)
# What an upper layer says, and what is there then.
WHITEOUTS = [
    ([".wh.keep"], ["a", "a/b", "a/b/two", "a/one", "again"]),
    (["a/.wh.b"], ["a", "a/one", "again", "keep"]),
    (["a/.wh..wh..opq"], ["a", "again", "keep"]),
    (["a/.wh..wh..opq", "a/new"], ["a", "a/new", "again", "keep"]),
    (["a/new", "a/.wh..wh..opq"], ["a", "a/new", "again", "keep"]),
    (["a/b/new", ".wh.a"], ["a", "a/b", "a/b/new", "again", "keep"]),
    ([".wh.a", "a"], ["a", "again", "keep"]),
    ([".wh.nothing", "no/.wh.such", "no/.wh..wh..opq"], ["a", "a/b", "a/b/two", "a/one", "again", "keep"]),
    ([".wh..wh.plnk", "a"], ["a", "again", "keep"]),
    (["./a/.wh.one", "/.wh.again"], ["a", "a/b", "a/b/two", "keep"]),
]


@pytest.mark.parametrize(("names", "left"), WHITEOUTS, ids=[" ".join(names) for names, _ in WHITEOUTS])
def test_a_whiteout_removes_what_lower_layers_have(tmp_path: Path, names: list[str], left: list[str]) -> None:
    """By name or all of a folder, in whatever order, and nothing of the same layer."""
    upper = images.tar_of([images.file_of(name) for name in names])
    assert paths(images.layout_of(tmp_path, LOWER, upper)) == left


def test_in_a_plain_tar_such_a_name_is_a_name(tmp_path: Path) -> None:
    """Only layers have whiteouts."""
    (tmp_path / "t.tar").write_bytes(images.tar_of([images.file_of("keep"), images.file_of(".wh.keep")]))
    assert len(images.manifest(f"tar:{tmp_path / 't.tar'}").lines) == 2


def test_a_file_in_the_place_of_a_folder_replaces_all_of_it(tmp_path: Path) -> None:
    """And a folder in the place of a link is no link any more."""
    upper = images.tar_of([images.file_of("a", b"now a file"), images.link_of("l", "keep")])
    top = images.tar_of([images.file_of("l/in", b"x"), images.other_of("keep", FOLDER)])
    with pytest.raises(ImageError, match="'l' is no folder"):
        images.manifest(f"oci:{images.layout_of(tmp_path / '1', LOWER, upper, top)}")
    right = images.tar_of([images.other_of("l", FOLDER), images.file_of("l/in", b"x")])
    assert paths(images.layout_of(tmp_path / "2", LOWER, upper, right)) == ["a", "again", "keep", "l", "l/in"]


def test_an_image_is_chosen_by_name_digest_or_platform(tmp_path: Path) -> None:
    """Of several one has to be named, with a tag or whole; of those for other platforms this machine's is taken."""
    amd = images.put_image(tmp_path, [LOWER], platform={"os": "linux", "architecture": "amd64"})
    arm = images.put_image(tmp_path, [LOWER, LOWER], platform={"os": "linux", "architecture": "arm64"})
    said = images.put_image(tmp_path, [LOWER] * 3, platform={"os": "unknown", "architecture": "unknown"})
    index = {"schemaVersion": 2, "manifests": [amd, arm, said]}
    nested = {"mediaType": "application/vnd.oci.image.index.v1+json"}
    nested |= images.put_blob(tmp_path, json.dumps(index).encode())  # type: ignore[arg-type]
    other = images.put_image(tmp_path, [LOWER] * 4, annotations={images.NAME: "example.com/other:1.0"})
    images.write_index(tmp_path, [{**nested, "annotations": {images.NAME: "app:1"}}, other])
    assert len(layers_of(str(tmp_path), "app:1", "x86_64")) == 1
    assert len(layers_of(str(tmp_path), "app:1", "aarch64")) == 2
    assert len(layers_of(str(tmp_path), "example.com/other:1.0")) == 4
    assert len(layers_of(str(tmp_path), str(other["digest"]))) == 4
    for name in ("", "no"):
        with pytest.raises(ImageError, match=r"there are app:1, example\.com/other:1\.0"):
            layers_of(str(tmp_path), name)
    with pytest.raises(ImageError, match="it has 2 images"):
        layers_of(str(tmp_path), "app:1", "riscv64")
    assert images.manifest(f"oci:{tmp_path}:example.com/other:1.0").lines


def test_a_blob_that_is_not_what_it_is_called_is_refused(tmp_path: Path) -> None:
    """One that was altered, or is missing, and a manifest too."""
    layout = images.layout_of(tmp_path, LOWER)
    layer = tmp_path / "blobs" / "sha256" / layers_of(str(layout))[0].digest.removeprefix("sha256:")
    whole = layer.read_bytes()
    layer.write_bytes(whole[:-1] + b"x")
    with pytest.raises(ImageError, match="is not what its name says"):
        images.manifest(f"oci:{layout}")
    layer.unlink()
    with pytest.raises(ImageError, match="can't be read"):
        images.manifest(f"oci:{layout}")
    layer.write_bytes(whole)
    index = json.loads((tmp_path / "index.json").read_text())
    index["manifests"][0]["size"] += 1
    (tmp_path / "index.json").write_text(json.dumps(index))
    with pytest.raises(ProblemError, match=r"HP-E514"):
        images.manifest(f"oci:{layout}")


@pytest.mark.parametrize(
    "index",
    ["", "[]", "{}", '{"manifests": 1}', '{"manifests": [1]}', '{"manifests": [{"digest": "sha256:../../../etc"}]}',
     '{"manifests": [{"digest": "md5:00", "size": 1}]}', "[" * 100_000],
    ids=range(8),
)  # fmt: skip
def test_an_index_that_makes_no_sense_is_a_problem(tmp_path: Path, index: str) -> None:
    """Told before anything is collected."""
    layout = images.layout_of(tmp_path, LOWER)
    (tmp_path / "index.json").write_text(index)
    with pytest.raises(ProblemError, match=r"HP-E514"):
        images.manifest(f"oci:{layout}")
