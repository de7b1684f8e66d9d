"""The folder of baselines: what is written can be read, and a bad file costs only itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hostproof.evaluate.baseline.fingerprint import Fingerprint
from hostproof.evaluate.baseline.model import Run, VerdictRow
from hostproof.evaluate.baseline.store import (
    is_there,
    read_store,
    record_run,
    same_fingerprint,
    with_history,
)
from hostproof.evaluate.baseline.text import decode_run, encode_run
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.model import Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.rulepack.model import Severity
from hostproof.source.problems import ProblemError

from .conftest import MakeRun

SCHEMA = json.loads((Path(__file__).parents[3] / "schema" / "baseline-1.schema.json").read_text("utf-8"))
PASS, FAIL = Verdict.PASS, Verdict.FAIL

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
rows = st.builds(
    VerdictRow, texts, texts, texts, texts, st.sampled_from(Severity), st.sampled_from(Verdict), st.booleans(), texts,
    st.lists(st.builds(Finding, texts, texts, texts), max_size=2).map(tuple), st.sampled_from(["", "2026-11-23"]),
)  # fmt: skip
runs = st.builds(
    Run,
    name=texts.filter(bool),
    fingerprint=st.builds(Fingerprint, texts, st.sampled_from(["", "6.1"]), texts),
    snapshot=st.builds(Snapshot, st.integers(0, 2**60), st.just("local"), st.builds(Host, texts), st.just({})),
    verdicts=st.lists(rows, max_size=3).map(tuple),
    outputs=st.dictionaries(texts, st.builds(Text, texts, st.none() | st.integers(0, 255), st.booleans()), max_size=2),
    version=texts,
)


@given(runs)
def test_a_run_comes_back(run: Run) -> None:
    """What is written is what is read, whatever texts it holds; the schema has a word for all of it."""
    data = encode_run(run)
    again = decode_run(data, "x")
    assert again == run
    assert encode_run(again) == data
    assert decode_run(data.replace(b"\n", b"\r\n"), "x") == run
    Draft202012Validator(SCHEMA).validate(json.loads(data))


def test_the_same_again_changes_nothing(tmp_path: Path, make_run: MakeRun) -> None:
    """Recording the same run twice leaves one file, as it was."""
    run = make_run({"a.b": FAIL})
    first = record_run(read_store(str(tmp_path)), run)
    again = record_run(read_store(str(tmp_path)), run)
    assert (first.changed, again.changed, first.path) == (True, False, again.path)
    (there,) = read_store(str(tmp_path)).baselines
    assert there.runs == (run,)
    assert is_there(run, there) == run


def test_the_oldest_are_dropped(tmp_path: Path, make_run: MakeRun) -> None:
    """Of one fingerprint so many runs are kept as wanted, the newest; a stranger's file stays."""
    for day in (3, 1, 2):
        record_run(read_store(str(tmp_path)), make_run({"a.b": PASS}, day))
    folder = Path(read_store(str(tmp_path)).baselines[0].folder)
    (folder / "notes.json").write_text("{}")
    done = record_run(read_store(str(tmp_path)), make_run({"a.b": PASS}, 4), keep=2)
    assert len(done.dropped) == 2
    (there,) = read_store(str(tmp_path)).baselines
    assert [run.snapshot.created for run in there.runs] == [make_run({}, day).snapshot.created for day in (4, 3)]
    assert (folder / "notes.json").exists()


def test_since_when(tmp_path: Path, make_run: MakeRun) -> None:
    """A failure is known since the first run from which on it has been failing, also when that run was dropped."""
    days = []
    for day, verdict in enumerate((FAIL, PASS, FAIL, FAIL, FAIL)):
        store = read_store(str(tmp_path))
        run = make_run({"a.b": verdict}, day)
        made = with_history(run, same_fingerprint(store, run))
        record_run(store, made, keep=2)
        days.append(made.verdicts[0].since)
    assert days == ["2026-11-23", "", "2026-11-25", "2026-11-25", "2026-11-25"]
    store = read_store(str(tmp_path))
    again = with_history(make_run({"a.b": FAIL}, 3), store.baselines[0])
    assert not record_run(store, again, keep=2).changed


def test_two_names_and_two_machines_are_apart(tmp_path: Path, make_run: MakeRun) -> None:
    """Each name and each fingerprint is a baseline of its own, in a folder of its own."""
    other = Host("arm", kernel="6.1.2", arch="aarch64")
    for run in (make_run({"a.b": PASS}), make_run({"a.b": PASS}, host=other), make_run(outputs={"tests": Text("x\n")})):
        record_run(read_store(str(tmp_path)), run)
    store = read_store(str(tmp_path))
    assert store.names() == ("team", "tests")
    assert len(store.named("team")) == 2
    assert len({one.folder for one in store.baselines}) == 3


def _wrong(data: bytes) -> dict[str, bytes]:
    document = json.loads(data)
    return {
        "HP-E409 not a baseline": b"{}",
        "HP-E409 does not hold JSON": b"hello",
        "HP-E410 ends before its data does": data[: len(data) // 2],
        "HP-E410 ends before": b"",
        "HP-E410 merge conflict": data.replace(b'"version"', b'<<<<<<< HEAD\n"version"'),
        "HP-E411 was altered": data.replace(b'"verdict":"fail"', b'"verdict":"pass"'),
        "HP-E411 was altered ": json.dumps(document).encode(),
        "HP-E412 newer": data.replace(b"baseline-1", b"baseline-2"),
        "HP-E409 no number": data.replace(b"4096", b"NaN"),
    }


@pytest.mark.parametrize("at", range(9))
def test_a_bad_file_costs_itself(tmp_path: Path, make_run: MakeRun, at: int) -> None:
    """Whatever is wrong with one file is told with its code, and the others count."""
    good, bad = make_run({"a.b": FAIL}, 1), make_run({"a.b": FAIL}, 2)
    record_run(read_store(str(tmp_path)), good)
    path = Path(record_run(read_store(str(tmp_path)), bad).path)
    said, data = list(_wrong(path.read_bytes()).items())[at]
    path.write_bytes(data)
    store = read_store(str(tmp_path))
    assert [run for one in store.baselines for run in one.runs] == [good]
    (problem,) = store.problems
    code, _, words = said.partition(" ")
    assert problem.code == code
    assert words == "no number" or words.strip() in problem.message


def test_what_was_forged_is_refused(make_run: MakeRun) -> None:
    """A file whose digest was made anew, but whose content is none, is told as such."""
    import hashlib

    data = encode_run(make_run({"a.b": FAIL}))
    body = data.replace(b'"verdict":"fail"', b'"verdict":"fine"').rpartition(b',\n"digest"')[0] + b"\n}"
    forged = body[:-2] + f',\n"digest":"sha256:{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode()
    with pytest.raises(ProblemError, match="HP-E413"):
        decode_run(forged, "x")


def test_no_folder(tmp_path: Path) -> None:
    """A folder that isn't there holds nothing; a file is none."""
    assert read_store(str(tmp_path / "none")).baselines == ()
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError, match="HP-E414"):
        read_store(str(tmp_path / "file"))
