"""Asks to JSON lines, and lines of the agent back to answers: the agent's words are hostile until they were here."""

from __future__ import annotations

import binascii
import json

from hostproof.collect.asks import Answer, Ask, Call, Probe, ReadFile, ReadGlob
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.builtin import data_folder
from hostproof.source.harmless import one_line
from hostproof.source.records import record

PROTOCOL = 1
LONGEST_LINE = 64 * 1024 * 1024
DEEPEST = 32
_LEAST, _LARGEST = -(2**63), 2**64 - 1  # what a snapshot's JSON can hold
_MOST_TEXT = 500
_LATEST = 2**62  # the year 2116

END = b'{"ask":"end"}\n'
HELLO = b'{"hello":'  # how the agent's first line begins


class WireError(ValueError):
    """Raised for a line that the agent, as we know it, would never write."""


def _refuse(word: str) -> None:
    raise WireError(f"{word} is not JSON")


_READER = json.JSONDecoder(parse_constant=_refuse)
_WRITER = json.JSONEncoder(separators=(",", ":"))


@record
class Hello:
    """The agent's first line; `clock` is the target's, in nanoseconds since 1970."""

    uname: tuple[str, ...]
    uid: int
    python: str
    clock: int


def encode_ask(number: int, ask: Ask, effort: str = "usual") -> bytes:
    """Return the line that asks for `ask`; its answer will carry `number`. Probes are told the run's `effort`."""
    said: dict[str, object] = {"id": number}
    if isinstance(ask, ReadFile):
        said |= {"ask": "file", "path": ask.path, "most": ask.most}
    elif isinstance(ask, ReadGlob):
        said |= {"ask": "glob", "pattern": ask.pattern, "most": ask.most, "most_files": ask.most_files}
    elif isinstance(ask, Call):
        said |= {"ask": "call", "name": ask.name, "arguments": ask.arguments}
    elif isinstance(ask, Probe):
        said |= {"ask": "probe", "name": ask.name, "arguments": dict(ask.arguments), "wanted": ask.wanted}
        said |= {"timeout": ask.timeout, "order": ask.order, "effort": effort}
        if ask.ships:
            said["files"] = _texts(ask.ships)
    else:
        program: dict[str, object] = {"shell": ask.shell} if ask.shell else {"argv": ask.argv}
        said |= {"ask": "run", **program, "timeout": ask.timeout, "most": ask.most}
    return _WRITER.encode(said).encode("ascii") + b"\n"


def _texts(folder: str) -> dict[str, str]:
    """Return the files below a folder of the built-in packs, by their paths from there."""
    root = data_folder("rules") / folder
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def decode_hello(line: bytes) -> Hello:
    """Return the first line's content. Raises WireError, also for a protocol that isn't ours."""
    said = object_of(line)
    if said.get("hello") != PROTOCOL:
        raise WireError(f"protocol {one_line(repr(said.get('hello')), 40)} instead of {PROTOCOL}")
    uname = said.get("uname")
    if not isinstance(uname, list):
        raise WireError("no uname")
    clock = whole_of(said, "clock")
    if not 0 < clock <= _LATEST:
        raise WireError("a clock out of range")
    names = tuple(one_line(str(name), _MOST_TEXT) for name in uname)
    return Hello(names, whole_of(said, "uid"), text_of(said, "python"), clock)


def decode_answer(line: bytes) -> tuple[int, Answer]:
    """Return an ask's number and its answer. Raises WireError."""
    said = {"id": None, **object_of(line)}
    files = said.get("files")
    status = said.get("status")
    return whole_of(said, "id"), Answer(
        data=bytes_of(said.get("data", "")),
        files=None if files is None else {_printable(name): bytes_of(data) for name, data in mapping_of(files).items()},
        value=_value(said.get("value"), 0),
        status=None if status is None else whole_of(said, "status"),
        stderr=bytes_of(said.get("stderr", "")),
        error=_error(said["error"]) if "error" in said else None,
        size=whole_of(said, "size"),
        took=whole_of(said, "took"),
        missed={_printable(name): _error(why) for name, why in mapping_of(said.get("missed", {})).items()},
    )


def object_of(line: bytes) -> dict[str, object]:
    """Return the object that a line is. Raises WireError."""
    try:
        found: object = _READER.decode(line.decode("ascii"))
    except RecursionError:
        raise WireError("JSON nested too deeply") from None
    except ValueError as problem:
        raise WireError(f"no JSON: {one_line(str(problem), 200)}") from None
    return mapping_of(found)


def mapping_of(found: object) -> dict[str, object]:
    """Return an object of JSON as what it is. Raises WireError for anything else."""
    if not isinstance(found, dict):
        raise WireError(f"an object was expected, not {type(found).__name__}")
    return found


def whole_of(said: dict[str, object], name: str) -> int:
    """Return a whole number of an object, 0 where it isn't there. Raises WireError."""
    number = said.get(name, 0)
    if type(number) is not int or not _LEAST <= number <= _LARGEST:
        raise WireError(f"{name} is no number")
    return number


def text_of(said: dict[str, object], name: str) -> str:
    """Return a text of an object on one line, empty where it isn't there. Raises WireError."""
    text = said.get(name, "")
    if not isinstance(text, str):
        raise WireError(f"{name} is no text")
    return one_line(text, _MOST_TEXT)


def bytes_of(text: object) -> bytes:
    """Return the bytes that base64 spells. Raises WireError."""
    if not isinstance(text, str):
        raise WireError("base64 was expected")
    try:
        return binascii.a2b_base64(text, strict_mode=True) if text else b""
    except ValueError as problem:  # binascii.Error, or text that isn't ASCII
        raise WireError(f"no base64: {problem}") from None


def _error(found: object) -> Unknown:
    said = mapping_of(found)
    try:
        cause = Cause(text_of(said, "cause"))
    except ValueError:
        raise WireError("an unknown cause") from None
    return Unknown(cause, text_of(said, "detail"), text_of(said, "cure"))


def _value(found: object, depth: int) -> Value:
    """Return a call's value with nothing in it that a snapshot can't hold."""
    if depth > DEEPEST:
        raise WireError("a value nested too deeply")
    if found is None or isinstance(found, bool):
        return found
    if isinstance(found, str):
        return _printable(found)
    if isinstance(found, int | float):
        if not _LEAST <= found <= _LARGEST:
            raise WireError("a number out of range")
        return found
    if isinstance(found, list):
        return [_value(item, depth + 1) for item in found]
    return {_printable(name): _value(item, depth + 1) for name, item in mapping_of(found).items()}


def _printable(text: str) -> str:
    """Return a text that UTF-8 can encode: lone surrogates become escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
