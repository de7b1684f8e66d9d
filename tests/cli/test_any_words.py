"""Whatever words somebody types: an exit code that means something, never an exception and never `broken`."""

from __future__ import annotations

import contextlib
import io
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostproof.cli.arguments.table import COMMANDS
from hostproof.cli.main import run

WORDS = (
    *(option.long for command in COMMANDS for option in command.options),
    *(
        "-f",
        "-o",
        "-q",
        "-h",
        "--",
        "-",
        "",
        "=",
        "a=b",
        "json",
        "text",
        "junit=",
        "json=-",
        "terminal",
        "snapshot=x/../y",
    ),
    *(
        "linux",
        "./linux",
        "pack",
        "bad",
        "here.hpsnap",
        "gone.hpsnap",
        "{name}",
        "json={name}",
        "/dev/null",
        "/",
        "\udc80",
    ),
    *(
        "medium",
        "ignore",
        "2026-12-31",
        "5s",
        "-1s",
        "1e999s",
        "min_backlog=1",
        "linux.min_backlog=x",
        "kernel.*",
        "a" * 300,
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a bad pack and a bad snapshot."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "bad").mkdir()
    (folder / "bad" / "pack.yaml").write_text("hostproof: 1\nrules: {a: [b]}\n")
    (folder / "here.hpsnap").write_bytes(b"\x28\xb5\x2f\xfd")
    return folder


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["eval", "lint", "plan", "facts", "collect", "check", "evla", "--version"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=5),
)
def test_any_words_end_well(folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, words: list[str]) -> None:
    """The commands that read files end with 0 or 2; those that touch the machine get a pack that is refused first."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    harmless = [*words, "--pack", "bad"] if command in {"collect", "check"} else words
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run([command, *(word.replace("\0", "") for word in harmless)])
    for number, handler in handlers.items():
        signal.signal(number, handler)
    said.seek(0)
    assert code in {0, 2}, said.read()
    assert Path("/dev/null").is_char_device()
