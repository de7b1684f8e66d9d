"""The shell's dialect: what is sent where no Python is, asks included, out; its lines in, answers as the agent's out.

The stand-in (`agent/shell/`) says only what a shell can know: bytes, words, the kernel's error as text, the status.
What it means is worked out here, in the agent's own words, so that a fact is the same whoever read it.
"""

from __future__ import annotations

import binascii
import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence

from hostproof.collect.asks import Answer, Ask, Call, Probe, ReadFile, ReadGlob, RunCommand
from hostproof.collect.link.bundle import AGENT
from hostproof.collect.link.wire import Hello, WireError, bytes_of, decode_hello, mapping_of, object_of, whole_of
from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import field, record, replace

PYTHON_CURE = "install python3 (3.6 or later) there"
SCRIPTS = tuple(AGENT / "shell" / f"{name}.sh" for name in ("words", "files", "calls", "commands", "work"))
MOST_TIME = 5  # seconds for one file, pattern or call, as the agent's hand has it
MOST_TOGETHER = 16 * 1024 * 1024  # bytes of all files of a pattern
_LOAD = (
    "hostproof_sh=newline=$(printf '\\n.'); newline=${newline%.}; text=; "
    "while IFS= read -r line; do case $line in hostproof_end) break ;; esac; text=$text$line$newline; done; "
    'eval "$text"'
)
_PLAIN = re.compile(r"[\w/.:=+,@%-]", re.ASCII)
_STATUS = re.compile(r"<([0-9]{1,3})>")
_HEX = "hex:"
_DIED = "see what ended it (an operator, the kernel short of memory), and run again"
_MOST_HUNDREDTHS = 2**32  # of a second
# Errors by what strerror(3) says of them: glibc's words, then those of musl that differ.
_ERRORS = {os.strerror(number): number for number in errno.errorcode} | {
    "I/O error": errno.EIO,
    "No error information": 0,
    "Not supported": errno.EOPNOTSUPP,
    "Operation timed out": errno.ETIMEDOUT,
    "Value too large for data type": errno.EOVERFLOW,
    "Symbolic link loop": errno.ELOOP,
    "Filename too long": errno.ENAMETOOLONG,
}
# As in agent/lines.py.
_CAUSES = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESRCH), Cause.ABSENT),
    **dict.fromkeys((errno.EACCES, errno.EPERM), Cause.DENIED),
    **dict.fromkeys((errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY), Cause.UNSUPPORTED),
    errno.ETIMEDOUT: Cause.TIMEOUT,
    **dict.fromkeys((errno.EFBIG, errno.EOVERFLOW), Cause.TOO_LARGE),
}
# What the script says of its own accord, for a path or a name; the agent's words.
_OWN: dict[str, tuple[Cause, str, str]] = {
    "special": (Cause.UNSUPPORTED, "{} is no regular file: it could block or act when it is opened", ""),
    "consumed": (Cause.UNSUPPORTED, "{} would be emptied by reading it", ""),
    "no python": (Cause.NO_TOOL, "{} needs Python, which is not there", PYTHON_CURE),
    "no tools": (Cause.NO_TOOL, "{}: neither head and base64 nor od is there", "install coreutils or busybox there"),
    "no env": (Cause.NO_TOOL, "{}: env is not there", "install coreutils or busybox there"),
    "no program": (Cause.NO_TOOL, "{0} is not on PATH ({1})", "install {0}"),
    "no such program": (Cause.NO_TOOL, "{} does not exist", "install it"),
    "timeout": (Cause.TIMEOUT, f"not finished after {MOST_TIME} s", "see whether the file system answers at all"),
}


def shell_program(asks: Sequence[Ask]) -> bytes:
    """Return what the start of a target reads where it found no Python: the stand-in, with all asks in it."""
    lines = [line for line in stand_in().split("\n") if not line.lstrip().startswith("#")]
    spelled = "\n".join(spell_ask(number, ask) for number, ask in enumerate(asks))
    program = [_LOAD, f"nonce={os.urandom(12).hex()}", f"asks='{spelled}\n'", *lines, "hostproof_end"]
    return "\n".join(("", *program, "")).encode("ascii")


def stand_in() -> str:
    """Return the stand-in as one text."""
    return "".join(script.read_text(encoding="ascii") for script in SCRIPTS)


def spell_ask(number: int, ask: Ask) -> str:
    """Return the line of an ask: number, kind, seconds, and words that only `printf %b` makes sense of."""
    kind, words = _spoken(ask)
    if any("\0" in word for word in words) or (kind == "run" and not "".join(words[1:2])):
        kind, words = "call", ("none",)
    seconds = f"{ask.timeout / SECOND:.3f}" if isinstance(ask, RunCommand) else str(MOST_TIME)
    return " ".join((str(number), kind, seconds, *map(spell_word, words)))


