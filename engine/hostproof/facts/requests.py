"""FactRequest: the only thing packs and collectors share: which fact is wanted, and how to learn it."""

from __future__ import annotations

from hostproof.facts.types import Type
from hostproof.source.records import record

SECOND = 1_000_000_000
DEFAULT_TIMEOUT = 10 * SECOND


@record
class FileSource:
    """Read one file of the target."""

    path: str


@record
class RunSource:
    """Run a program of the target: `argv` without a shell, or `shell` through /bin/sh -c; one of them is empty."""

    argv: tuple[str, ...] = ()
    shell: str = ""


@record
class Reader:
    """How an answer becomes a value: `kind` is text, lines, json, keyvalue, table, regex or number.

    `option` is the regular expression of `regex`, the separator of `keyvalue`, the comma-joined column
    names of `table` (its first line when empty), the unit of a bare `number`; empty elsewhere.
    """

    kind: str
    option: str = ""


@record
class FactRequest:
    """One fact that rules need.

    A built-in fact has only a `name` of the catalog. A pack's own fact is named `pack:fact` and says where
    it comes from; when `gives` is a record, each field becomes a fact `pack:fact.field`.
    `timeout` is in nanoseconds.
    """

    name: str
    source: FileSource | RunSource | None = None
    reader: Reader | None = None
    gives: Type | None = None
    timeout: int = DEFAULT_TIMEOUT

    @property
    def builtin(self) -> bool:
        """Whether a built-in collector answers it."""
        return self.source is None
