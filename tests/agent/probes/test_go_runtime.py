"""Probe `go_runtime`, for real: programs are built once, run with each toolchain, and what they say is checked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from gotools import FOLDER, each_toolchain, toolchains
from hostproof.agent.lines import AskError
from hostproof.agent.probes.go_runtime import answers, programs, room, steps
from hostproof.agent.probes.go_runtime.programs import PURE, WITH_C
from hostproof.agent.probing.step import Context
from hostproof.collect.asks import Probe
from hostproof.collect.builtin.probes import ask_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES
from hostproof.facts.requests import SECOND
from hostproof.source.builtin import data_folder

from .conftest import Facts, facts_of

pytestmark = pytest.mark.xdist_group("go")  # they share a build cache, and each uses all processors
SOURCES = data_folder("rules") / "go-runtime" / "probes"
PATIENCE = 900 * SECOND  # the first time, the standard library is built
VARIABLES = ("GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOFLAGS", "GOROOT")
FULL_ONLY = {"memory.calls"}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give an environment without settings, and a cache that is kept between runs."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(FOLDER.parent / "cache"))


def look(goroot: Path, *wanted: str, **arguments: str | int) -> Facts:
    """Run the probe with a toolchain, with the time that a first build needs."""
    names = sorted(wanted or facts_of("go_runtime"))
    ask: Probe = ask_of(PROBES["go_runtime"], {"go": str(goroot / "bin" / "go"), **arguments}, names)
    answer = hold_session(parse_target("local"), (ask,), PATIENCE, effort="quick").answer(0)
    assert answer.error is None, answer.error
    assert isinstance(answer.value, dict)
    values, unknown = answer.value["values"], answer.value["unknown"]
    assert isinstance(values, dict)
    assert isinstance(unknown, dict)
    return {**values, **unknown}


def newest() -> Path:
    """Return the newest toolchain; skips the test without one."""
    if not toolchains():
        pytest.skip("no Go toolchain below build/go: run `make test`")
    found: Path = list(toolchains().values())[-1]
    return found


def cause(value: object) -> str:
    """Return why a fact could not be learnt; it has a cure."""
    assert isinstance(value, Mapping), value
    assert value["cure"]
    return str(value["cause"])


def without_c(said: Facts) -> set[str]:
    """Return the facts that need a C compiler, where there is none."""
    return (
        set()
        if said["cgo.enabled"]
        else {name for name in said if name.startswith(("cgo.c", "cgo.w", "cgo.t", "names.c"))}
    )


@each_toolchain()
def test_every_program_is_built_and_says_all(goroot: Path) -> None:
    """Whatever the version, all programs are built and end well, and every fact is known that needs no full run."""
    said = look(goroot)
    assert said["build.failed"] == {}
    assert said["version"] == goroot.parent.name
    missing = {name: value for name, value in said.items() if isinstance(value, dict) and "cause" in value}
    assert set(missing) - without_c(said) == FULL_ONLY, missing
    assert {name: said[name] for name in said if name.endswith(".ended") and name not in missing} == {
        name: None for name in facts_of("go_runtime") if name.endswith(".ended") and name not in missing
    }
    assert (said["tcp.closed"], said["web.http2"], said["web.silent"]) == (
        "connect ECONNREFUSED",
        "HTTP/2.0",
        "get timeout",
    )
    assert (said["signals.lost"], said["signals.stray"], said["signals.arrived"]) == (0, 0, 2)
    assert said["settings.cpus"] == len(os.sched_getaffinity(0))


@each_toolchain()
def test_what_was_built_is_kept(goroot: Path) -> None:
    """A second look builds nothing: the programs are the same files."""
    look(goroot, "build.failed")
    kept = {path: path.stat().st_ino for path in (FOLDER.parent / "cache/hostproof/go-programs").glob("*/*")}
    assert {path.name for path in kept} >= {*PURE}
    look(goroot, "build.failed")
    assert {path: path.stat().st_ino for path in (FOLDER.parent / "cache/hostproof/go-programs").glob("*/*")} == kept


def test_a_program_sees_the_environment_it_is_started_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the variables say is what a program is set to."""
    for name, value in (("GOMAXPROCS", "7"), ("GOGC", "off"), ("GOMEMLIMIT", "1GiB"), ("GODEBUG", "gctrace=0,x=1")):
        monkeypatch.setenv(name, value)
    said = look(newest(), *(name for name in facts_of("go_runtime") if name.startswith("settings.")))
    assert (said["settings.procs"], said["settings.gogc"], said["settings.limit"]) == (7, None, 1 << 30)
    assert said["settings.godebug"] == ["gctrace=0", "x=1"]
    assert said["settings.environment"] == {
        "GODEBUG": "gctrace=0,x=1",
        "GOGC": "off",
        "GOMAXPROCS": "7",
        "GOMEMLIMIT": "1GiB",
    }


