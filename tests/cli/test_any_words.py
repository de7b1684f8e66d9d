"""Whatever words somebody types: an exit code that means something, never an exception and never `broken`."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostproof.cli.arguments.table import COMMANDS

from .conftest import Told

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


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["eval", "lint", "plan", "facts", "collect", "check", "evla", "--version"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=5),
)
def test_any_words_end_well(told: Told, tmp_path: Path, command: str, words: list[str]) -> None:
    """The commands that read files end with 0 or 2; those that touch the machine get a pack that is refused first."""
    (tmp_path / "bad").mkdir(exist_ok=True)
    (tmp_path / "bad" / "pack.yaml").write_text("hostproof: 1\nrules: {a: [b]}\n")
    (tmp_path / "here.hpsnap").write_bytes(b"\x28\xb5\x2f\xfd")
    line = [word.replace("\0", "") for word in words] + (["--pack", "bad"] if command in {"collect", "check"} else [])
    code, out, err = told(command, *line)
    assert code in {0, 2}, out + err
    assert Path("/dev/null").is_char_device()
