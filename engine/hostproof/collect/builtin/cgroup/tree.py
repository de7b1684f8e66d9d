"""Control groups as the call `cgroups` returns them: each hierarchy with the agent's group and its ancestors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from errno import EACCES, EPERM, errorcode

from hostproof.collect.builtin.answers import NotLearntError
from hostproof.collect.builtin.words import fields, strings
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record


@record
class Level:
    """One group: its files as text, or the errno that reading ended with; those that do not exist are left out."""

    path: str
    files: Mapping[str, str | int]

    def text(self, name: str) -> str | None:
        """Return a file's text, None when the group has no such file. Raises NotLearntError when it can't be read."""
        found = self.files.get(name)
        if isinstance(found, int):
            cause = Cause.DENIED if found in {EACCES, EPERM} else Cause.FAILED
            detail = f"read {name} of the control group {self.path}: {errorcode.get(found, found)}"
            raise NotLearntError(Unknown(cause, detail, "run as root"))
        return found


@record
class Hierarchy:
    """One tree of groups: `levels` go from the agent's own group up to the highest that can be seen.

    `controllers` are those of v1, with `name=systemd` for a tree without any; v2 lists none. `path` is the agent's own
    group as /proc/self/cgroup names it. Without levels, no mounted file system shows the group.
    """

    version: int
    controllers: frozenset[str]
    path: str
    levels: tuple[Level, ...]


def parse_tree(value: Value) -> tuple[Hierarchy, ...]:
    """Return the hierarchies that the call returned. Raises ValueError.

    >>> parse_tree([{"version": 2, "controllers": [], "path": "/", "levels": [{"path": "/", "files": {}}]}])
    (Hierarchy(version=2, controllers=frozenset(), path='/', levels=(Level(path='/', files={}),)),)
    """
    if not isinstance(value, list):
        raise ValueError("it is no list")  # noqa: TRY004 - the data is wrong, not the call
    return tuple(_hierarchy(fields(row)) for row in value)


def _hierarchy(row: dict[str, Value]) -> Hierarchy:
    levels = row.get("levels")
    return Hierarchy(
        2 if row.get("version") == 2 else 1,
        frozenset(strings(row.get("controllers"))),
        str(row.get("path", "")),
        tuple(_level(fields(level)) for level in (levels if isinstance(levels, list) else [])),
    )


def _level(row: dict[str, Value]) -> Level:
    files = fields(row.get("files"))
    return Level(str(row.get("path", "")), {name: text for name, text in files.items() if isinstance(text, str | int)})


def governing(tree: tuple[Hierarchy, ...], controller: str) -> Hierarchy | None:
    """Return the hierarchy that a controller limits the agent in: its v1 tree, or else v2. None where there is none.

    Raises NotLearntError where there is one that cannot be seen.
    """
    found = next((h for h in tree if controller in h.controllers), None) or next(
        (h for h in tree if h.version == 2), None
    )
    if found is not None and not found.levels:
        detail = f"the agent is in the control group {found.path}, which no mounted cgroup file system shows"
        raise NotLearntError(
            Unknown(Cause.ABSENT, detail, "mount it at /sys/fs/cgroup, or collect outside the container")
        )
    return found


def lowest(levels: Iterator[Level], limit: Callable[[Level], float | None]) -> tuple[float, Level] | None:
    """Return the lowest limit of all levels and whose it is, None where there is no limit. Raises as `limit` does."""
    found = [(number, level) for level in levels if (number := limit(level)) is not None]
    return min(found, key=lambda pair: pair[0], default=None)