def test_a_program_that_ends_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the runtime says as it ends a program is told, and its other facts are unknown."""
    monkeypatch.setenv("GOMEMLIMIT", "1GB")
    said = look(newest(), "settings.ended", "settings.procs", "settings.environment")
    assert "malformed GOMEMLIMIT" in str(said["settings.ended"])
    assert cause(said["settings.procs"]) == "failed"
    assert said["settings.environment"] == {"GOMEMLIMIT": "1GB"}


def test_without_go_nothing_is_known(tmp_path: Path) -> None:
    """No go command is no-tool, with a cure; what needs none is still known."""
    said = look(tmp_path, "clock.now", "room.procs")
    assert cause(said["clock.now"]) == "no-tool"
    assert said["room.procs"] == len(os.sched_getaffinity(0)) or isinstance(said["room.procs"], int)


def test_another_name_can_be_looked_up() -> None:
    """The name is the probe's argument; what is not found has no address, and an error."""
    said = look(newest(), "names.pure.addresses", "names.pure.error", name="127.0.0.9")
    assert (said["names.pure.addresses"], said["names.pure.error"]) == (["127.0.0.9"], None)


def test_what_can_not_be_built_is_told_once_by_name(tmp_path: Path) -> None:
    """A program that does not compile fails alone; the others are built."""
    context = Context("quick", frozenset(), {"go": str(newest() / "bin" / "go")}, str(tmp_path / "scratch"))
    context.files.update({str(path.relative_to(SOURCES)): path.read_text() for path in SOURCES.rglob("*.*")})
    context.files["clock/main.go"] = "package main\n\nfunc main() { nothing() }\n"
    os.environ["XDG_CACHE_HOME"], kept = str(tmp_path / "cache"), os.environ["XDG_CACHE_HOME"]
    try:
        (tmp_path / "cache/hostproof").mkdir(parents=True)
        (tmp_path / "cache/hostproof/go-build").symlink_to(Path(kept) / "hostproof/go-build")
        failed = programs.build(context, ["clock", "settings"], False)
        assert list(failed) == ["clock"]
        assert "nothing" in failed["clock"]
        with pytest.raises(AskError, match="nothing"):
            programs.program(context, "clock")
        assert os.access(programs.program(context, "settings"), os.X_OK)
    finally:
        os.environ["XDG_CACHE_HOME"] = kept


def test_programs_that_others_could_change_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that a group may write to is not used: the scratch folder is."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    context = Context("quick", frozenset(), {}, str(tmp_path / "scratch"))
    go = programs.Toolchain({"command": "go", "version": "go1.27.3", "key": "k", "cgo": "0"})
    first = Path(programs.home_of(context, go, False))
    assert first.is_relative_to(tmp_path / "cache")
    first.parent.chmod(0o770)
    assert Path(programs.home_of(context, go, False)).is_relative_to(tmp_path / "scratch")
    context.files["x"] = "y"
    first.parent.chmod(0o700)
    assert Path(programs.home_of(context, go, False)) not in {first, Path(programs.home_of(context, go, True))}


