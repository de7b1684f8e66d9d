"""Evidence: short, harmless, without secrets, and enough to see what happened."""

from __future__ import annotations

import pytest

from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob, RunCommand
from hostproof.collect.learn.evidence import evidence_of
from hostproof.facts.snapshot import Evidence

FILE = ReadFile("/etc/app.conf")
LS = RunCommand(("ls", "-l", "a b"))


@pytest.mark.parametrize(
    ("ask", "answer", "evidence"),
    [
        (FILE, Answer(b"a = 1\n", size=6, took=5), Evidence("file", "/etc/app.conf", None, 5, 6, "a = 1")),
        (FILE, Answer(status=13), Evidence("file", "/etc/app.conf", 13)),
        (LS, Answer(b"x\n", status=0, stderr=b"warning"), Evidence("command", "ls -l 'a b'", 0, head="x")),
        (LS, Answer(b"x\n", status=2, stderr=b"bad\n"), Evidence("command", "ls -l 'a b'", 2, head="x\nbad")),
        (LS, Answer(status=0, stderr=b"v1\n"), Evidence("command", "ls -l 'a b'", 0, head="v1")),
        (RunCommand(shell="a | b"), Answer(status=0), Evidence("command", "a | b", 0)),
        (ReadGlob("/s/*"), Answer(files={"/s/a": b"1\n", "/s/b": b"2\n"}),
         Evidence("glob", "/s/*", head="/s/a: 1\n/s/b: 2")),
        (Call("which", ("go", "df")), Answer(value={"go": None}),
         Evidence("call", "which(go, df)", head='{"go": null}')),
        (Call("getrandom"), Answer(value=False), Evidence("call", "getrandom()", head="false")),
    ],
)  # fmt: skip
def test_each_kind_of_ask_has_its_evidence(ask: Ask, answer: Answer, evidence: Evidence) -> None:
    """What was asked, what came of it, and the output."""
    assert evidence_of(ask, answer) == evidence


def test_long_output_is_shown_by_its_ends() -> None:
    """The first and the last characters."""
    found = evidence_of(FILE, Answer(b"begin" + b"x" * 10_000 + b"end\n"))
    assert found.head.startswith("begin")
    assert found.tail.endswith("end")
    assert len(found.head) + len(found.tail) <= 600


def test_output_is_made_harmless() -> None:
    """Control characters, tricks with direction and bytes that are no text."""
    found = evidence_of(LS, Answer(b"\x1b]0;owned\x07\xe2\x80\xae\xff\x00\r\n", status=0))
    assert found.head == "\\x1b]0;owned\\x07\\u202e\ufffd\\x00"


def test_secrets_are_left_out() -> None:
    """In the output and in the command line itself."""
    found = evidence_of(RunCommand(("curl", "--token", "hunter2hunter2")), Answer(b"password=swordfish\n", status=0))
    assert "hunter2" not in found.what
    assert "swordfish" not in found.head


def test_a_secret_is_left_out_though_its_beginning_is_not_shown() -> None:
    """The end of a private key is shown in no tail."""
    key = b"-----BEGIN PRIVATE KEY-----\n" + b"MIIabc\n" * 2000 + b"-----END PRIVATE KEY-----\n"
    found = evidence_of(FILE, Answer(b"x\n" * 500 + key))
    assert "MIIabc" not in found.head + found.tail


def test_what_is_confidential_by_itself_is_withheld() -> None:
    """The machine's identity is known to the fingerprint only, as a hash."""
    found = evidence_of(ReadFile("/etc/machine-id"), Answer(b"0123456789abcdef0123456789abcdef\n", size=33))
    assert (found.head, found.tail, found.size) == ("", "", 33)