def _spoken(ask: Ask) -> tuple[str, tuple[str, ...]]:
    """Return the kind of an ask, and its words."""
    if isinstance(ask, ReadFile):
        return "file", (str(ask.most + 1), ask.path)
    if isinstance(ask, ReadGlob):
        return "glob", (str(ask.most + 1), str(ask.most_files), ask.pattern)
    if isinstance(ask, RunCommand):
        return "run", (str(ask.most + 1), *(("/bin/sh", "-c", ask.shell) if ask.shell else ask.argv))
    return "call", (ask.name, *ask.arguments) if isinstance(ask, Call) else ("probe",)


def spell_word(word: str) -> str:
    r"""Return a word as `printf %b` takes it, with nothing in it that means something to a shell.

    >>> spell_word("/etc/os-release"), spell_word("a 'b'")
    ('/etc/os-release', 'a\\0040\\0047b\\0047')
    """
    raw = word.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if _PLAIN.match(chr(byte)) else f"\\0{byte:03o}" for byte in raw) or "\\c"


@record
class Dialect:
    """Understands the stand-in's lines, by what it was asked."""

    asks: Sequence[Ask]
    uid: int = 0
    answers: set[int] = field(default_factory=set)  # the asks that have one

    def greeted(self, line: bytes) -> Hello:
        """Return the first line's content. Raises WireError."""
        hello = decode_hello(line)
        return replace(hello, uname=tuple(_word(name).decode("utf-8", "replace") for name in hello.uname))

    def answered(self, line: bytes) -> tuple[int, Answer] | None:
        """Return an ask's number and its answer; None for what is left of a line whose writer was ended.

        None too for the word that it ran out of time, after its answer: it was ended just behind that, or the shell
        forgot how it ended. Raises WireError.
        """
        if not line.endswith(b"}"):
            return None
        said = {"id": None, **object_of(line)}
        number = whole_of(said, "id")
        if not 0 <= number < len(self.asks):
            raise WireError(f"an answer to ask {number}, which was not asked")
        if number in self.answers and said.get("why") == "timeout":
            return None
        self.answers.add(number)
        ask, took = self.asks[number], _took(said)
        if "why" in said and not (isinstance(ask, ReadFile) and said.get("data")):
            path = _text(str(said.get("path", "=")))
            return number, replace(self.refused(ask, str(said["why"]), took, path), took=took)
        return number, replace(self.meant(ask, said), took=took)

    def meant(self, ask: Ask, said: Mapping[str, object]) -> Answer:
        """Return what an answer that is none of errors means."""
        if isinstance(ask, ReadFile):
            if "why" in said:  # it could be read to here and no further
                return self.refused(ask, str(said["why"]))
            return _bounded(_bytes(said.get("data")), ask.most, ask.path, "has")
        if isinstance(ask, ReadGlob):
            return self.files_of(ask, said)
        if isinstance(ask, RunCommand):
            return _ended(ask, said)
        return Answer(value=_value(ask, said))

    def files_of(self, ask: ReadGlob, said: Mapping[str, object]) -> Answer:
        """Return the files of a pattern, within its bounds, and what could not be read of it."""
        read = {_text(path): _bytes(data) for path, data in mapping_of(said.get("files")).items()}
        whys = {_text(path): str(why) for path, why in mapping_of(said.get("missed")).items()}
        missed = {path: self.why(why, path)[0] for path, why in whys.items()}
        files: dict[str, bytes] = {}
        size = 0
        for path, data in sorted(read.items()):
            if path in missed:
                continue
            if len(data) > ask.most or size + len(data) > MOST_TOGETHER:
                missed[path] = _too_large(path, len(data), min(ask.most, MOST_TOGETHER - size))
                continue
            files[path] = data
            size += len(data)
        matched = whole_of(dict(said), "matched")
        detail = f"{ask.pattern} matches {matched} files, the bound is {ask.most_files}"
        error = Unknown(Cause.TOO_LARGE, detail) if matched > ask.most_files else None
        return Answer(files=files, missed=missed, size=size, error=error)

    def refused(self, ask: Ask, word: str, took: int = 0, path: str = "") -> Answer:
        """Return the answer to what could not be done."""
        if word == "timeout" and took < _limit(ask):
            return Answer(error=Unknown(Cause.FAILED, "the process that was at it died", _DIED))
        if word == "timeout" and isinstance(ask, RunCommand):
            return Answer(error=_late(ask))
        if word == "no python" and not isinstance(ask, Call | Probe):
            return Answer(error=Unknown(Cause.FAILED, "it holds a NUL, or names nothing"))
        error, number = self.why(word, _what(ask), path)
        return Answer(error=error, status=number)

    def why(self, word: str, what: str, path: str = "") -> tuple[Unknown, int | None]:
        """Return the error that a word of the script, or of the kernel, stands for; and its number."""
        if word in _OWN:
            cause, detail, cure = _OWN[word]
            number = errno.ENOENT if word == "no such program" else None
            return Unknown(cause, detail.format(what, path), cure.format(what)), number
        number = _ERRORS.get(word, 0)
        if number == errno.EISDIR:
            return Unknown(Cause.FAILED, f"{what} is a folder"), number
        cause = _CAUSES.get(number, Cause.FAILED)
        cure = self.cure_of_denial() if cause is Cause.DENIED else ""
        return Unknown(cause, f"{what}: {os.strerror(number) if number else word}", cure), number

    def cure_of_denial(self) -> str:
        """Return what would help somebody who may not do something, as agent/lines.py has it."""
        if self.uid != 0:
            return f"run it as root, or give user {self.uid} the right to it"
        return "allow it to root: a capability is missing, or a filter, a security module or a namespace forbids it"


