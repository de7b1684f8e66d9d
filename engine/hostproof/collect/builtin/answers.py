"""Reading: what to ask for a fact, and how the answers become its value; a table of readings makes a collector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from hostproof.collect.asks import Answer, Ask, Call, Collector, Probe, ReadFile, ReadGlob
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

Outcome: TypeAlias = "Value | Unknown"
Answers: TypeAlias = Mapping[Ask, Answer]

T = TypeVar("T")

MOST_TEXT = 262144  # bytes of a text file of /proc, /sys or /etc
MOUNT_PROC, MOUNT_SYS = "mount /proc", "mount /sys"
UNANSWERED = Answer(
    error=Unknown(Cause.NOT_COLLECTED, "the agent gave no answer", "collect again: the run may have been cut short")
)
_UNREADABLE = "compare it with its documented form; a newer kernel or program may have changed it"


class NotLearntError(Exception):
    """Raised while a fact is learnt, to end with the Unknown it carries."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(str(unknown))
        self.unknown = unknown


@record
class Reading:
    """How one fact is learnt: `learn` may raise NotLearntError, or ValueError where an answer makes no sense."""

    asks: tuple[Ask, ...]
    learn: Callable[[Answers], Value]


@record
class Absent:
    """What a file's absence means: `value`, provided that `proof` could be read; without proof when it is None."""

    value: Value
    proof: ReadFile | None = None


def text_file(path: str, most: int = MOST_TEXT) -> ReadFile:
    """Return the ask for a text file."""
    return ReadFile(path, most)


PROC = text_file("/proc/sys/kernel/osrelease")  # always there where /proc is mounted
SYS = text_file("/sys/devices/system/cpu/online")  # always there where /sys is mounted


def from_text(path: str, parse: Callable[[str], Value], cure: str, absent: Absent | None = None) -> Reading:
    """Return the Reading of a text file. `parse` raises ValueError; `cure` helps where there is no such file."""
    file = text_file(path)
    proof = () if absent is None or absent.proof is None else (absent.proof,)

    def learn(answers: Answers) -> Value:
        if absent is not None and missing(answers, file) and not any(failure(answers, ask, "") for ask in proof):
            return absent.value
        return parse(text_of(answers, file, cure))

    return Reading((file, *proof), learn)


def from_call(call: Call, parse: Callable[[Value], Value], cure: str) -> Reading:
    """Return the Reading of what a call of the agent returns. `parse` raises ValueError."""
    return Reading((call,), lambda answers: parse(value_of(answers, call, cure)))


def from_files(glob: ReadGlob, parse: Callable[[Mapping[str, bytes]], Value], cure: str) -> Reading:
    """Return the Reading of all files that match a pattern. `parse` raises ValueError."""
    return Reading((glob,), lambda answers: parse(files_of(answers, glob, cure)))


def collector(name: str, readings: Mapping[str, Reading]) -> Collector:
    """Return the collector of a table of readings by fact; an ask that serves several facts is made once."""

    def asks(names: frozenset[str]) -> tuple[Ask, ...]:
        return unique(ask for fact in sorted(names) if fact in readings for ask in readings[fact].asks)

    def parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
        return {fact: learn(readings[fact], answers) if fact in readings else stranger(fact) for fact in sorted(names)}

    return Collector(name, asks, parse)


def joint(
    name: str, asks: tuple[Ask, ...], read: Callable[[Answers], T], facts: Mapping[str, Callable[[T], Value]]
) -> Collector:
    """Return the collector of facts that are parts of one whole, which is read once. `read` raises as `learn` may."""

    def parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
        try:
            whole = read(answers)
        except NotLearntError as error:
            return {fact: error.unknown if fact in facts else stranger(fact) for fact in names}
        except ValueError as error:
            why = Unknown(Cause.PARSE_ERROR, f"{what(asks[0])}: {error}", _UNREADABLE)
            return {fact: why if fact in facts else stranger(fact) for fact in names}
        return {fact: facts[fact](whole) if fact in facts else stranger(fact) for fact in sorted(names)}

    return Collector(name, lambda names: asks if names & facts.keys() else (), parse)


def learn(reading: Reading, answers: Answers) -> Outcome:
    """Return what a reading makes of the answers: a value, or Unknown with cause, detail and cure."""
    try:
        return reading.learn(answers)
    except NotLearntError as error:
        return error.unknown
    except ValueError as error:
        return Unknown(Cause.PARSE_ERROR, f"{what(reading.asks[0])}: {error}", _UNREADABLE)


def text_of(answers: Answers, file: ReadFile, cure: str) -> str:
    """Return the text of a file that was asked for. Raises NotLearntError."""
    return decoded(good(answers, file, cure).data)


def value_of(answers: Answers, call: Call, cure: str) -> Value:
    """Return what a call returned. Raises NotLearntError."""
    return good(answers, call, cure).value


def files_of(answers: Answers, glob: ReadGlob, cure: str) -> Mapping[str, bytes]:
    """Return the files that match a pattern, by path. Raises NotLearntError."""
    return good(answers, glob, cure).files or {}


def good(answers: Answers, ask: Ask, cure: str) -> Answer:
    """Return the answer to an ask. Raises NotLearntError when there is none."""
    unknown = failure(answers, ask, cure)
    if unknown is not None:
        raise NotLearntError(unknown)
    return answers[ask]


def failure(answers: Answers, ask: Ask, cure: str) -> Unknown | None:
    """Return why there is no answer to an ask, with a cure in any case; None where there is one."""
    error = answers.get(ask, UNANSWERED).error
    if error is None:
        return None
    if error.cause in {Cause.ABSENT, Cause.UNSUPPORTED} or not error.cure:
        return replace(error, cure=cure)
    return error


def missing(answers: Answers, ask: Ask) -> bool:
    """Tell whether the target has no such file."""
    error = answers.get(ask, UNANSWERED).error
    return error is not None and error.cause is Cause.ABSENT


def stranger(fact: str) -> Unknown:
    """Return the Unknown of a name that a collector does not know."""
    return Unknown(Cause.UNSUPPORTED, f"no built-in collector learns {fact}", "look its name up with: hostproof facts")


def unique(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """Return asks in order, each once."""
    return tuple(dict.fromkeys(asks))


def what(ask: Ask) -> str:
    """Name what an ask reads, for messages."""
    if isinstance(ask, ReadFile):
        return f"read {ask.path}"
    if isinstance(ask, ReadGlob):
        return f"read {ask.pattern}"
    if isinstance(ask, Probe):
        return f"probe {ask.name}"
    return f"call {ask.name}" if isinstance(ask, Call) else f"run {ask.shell or ' '.join(ask.argv)}"


def decoded(data: bytes) -> str:
    """Return bytes of the machine as text that a snapshot can hold: what is not UTF-8 shows as escapes."""
    return data.decode("utf-8", "backslashreplace")