def test_only_the_latest_sets_of_programs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets that were not used for long are removed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    base = tmp_path / "cache/hostproof/go-programs"
    base.mkdir(parents=True, mode=0o700)
    for number in range(programs.MOST_KEPT + 3):
        (base / str(number)).mkdir()
        os.utime(base / str(number), (number, number))
    programs.tidy(Context("quick", frozenset(), {}, str(tmp_path / "scratch")))
    assert sorted(int(path.name) for path in base.iterdir()) == list(range(3, programs.MOST_KEPT + 3))


@pytest.mark.parametrize(
    ("out", "wrong"),
    [
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"before": 1, "peak": 2}', "it says before, peak instead of after, before, peak"),
        ('{"before": 1, "peak": 2, "after": "3"}', "after is no int"),
        ('{"before": 1, "peak": 2, "after": true}', "after is no int"),
        ('{"before": 1, "peak": 2, "after": 9223372036854775808}', "after is no int"),
        ('{"before": 1, "peak": 2, "after": 3, "more": 4}', "it says after, before, more, peak instead"),
    ],
)
def test_an_answer_is_checked(out: str, wrong: str) -> None:
    """Names and types must be those expected, and no others."""
    with pytest.raises(AskError, match=wrong) as caught:
        answers.answer("memory", out)
    assert caught.value.cause == "parse-error"


def test_errno_numbers_are_named() -> None:
    """A number after what was tried becomes the errno's name; other texts stay."""
    assert answers.named({"connect 101": 3, "get timeout": 1}) == {"connect ENETUNREACH": 3, "get timeout": 1}
    assert answers.errno_named("timeout") == "timeout"


def test_the_narrowest_limit_of_threads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of groups, user and machine, the one that leaves the fewest threads counts."""
    files = [("/a/b", {"pids.max": "max"}), ("/a", {"pids.max": "50", "pids.current": "20"})]
    monkeypatch.setattr("hostproof.agent.probing.ancestors.levels", lambda *_: files)
    context = Context("quick", frozenset(), {}, "/nonexistent")
    assert room.room_for_threads(context) == {"room.threads": 30, "room.threads.by": "pids.max 50 of /a"}


@pytest.mark.parametrize(
    ("quota", "allowed", "fits"), [(None, 8, 8), (1.5, 8, 2), (0.2, 8, 2), (2.1, 8, 3), (9.0, 8, 8), (0.5, 1, 1)]
)
def test_the_processors_that_fit_are_those_go_chooses(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, allowed: int, fits: int
) -> None:
    """The quota is rounded up, is 2 at least, and no more than the affinity."""
    monkeypatch.setattr("hostproof.agent.probing.ancestors.quotas", lambda: [("/a", quota)])
    monkeypatch.setattr("hostproof.agent.probes.go_runtime.room.cpus", lambda: list(range(allowed)))
    assert room.room(Context("quick", frozenset(), {}, "/nonexistent"))["room.procs"] == fits


def test_calls_are_counted_by_strace(tmp_path: Path) -> None:
    """In a full run mmap and madvise of a program that takes memory and lets it go are counted."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    context = Context("full", frozenset(), {"go": str(newest() / "bin" / "go")}, str(tmp_path / "scratch"))
    context.files.update({path.relative_to(SOURCES).as_posix(): path.read_text() for path in SOURCES.rglob("*.*")})
    found = steps.memory_calls(context)["memory.calls"]
    assert isinstance(found, dict)
    assert found["mmap"] > 0
    assert found["madvise"] > 0


def test_sources_are_formatted_and_each_is_built() -> None:
    """Gofmt has nothing to say of the programs, and each folder with a main.go is in one of the lists."""
    done = subprocess.run([newest() / "bin" / "gofmt", "-l", str(SOURCES)], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert {path.parent.name for path in SOURCES.glob("*/main.go")} == {*PURE, *WITH_C}
