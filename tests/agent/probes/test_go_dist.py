"""The probe go_dist: what runs of several versions said is read, and real toolchains list and run tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from agent.probes.conftest import Run
from gotools import FOLDER, each_toolchain
from hostproof.agent.probes.go_dist import names, tool
from hostproof.agent.probes.go_dist.outcomes import read
from hostproof.facts.snapshot import Value

OUTPUTS = Path(__file__).parent / "dist"
group = pytest.mark.xdist_group("go")


@pytest.fixture(autouse=True)
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what Go compiles between runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(FOLDER.parent / "cache"))


def outcomes(file: str, *expected: str) -> dict[str, object]:
    """Return the outcome of each test that an output tells of."""
    records = read((OUTPUTS / file).read_text()).records(list(expected), "it did not report")
    return {str(record["name"]): record["outcome"] for record in records}


def record(file: str, name: str) -> dict[str, object]:
    """Return what is said of one test."""
    return next(one for one in read((OUTPUTS / file).read_text()).records([], "cut off") if one["name"] == name)


def test_test2json_of_a_broken_network() -> None:
    """Each test has its outcome; what began and did not end is missing; passing parts of tests are left out."""
    assert outcomes("1.27-nonet.json", "net", "errors", "time") == {
        "errors": "pass",
        "errors.TestNewEqual": "pass",
        "net": "fail",
        "net.TestConnAndListener": "fail",
        "net.TestConnAndListener/tcp": "fail",
        "net.TestDialGoogle": "skip",
        "net.TestFileListener": "missing",
        "time": "missing",
    }
    assert "network is unreachable" in str(record("1.27-nonet.json", "net.TestConnAndListener/tcp")["output"])
    assert record("1.27-nonet.json", "net")["elapsed"] == 180_023_000_000
    assert record("1.27-nonet.json", "net.TestDialGoogle")["reason"] == "short"
    assert "cut off" in str(record("1.27-nonet.json", "net.TestFileListener")["output"])


def test_text_of_a_broken_network() -> None:
    """Plain text tells of packages, and of the tests that failed before the package's line."""
    assert outcomes("1.27-nonet.txt", "net", "os/signal", "errors") == {
        "errors": "pass",
        "net.TestConnAndListener": "fail",
        "net.TestConnAndListener/tcp": "fail",
        "net.TestDialLocal": "fail",
        "net": "fail",
        "os/signal": "pass",
    }
    assert "dial_test.go:72" in str(record("1.27-nonet.txt", "net.TestDialLocal")["output"])
    assert "test timed out after 3m0s" in str(record("1.27-nonet.txt", "net")["output"])


def test_text_of_an_old_version() -> None:
    """Names of Go 1.19 are the packages' with a word before them; a panic is the package's."""
    assert outcomes("1.19-time.txt", "go_test:time", "go_test:os/signal") == {"time": "fail", "os/signal": "missing"}
    assert "America/Los_Angeles" in str(record("1.19-time.txt", "time")["output"])


@pytest.mark.parametrize("text", ["", "\n##### Test execution environment.\n# GOOS: linux\n\nNO TESTS TO RUN\n", "{}"])
def test_nothing_is_no_pass(text: str) -> None:
    """A pattern that matched nothing ends with status 0: each expected test is missing then."""
    assert [one["outcome"] for one in read(text).records(["net", "time"], "?")] == ["missing", "missing"]
    assert read(text).records([], "?") == []


def test_a_build_that_failed_says_why() -> None:
    """What belongs to no test is told with the package that did not pass."""
    text = (
        '{"ImportPath":"x [x.test]","Action":"build-output","Output":"x_test.go:3: syntax error\\n"}\n'
        '{"Action":"fail","Package":"x","Elapsed":0,"FailedBuild":"x [x.test]"}\n'
    )
    (one,) = read(text).records(["x"], "?")
    assert (one["outcome"], one["output"]) == ("fail", "x_test.go:3: syntax error")


def test_variants_of_a_package_report_for_it() -> None:
    """Text has no names of variants: the package's line counts for `runtime:cpu1`; in JSON each has its own."""
    assert [one["name"] for one in read("ok  \truntime\t48.8s\n").records(["runtime:cpu1"], "?")] == ["runtime"]
    event = '{"Action":"pass","Package":"runtime:cpu1","Elapsed":1}'
    assert [one["name"] for one in read(event).records(["runtime:cpu1", "runtime:cpu2"], "?")] == [
        "runtime:cpu1",
        "runtime:cpu2",
    ]


def test_long_output_is_cut() -> None:
    """The end of it is kept."""
    lines = '{"Action":"output","Package":"x","Test":"T","Output":"' + "y" * 999 + '"}\n'
    said = read(lines * 100 + '{"Action":"fail","Package":"x","Test":"T"}').records([], "")[0]["output"]
    assert len(str(said)) == 4000


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("sleep_test.go:670: -short", "short"),
        ("skipping test: no external network in -short mode", "short"),
        ("skipping known flaky test without the -flaky flag", "chosen"),
        ("dial_test.go:894: skipping windows only test", "elsewhere"),
        ("signal_linux_test.go:24: AllThreadsSyscall disabled with cgo", "elsewhere"),
        ("x_test.go:1: socket: operation not permitted", "host"),
        ("x_test.go:1: IPv4 is not supported", "host"),
        ("exec_linux_test.go:443: cgroup v2 not available", "lacking"),
        ("lookup_test.go:292: IPv6 is required", "lacking"),
        ("exec_unix_test.go:353: skipping test because rlimit not adjusted at startup", "other"),
    ],
)
def test_reasons_of_skips(reason: str, kind: str) -> None:
    """A test that is skipped since the host refuses something is told from one that was left out on purpose."""
    assert names.kind_of(reason) == kind