def _what(ask: Ask) -> str:
    if isinstance(ask, RunCommand):
        return ask.argv[0] if ask.argv and not ask.shell else "/bin/sh"
    if isinstance(ask, ReadFile):
        return ask.path
    if isinstance(ask, ReadGlob):
        return ask.pattern.partition("*")[0].rpartition("/")[0] or "/"
    return f"call {ask.name}" if isinstance(ask, Call) else f"probe {ask.name}"


def _ended(ask: RunCommand, said: Mapping[str, object]) -> Answer:
    """Return what a command's outputs and end mean; how it ended stands somewhere in its error output."""
    text = str(said.get("stderr", ""))
    found = _STATUS.search(text)
    status = int(found[1]) & 255 if found else None  # yash has 384 and a signal's number where others have 128
    stderr = _bytes(_STATUS.sub("", text, count=1))[:65536]
    answer = replace(_bounded(_bytes(said.get("data")), ask.most, "it", "printed"), status=status, stderr=stderr)
    late = _took(said) >= ask.timeout or status is None
    return replace(answer, error=_late(ask)) if late else answer


def _took(said: Mapping[str, object]) -> int:
    return min(max(0, whole_of(dict(said), "hundredths")), _MOST_HUNDREDTHS) * (SECOND // 100)


def _limit(ask: Ask) -> int:
    return ask.timeout if isinstance(ask, RunCommand) else MOST_TIME * SECOND


def _late(ask: RunCommand) -> Unknown:
    return Unknown(Cause.TIMEOUT, f"not finished after {ask.timeout / SECOND:g} s", "allow more time")


def _bounded(data: bytes, most: int, what: str, verb: str) -> Answer:
    if len(data) <= most:
        return Answer(data=data, size=len(data))
    return Answer(data=data[:most], size=len(data), error=_too_large(what, len(data), most, verb))


def _too_large(what: str, size: int, most: int, verb: str = "has") -> Unknown:
    return Unknown(Cause.TOO_LARGE, f"{what} {verb} {size} bytes or more, the bound is {most}")


def _value(ask: Ask, said: Mapping[str, object]) -> Value:
    """Return what a call would have returned, of the words that the script found. Raises WireError."""
    found = said.get("words")
    if not isinstance(ask, Call) or not isinstance(found, list):
        raise WireError("no words")
    words: list[str | None] = [None if word is None else _text(str(word)) for word in found]
    shapes: dict[str, Callable[[], Value]] = {
        "uname": lambda: [*words],
        "listdir": lambda: [*sorted(word or "" for word in words)],
        "readlink": lambda: dict(zip(ask.arguments, words, strict=True)),
        "which": lambda: dict(zip(ask.arguments, words, strict=True)),
    }
    if ask.name not in shapes:
        raise WireError(f"an answer to {ask.name}, which no shell can give")
    try:
        return shapes[ask.name]()
    except ValueError:
        raise WireError("more or fewer words than were asked for") from None


def _word(text: str) -> bytes:
    return text[1:].encode("ascii") if text.startswith("=") else _bytes(text)


def _text(word: str) -> str:
    return _word(word).decode("utf-8", "backslashreplace")


def _bytes(text: object) -> bytes:
    """Return the bytes that a text spells. Raises WireError."""
    if not isinstance(text, str) or not text.startswith(_HEX):
        return bytes_of(text)
    try:
        return binascii.unhexlify(text[len(_HEX) :])
    except ValueError as problem:
        raise WireError(f"no hexadecimal: {problem}") from None
