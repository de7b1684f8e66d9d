"""Evidence: an ask and its answer in, what a person may see of it out: short, harmless, without secrets."""

from __future__ import annotations

import json
import shlex

from hostproof.collect.asks import Answer, Ask, Call, Probe, ReadFile, ReadGlob, RunCommand
from hostproof.facts.redact import REDACT, Redactor
from hostproof.facts.snapshot import Evidence
from hostproof.source.harmless import harmless, one_line

MOST_HEAD, MOST_TAIL = 400, 200  # characters
MOST_WHAT = 500
MOST_LOOKED_AT = 1024 * 1024  # bytes; a secret can only be found where its beginning is seen
WITHHELD = frozenset({"/etc/machine-id", "/etc/shadow", "/etc/gshadow"})  # machine-id(5): to be kept confidential
_KINDS: dict[type, str] = {ReadFile: "file", ReadGlob: "glob", RunCommand: "command", Call: "call", Probe: "probe"}


def kind_of(ask: Ask) -> str:
    """Return what kind of ask it is: file, glob, command, call or probe."""
    return _KINDS[type(ask)]


def what_of(ask: Ask, hide: Redactor = REDACT) -> str:
    """Return what is read, run or called, as a person would write it, on one line."""
    if isinstance(ask, ReadFile):
        text = ask.path
    elif isinstance(ask, ReadGlob):
        text = ask.pattern
    elif isinstance(ask, Probe):
        text = f"{ask.name}({', '.join(f'{name}={value}' for name, value in ask.arguments)})"
    elif isinstance(ask, Call):
        text = f"{ask.name}({', '.join(ask.arguments)})"
    else:
        text = ask.shell or shlex.join(ask.argv)
    return one_line(hide(text), MOST_WHAT)


def evidence_of(ask: Ask, answer: Answer, hide: Redactor = REDACT) -> Evidence:
    """Return how something was learnt. `head` is the whole output where that is short, and `tail` empty."""
    what = what_of(ask, hide)
    head, tail = _shown(b"" if what in WITHHELD else _output(ask, answer), hide)
    return Evidence(kind_of(ask), what, answer.status, answer.took, answer.size, head, tail)


def _output(ask: Ask, answer: Answer) -> bytes:
    """Return what came out: the error output of a command too where that explains it."""
    if isinstance(ask, Call | Probe):
        return b"" if answer.value is None else json.dumps(answer.value, ensure_ascii=False).encode("utf-8")
    if answer.files is not None:
        return b"".join(_listed(path, data) for path, data in answer.files.items())[: MOST_LOOKED_AT + 1]
    if answer.stderr and (answer.status != 0 or not answer.data):
        return b"\n".join(part for part in (answer.data.rstrip(), answer.stderr) if part)
    return answer.data


def _listed(path: str, data: bytes) -> bytes:
    return path.encode("utf-8") + b": " + data.rstrip() + b"\n"


def _shown(data: bytes, hide: Redactor) -> tuple[str, str]:
    text = hide(data[:MOST_LOOKED_AT].decode("utf-8", "replace")).strip("\r\n")
    if len(text) <= MOST_HEAD + MOST_TAIL:
        return harmless(text), ""
    tail = text[-MOST_TAIL:] if len(data) <= MOST_LOOKED_AT else ""
    return harmless(text[:MOST_HEAD]), harmless(tail)
