"""What the agent may be asked (`Ask`) and what it says (`Answer`): the boundary of engine and machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown
from hostproof.source.records import field, record

MOST_FILE = 4 * 1024 * 1024
MOST_OUTPUT = 1024 * 1024
USUAL = "usual"
EFFORTS = ("quick", USUAL, "full")  # how thorough probes are


@record
class ReadFile:
    """Read a file, at most `most` bytes of it."""

    path: str
    most: int = MOST_FILE


@record
class ReadGlob:
    """Read every file that matches a shell pattern, at most `most_files` of them, `most` bytes each."""

    pattern: str
    most: int = 65536
    most_files: int = 4096


@record
class RunCommand:
    """Run a program without a shell (`argv`), or text by /bin/sh -c (`shell`); `timeout` in nanoseconds."""

    argv: tuple[str, ...] = ()
    shell: str = ""
    timeout: int = 10 * SECOND
    most: int = MOST_OUTPUT


@record
class Call:
    """One small system call or library call of the agent's table (`agent.calls`), with text arguments."""

    name: str
    arguments: tuple[str, ...] = ()


@record
class Probe:
    """Run a probe of the agent (`agent.probes`) and learn the facts in `wanted`, by their short names.

    `timeout` is for all its steps, in nanoseconds. Probes run alone, after everything else, those of a higher `order`
    last. `own` names the fact of a pack that asks for it; empty for the built-in facts. `ships` is a folder of the
    built-in packs that is sent along.
    """

    name: str
    arguments: tuple[tuple[str, Value], ...]
    wanted: tuple[str, ...]
    timeout: int
    order: int = 1
    own: str = ""
    ships: str = ""

    def __hash__(self) -> int:
        """Return a hash without the arguments' values, which may be lists."""
        return hash((self.name, tuple(name for name, _ in self.arguments), self.wanted, self.own))


Ask: TypeAlias = ReadFile | ReadGlob | RunCommand | Call | Probe


@record
class Answer:
    """What came of one ask.

    `data` is a file's bytes or a command's standard output; `files` maps path to bytes for a glob; `value` is what
    a call returned, or a probe's `values` and `unknown` by fact. `status` is a command's exit status (negative:
    ended by that signal), or the errno that refused an ask. `error` is set when the ask itself could not be done
    (cause, detail and cure included). `size` is the whole length, even if `data` was cut: then `error` is too-
    large, and `data` its beginning. `missed` maps what a glob matched and could not be read to the reason. `took`
    is in nanoseconds, on the target's clock.
    """

    data: bytes = b""
    files: Mapping[str, bytes] | None = None
    value: Value = None
    status: int | None = None
    stderr: bytes = b""
    error: Unknown | None = None
    size: int = 0
    took: int = 0
    missed: Mapping[str, Unknown] = field(default_factory=lambda: MappingProxyType({}))


@record
class Collector:
    """A built-in way to learn facts: which asks it needs for the wanted names, and what the answers mean.

    `asks(names)` gets the wanted fact names it owns; `parse(names, answers)` returns a value or Unknown for each
    of them. `answers` maps each ask to its Answer. Both are pure functions.
    """

    name: str
    asks: Callable[[frozenset[str]], tuple[Ask, ...]]
    parse: Callable[[frozenset[str], Mapping[Ask, Answer]], Mapping[str, Value | Unknown]]
