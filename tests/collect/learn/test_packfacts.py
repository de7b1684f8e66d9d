"""A pack's own facts: from the request to its ask, and from the answer to its facts."""

from __future__ import annotations

import pytest

from hostproof.collect.asks import Answer, ReadFile, RunCommand
from hostproof.collect.learn.packfacts import ask_of, declared, learn, owner_of
from hostproof.facts.catalog import Owner
from hostproof.facts.requests import FactRequest, FileSource, Reader, RunSource
from hostproof.facts.types import BYTES, COUNT, STRING
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown

DF = RunSource(("df", "-B1", "--output=avail", "/var"))
DISK = FactRequest("net:disk", DF, Reader("regex", r"(?m)^\s*(?P<avail>\d+)$"), parse_type("{avail: bytes}"), 5)
LIMIT = FactRequest("net:limit", FileSource("/proc/sys/net/core/somaxconn"), Reader("text"), COUNT)


def facts(request: FactRequest, answer: Answer) -> dict[str, object]:
    """Return what a request's facts are by an answer."""
    return dict(learn(request, frozenset(declared(request)), {ask_of(request): answer}))


def test_a_command_and_a_file_become_asks() -> None:
    """The request's timeout is the command's."""
    assert ask_of(DISK) == RunCommand(("df", "-B1", "--output=avail", "/var"), timeout=5)
    assert ask_of(FactRequest("p:x", RunSource(shell="a | b"))).shell == "a | b"  # type: ignore[union-attr]
    assert ask_of(LIMIT) == ReadFile("/proc/sys/net/core/somaxconn")
    with pytest.raises(ValueError, match=r"^kernel\.release has no source"):
        ask_of(FactRequest("kernel.release"))


def test_a_record_declares_a_fact_for_each_field() -> None:
    """One type is one fact, no type is a text."""
    assert declared(DISK) == {"net:disk.avail": BYTES}
    assert declared(LIMIT) == {"net:limit": COUNT}
    assert declared(FactRequest("p:x", DF)) == {"p:x": STRING}


def test_a_command_s_reading_is_that_of_its_namespaces() -> None:
    """A file's is the file system's, unless the kernel makes it up for whoever looks."""
    assert owner_of(DISK) is Owner.NAMESPACE
    assert owner_of(LIMIT) is Owner.NAMESPACE
    assert owner_of(FactRequest("p:x", FileSource("/etc/fstab"))) is Owner.FILES


def test_an_answer_is_read() -> None:
    """Output becomes the declared facts."""
    assert facts(DISK, Answer(data=b"   Avail\n12345\n", status=0)) == {"net:disk.avail": 12345}
    assert facts(LIMIT, Answer(data=b"4096\n")) == {"net:limit": 4096}


@pytest.mark.parametrize(
    ("status", "stderr", "cause", "says"),
    [
        (1, b"df: /var: No such\nfile\n", Cause.FAILED, "it ended with status 1: df: /var: No such file"),
        (-9, b"", Cause.FAILED, "it was ended by signal 9"),
        (127, b"sh: nope: not found", Cause.NO_TOOL, "status 127"),
        (126, b"", Cause.DENIED, "status 126"),
        (3, b"\x1b[2J", Cause.FAILED, "\\x1b[2J"),
    ],
)
def test_a_command_that_failed_is_not_read(status: int, stderr: bytes, cause: Cause, says: str) -> None:
    """It may have printed half of it; the error output says why, made harmless."""
    found = facts(DISK, Answer(data=b"12345\n", status=status, stderr=stderr))["net:disk.avail"]
    assert isinstance(found, Unknown)
    assert found.cause is cause
    assert says in found.detail


def test_an_ask_that_was_refused_says_why() -> None:
    """What the agent says of the ask is what becomes of its facts, also where there is some data."""
    why = Unknown(Cause.TOO_LARGE, "it printed 2 MB")
    assert facts(DISK, Answer(data=b"12345\n", error=why)) == {"net:disk.avail": why}