@pytest.mark.parametrize(
    "listed",
    [
        ["go_test:net", "go_test:os/signal", "go_test:time", "cgo_stdio", "go_test:sync", "nolibgcc:net"],
        ["net", "os/signal", "time", "runtime/cgo", "sync", "net:nolibgcc", "net:race"],
    ],
)
def test_each_capability_has_a_test_in_old_and_new_lists(listed: list[str]) -> None:
    """The names that are chosen are those of the list, one for each capability, and no variants."""
    chosen = [name for packages in names.CAPABILITIES.values() for name in names.choose(listed, packages)]
    assert chosen == listed[:5]
    assert names.pattern(["a.b", "os/signal"]) == r"^(a\.b|os/signal)$"


def test_what_is_not_finished_in_its_time_is_ended() -> None:
    """What it said until then is kept."""
    assert tool.run_for(["sh", "-c", "echo begun; sleep 60 & sleep 60"], {"PATH": "/usr/bin:/bin"}, 1.0) == (
        "begun\n",
        False,
    )


def rows(value: Value) -> list[dict[str, Value]]:
    """Return a list of records."""
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, dict)]


def digest(paths: Iterable[Path]) -> str:
    """Return a digest of the names and times of files."""
    return hashlib.sha256("".join(f"{path} {path.stat().st_mtime_ns}" for path in sorted(paths)).encode()).hexdigest()


@group
@each_toolchain()
def test_a_real_toolchain_lists_and_runs_its_tests(goroot: Path, probe: Run) -> None:
    """A test of one package is run and reported by name, no other runs, and GOROOT is as it was."""
    before = digest(path for folder in ("bin", "pkg", "lib") for path in (goroot / folder).rglob("*"))
    arguments = {"go": str(goroot / "bin" / "go"), "more": "errors no/such"}
    found = probe("go_dist", "listed", "absent", "chosen", "tests.more", effort="full", **arguments)
    listed, chosen = found["listed"], found["chosen"]
    assert isinstance(listed, list)
    assert isinstance(chosen, list)
    assert len(listed) > 200
    assert found["absent"] == []
    assert {"net", "os/signal", "time", "errors"} <= set(map(str, chosen))
    tests = {one["name"]: one["outcome"] for one in rows(found["tests.more"])}
    assert (tests["errors"], tests["errors.TestNewEqual"], tests["no/such"]) == ("pass", "pass", "missing")
    assert {str(name).partition(".")[0] for name in tests} == {"errors", "no/such"}
    assert before == digest(path for folder in ("bin", "pkg", "lib") for path in (goroot / folder).rglob("*"))


def test_results_of_a_file_are_judged_without_go(probe: Run) -> None:
    """They are sorted by capability, and compared with those of an earlier run by outcome alone."""
    arguments = {"results": str(OUTPUTS / "1.27-nonet.json"), "before": str(OUTPUTS / "1.27-nonet.txt")}
    found = probe("go_dist", "listed", "tests.network", "tests.more", "tests.time", "changed", **arguments)
    assert len(rows(found["tests.network"])) == 5
    assert [one["name"] for one in rows(found["tests.more"])] == ["errors", "errors.TestNewEqual"]
    assert found["tests.time"] == []
    assert {one["name"]: (one["before"], one["now"]) for one in rows(found["changed"])} == {
        "errors.TestNewEqual": ("absent", "pass"),
        "net.TestDialLocal": ("fail", "absent"),
        "net.TestDialGoogle": ("absent", "skip"),
        "net.TestFileListener": ("absent", "missing"),
    }
    assert "not-collected" in str(found["listed"])


def test_a_file_that_is_not_there(probe: Run, tmp_path: Path) -> None:
    """All of it is unknown then, never a pass."""
    found = probe("go_dist", "tests.network", "tests.more", "changed", results=str(tmp_path / "none"))
    assert "absent" in str(found["tests.network"])


def test_only_a_full_run_runs_tests(probe: Run, tmp_path: Path) -> None:
    """Otherwise their outcomes are unknown, with the cure."""
    found = probe("go_dist", "tests.network", effort="usual", go=str(tmp_path / "go"))
    assert "--full" in str(found["tests.network"])


def test_a_dist_that_writes_to_goroot_is_left_alone(tmp_path: Path, probe: Run) -> None:
    """Before Go 1.20 it does so whatever it is told."""
    old = tmp_path / "go"
    old.write_text('#!/bin/sh\necho \'{"GOVERSION": "go1.19.8", "GOROOT": "/nowhere"}\'\n')
    old.chmod(0o755)
    assert "GOROOT" in str(probe("go_dist", "listed", go=str(old))["listed"])
