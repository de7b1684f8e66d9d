"""What a fault is: a row that says how to break something for real, how to see that it broke, and who must notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Setup = Callable[[Path], AbstractContextManager[tuple[str, ...]]]
# By the first of these that stands in the words of a prefix.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "seccomp.py": "seccomp filter",
        "unshare --net": "network namespace",
        "unshare --time": "time namespace",
        "chroot": "root directory",
        "unshare --mount": "mount namespace",
        "unshare": "other namespace",
        "setpriv": "rights",
        "prlimit": "resource limit",
    }
)
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fault:
    """One real fault. README.md beside this file says how to write one.

    `prefix` are the words before the command that runs inside the fault; `setup` gives more of them, which come
    first, from a context manager that gets an empty folder and undoes all it did. `took` is a command that succeeds,
    inside the fault, only if the fault is there. `around` says what runs inside: the whole `check`, or only its agent.

    `red` are the rules that must fail, `unknown` those that can't be decided, with the cause; `says` is a piece of
    text that the message of a red rule, or the detail of an unknown one, must hold. A rule in `may_be_unknown` may be
    unknown, one in `may_be_red` anything: each such row says why in a comment. `needs` names what the machine must
    offer: see needs.py. With `areas`, only the rules of those files of the pack are judged. A row that needs `guest`
    may `boot` it with more words on the kernel's command line; rows with the same words share one. `base` are words
    that come first also in the run without the fault: the toolchain that is then broken, say. A check that takes
    longer than `patience` seconds is a failed test.
    """

    id: str
    title: str
    how: str
    took: tuple[str, ...]
    prefix: tuple[str, ...] = ()
    setup: Setup | None = None
    red: frozenset[str] | set[str] = frozenset()
    unknown: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    says: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    may_be_unknown: frozenset[str] | set[str] = frozenset()
    may_be_red: frozenset[str] | set[str] = frozenset()
    needs: tuple[str, ...] = ()
    around: Literal["check", "agent"] = "check"
    packs: tuple[str, ...] = ("linux-probes",)
    areas: tuple[str, ...] = ()
    boot: str = ""
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    quick: bool = True
    base: tuple[str, ...] = ()
    patience: float = 180.0

    @property
    def area(self) -> str:
        """The part of the id before the first dot."""
        return self.id.partition(".")[0]

    @property
    def kind(self) -> str:
        """What sort of thing is broken, as docs/detection.md counts it."""
        words = " ".join(self.prefix)
        if "guest" in self.needs:
            return "another kernel, in a guest"
        if self.setup is not None and self.setup.__qualname__.startswith("cgroup1."):
            return "control group"
        if self.setup is not None and self.setup.__qualname__.startswith("broken_goroot."):
            return "files of a toolchain"
        return next((kind for mark, kind in KINDS.items() if mark in words), "what a process is started with")

    @property
    def noticed_by(self) -> frozenset[str]:
        """The rules that tell of it."""
        return frozenset(self.red) | frozenset(self.unknown)
