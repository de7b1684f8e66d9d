"""The probes of a Go program: parts of its file are read, whatever the size, and sources as they were built."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from gofaults.programs import built
from gotools import toolchains
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value

from .conftest import Run

NEWEST = list(toolchains().values())[-1] if toolchains() else Path("none")
pytestmark = [
    pytest.mark.xdist_group("go"),
    pytest.mark.skipif(not toolchains(), reason="no Go toolchain below build/go: run `make test`"),
]


def said(path: object, **more: Value) -> dict[str, Value]:
    """Return what the agent says of a program: its image, or the reason why there is none."""
    ask = ask_of(PROBES["go_binary"], {"path": str(path), **more}, [])
    value = hold_session(parse_target("local"), (ask,), 120 * SECOND).answer(0).value
    assert isinstance(value, dict)
    found = {**value["values"], **value["unknown"]}["image"]  # type: ignore[dict-item]
    assert isinstance(found, dict)
    return found


def test_a_large_program_is_read_in_parts(tmp_path: Path) -> None:
    """Of 200 MB only what is needed goes through, and memory and time don't grow with the rest."""
    path = tmp_path / "large"
    shutil.copy(built(NEWEST, ("cgo",)) / "cgo", path)
    os.truncate(path, 200_000_000)
    image = said(path)
    assert image["objects"][str(path)]["size"] == 200_000_000  # type: ignore[index,call-overload]
    assert len(json.dumps(image)) < 1_000_000


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("", "not-collected"),
        ("app", "failed"),
        ("/nonexistent/app", "absent"),
        ("/etc", "unsupported"),
        ("/dev/zero", "unsupported"),
    ],
)
def test_what_is_no_file_has_a_reason(path: str, cause: str) -> None:
    """Nothing, half a path, what isn't there, folders and devices are told apart."""
    assert said(path)["cause"] == cause


def test_a_fifo_holds_nobody(tmp_path: Path) -> None:
    """A FIFO in the place of a program or a library is no file."""
    os.mkfifo(tmp_path / "fifo")
    assert said(tmp_path / "fifo")["cause"] == "unsupported"


def test_sources_are_listed_as_the_program_was_built(probe: Run) -> None:
    """Packages with cgo files are those of the program's own settings; without sources there is a reason."""
    folder = built(NEWEST, ("cgo", "pure"))
    go = str(NEWEST / "bin" / "go")
    cgo = probe("go_sources", go=go, folder=str(folder / "source-cgo"), binary=str(folder / "cgo"))
    assert cgo["cgo"] == ["example.invalid/app", "runtime/cgo"]
    assert cgo["unsafe"] == []
    pure = probe("go_sources", go=go, folder=str(folder / "source-pure"), binary=str(folder / "pure"))
    assert pure["cgo"] == []
    assert "fmt" in pure["packages"]  # type: ignore[operator]
    none = probe("go_sources", "cgo", go=go)["cgo"]
    assert isinstance(none, dict)
    assert none["cause"] == "not-collected"
