"""The wire: asks as the agent reads them, and answers that believe nothing."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob, RunCommand
from hostproof.collect.link.wire import WireError, decode_answer, decode_hello, encode_ask
from hostproof.facts.fits import not_storable
from hostproof.facts.unknown import Cause, Unknown

HELLO = {"hello": 1, "uname": ["Linux", "web1", "6.1.0", "#1", "x86_64"], "uid": 0, "python": "3.6.8", "clock": 17}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (ReadFile("/a", 9), {"ask": "file", "path": "/a", "most": 9}),
        (ReadGlob("/a*", 9, 2), {"ask": "glob", "pattern": "/a*", "most": 9, "most_files": 2}),
        (Call("which", ("a", "b")), {"ask": "call", "name": "which", "arguments": ["a", "b"]}),
        (RunCommand(("a", "b"), timeout=5, most=9), {"ask": "run", "argv": ["a", "b"], "timeout": 5, "most": 9}),
        (RunCommand(shell="a | b", timeout=5, most=9), {"ask": "run", "shell": "a | b", "timeout": 5, "most": 9}),
    ],
)
def test_an_ask_is_one_line(ask: Ask, said: dict[str, object]) -> None:
    """Each kind of ask has its words."""
    line = encode_ask(7, ask)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"id": 7, **said}


def test_a_name_that_is_not_utf8_is_written_in_ascii() -> None:
    """Lone surrogates, as Python has for such names, pass as escapes."""
    assert b"\\udcff" in encode_ask(0, ReadFile("/\udcff"))


def test_a_hello_is_read() -> None:
    """Who and what the agent runs as."""
    hello = decode_hello(json.dumps(HELLO).encode())
    assert (hello.uname[1], hello.uid, hello.python, hello.clock) == ("web1", 0, "3.6.8", 17)


def test_an_answer_is_read() -> None:
    """Every field has its place."""
    said = {
        "id": 3,
        "data": "YQ==",
        "stderr": "Yg==",
        "status": -9,
        "size": 5,
        "took": 7,
        "error": {"cause": "denied", "detail": "d", "cure": "c"},
        "files": {"/a": "Yw=="},
        "missed": {"/b": {"cause": "absent", "detail": "gone", "cure": ""}},
    }
    number, answer = decode_answer(json.dumps(said).encode())
    missed = {"/b": Unknown(Cause.ABSENT, "gone")}
    error = Unknown(Cause.DENIED, "d", "c")
    assert number == 3
    assert answer == Answer(b"a", {"/a": b"c"}, None, -9, b"b", error, 5, 7, missed)


@pytest.mark.parametrize(
    "value", [None, True, 3, 2.5, "text", [1, [2]], {"a": {"b": None}}, "control \x1b stays for whoever shows it"]
)
def test_the_value_of_a_call_is_any_json(value: object) -> None:
    """What a call returned comes back as it is."""
    assert decode_answer(json.dumps({"id": 0, "value": value}).encode())[1].value == value


def test_lone_surrogates_become_escapes() -> None:
    """A name of the machine that no encoding can write is shown, in values and in keys."""
    answer = decode_answer(rb'{"id":0,"value":{"\udcff":["\ud800"]},"files":{"/\udcff":""}}')[1]
    assert answer.value == {"\\udcff": ["\\ud800"]}
    assert answer.files == {"/\\udcff": b""}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"id":"0"}',
        b'{"id":true}',
        b'{"id":1.5}',
        b'{"id":99999999999999999999999}',
        b'{"id":0,"data":5}',
        b'{"id":0,"data":"*"}',
        b'{"id":0,"data":"\xc3\xa9"}',
        b'{"id":0,"files":[]}',
        b'{"id":0,"files":{"/a":1}}',
        b'{"id":0,"error":"denied"}',
        b'{"id":0,"error":{"cause":"nonsense"}}',
        b'{"id":0,"error":{"cause":"denied","detail":[]}}',
        b'{"id":0,"missed":{"/a":{}}}',
        b'{"id":0,"value":NaN}',
        b'{"id":0,"value":-Infinity}',
        b'{"id":0,"value":1e999}',
        b'{"id":0,"value":' + b"9" * 5000 + b"}",
        b'{"id":0,"value":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"id":0,"value":' + b"[" * 200_000,
        b'{"id":0,"status":"0"}',
    ],
    ids=lambda line: line[:40].decode("latin-1"),
)
def test_nonsense_is_refused(line: bytes) -> None:
    """What the agent would never write is an error, never a crash."""
    with pytest.raises(WireError):
        decode_answer(line)


@pytest.mark.parametrize("change", [{"hello": 2}, {"hello": None}, {"uname": "Linux"}, {"uid": "root"}, {"python": 3}])
def test_another_protocol_is_refused(change: dict[str, object]) -> None:
    """A first line that isn't ours ends the session."""
    with pytest.raises(WireError):
        decode_hello(json.dumps({**HELLO, **change}).encode())


def test_hostile_words_are_made_harmless() -> None:
    """Details are shown to people: no escape sequences, and no more than a line."""
    error = {"cause": "failed", "detail": "a\x1b[2J\nb" + "x" * 5000, "cure": "\u202e"}
    found = decode_answer(json.dumps({"id": 0, "error": error}).encode())[1].error
    assert found is not None
    assert found.detail.startswith("a\\x1b[2J b")
    assert len(found.detail) <= 500
    assert found.cure == "\\u202e"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
FIELDS = ("id", "data", "files", "value", "status", "stderr", "error", "size", "took", "missed", "cause")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_json_is_refused_or_becomes_an_answer(said: dict[str, object]) -> None:
    """Whatever JSON comes: WireError, or an answer whose value a snapshot can hold but for the size of a number."""
    try:
        _, answer = decode_answer(json.dumps(said).encode())
    except WireError:
        return
    assert not_storable(answer.value) in {"", "a number beyond 64 bits"}


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_become_an_answer(line: bytes) -> None:
    """Whatever bytes come, nothing but WireError is raised."""
    try:
        decode_answer(line)
    except WireError:
        return


@given(st.binary())
def test_bytes_survive(data: bytes) -> None:
    """What the agent encodes is what we read."""
    line = json.dumps({"id": 0, "data": base64.b64encode(data).decode()}).encode()
    assert decode_answer(line)[1].data == data
