"""`hostproof facts`: what rules may use (names, types, owners, meanings), or what a snapshot holds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from hostproof.cli.arguments.given import Given, noted
from hostproof.cli.arguments.table import KNOWN_OR_NOT, OWNERS
from hostproof.cli.commands.listing import as_json, columns, wants_json
from hostproof.cli.screen import show
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog, FactSpec
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import ANY, Type
from hostproof.facts.units import format_time, format_value
from hostproof.source.harmless import one_line
from hostproof.source.near import nearest
from hostproof.source.problems import Problems
from hostproof.source.records import record

SHORTEST_PART = 3  # characters; two stand in too many names to mean one


@record
class _Choice:
    """Which facts are shown: those under `names` (all if there are none), `known` or `unknown`, of an owner."""

    names: tuple[str, ...] = ()
    only: str = ""
    owner: str = ""

    def has(self, name: str, *, known: bool, owner: str) -> bool:
        """Tell whether a fact of a snapshot is wanted."""
        if self.only and known is not (self.only == "known"):
            return False
        return self.owner in {"", owner} and (not self.names or any(_is_under(name, wanted) for wanted in self.names))


def run(given: Given) -> int:
    """List the facts of the catalog, or of snapshots; names choose among them.

    Raises ProblemError for what is no name, no snapshot, or no word of an option.
    """
    problems = Problems()
    as_data = False
    with noted(problems):
        as_data = wants_json(given)
    paths = [word for word in given.rest if _is_path(word)]
    names = tuple(word for word in given.rest if not _is_path(word))
    choice = _Choice(names, _word(given, "only", KNOWN_OR_NOT, problems), _word(given, "owner", OWNERS, problems))
    if choice.only and not paths:
        message = "--only: the catalog has no values, so that no fact in it is known or unknown"
        problems.add("HP-E504", message, hint="name a snapshot")
    problems.refuse()
    if not paths:
        rows = tuple(row for row in _named(names, builtin_catalog()) if choice.owner in {"", str(row.owner)})
        show(as_json([_row_data(row) for row in rows]) if as_data else _catalog_text(rows))
    for path in paths:
        _show_snapshot(Path(path), choice, as_data=as_data)
    return 0


def _word(given: Given, option: str, words: Sequence[str], problems: Problems) -> str:
    word = given.text(option)
    if option in given.words and word not in words:
        near = nearest(word, words)
        hint = f"did you mean {near}?" if near else f"write one of {', '.join(words)}"
        problems.add("HP-E504", f"--{option} {word}: there is no such word here", hint=hint)
    return word


def _is_under(name: str, wanted: str) -> bool:
    """Tell whether a fact has that name, stands below it, matches it, or has it as a part of its name."""
    if any(sign in wanted for sign in "*?["):
        return fnmatchcase(name, wanted)
    below = name == wanted or name.startswith(wanted.rstrip(".") + ".")
    return below or (len(wanted) >= SHORTEST_PART and wanted.casefold() in name.casefold())


def _is_path(word: str) -> bool:
    return "/" in word or word.endswith(".hpsnap") or os.path.isfile(word)  # noqa: PTH113 - Path's raises if too long


def _named(names: Sequence[str], catalog: Catalog) -> tuple[FactSpec, ...]:
    """Return the rows under the given names or patterns, in the catalog's order; all of them if none are given."""
    if not names:
        return tuple(catalog)
    problems = Problems()
    wanted: set[str] = set()
    for name in names:
        found = _under(name, catalog)
        wanted.update(row.name for row in found)
        if not found:
            near = nearest(name, [row.name for row in catalog])
            hint = f"did you mean {near}?" if near else "hostproof facts lists all of them"
            problems.add("HP-E508", f"there is no fact {name!r}, and none under that name", hint=hint)
    problems.refuse()
    return tuple(row for row in catalog if row.name in wanted)


def _under(name: str, catalog: Catalog) -> list[FactSpec]:
    if any(sign in name for sign in "*?["):
        return [row for row in catalog if row.name == name or fnmatchcase(row.name, name)]
    below = [row for row in catalog if row.name == name or row.name.startswith(name.rstrip(".") + ".")]
    one = catalog.get(name)
    return below or ([one] if one else []) or _holding(name, catalog)


def _holding(text: str, catalog: Catalog) -> list[FactSpec]:
    """Return the rows with a text anywhere in their names, for who knows only a part: `somaxconn`."""
    return [row for row in catalog if len(text) >= SHORTEST_PART and text.casefold() in row.name.casefold()]


def _catalog_text(rows: Sequence[FactSpec]) -> str:
    if len(rows) == 1:
        row = rows[0]
        return columns([("name", row.name), ("type", str(row.type)), ("owner", row.owner), ("meaning", row.meaning)])
    return columns([(row.name, _short(row.type), row.owner, row.meaning) for row in rows])


def _short(of: Type) -> str:
    """Leave the fields of records to the page of the single fact."""
    text = str(of)
    return text if of.item is None or not of.item.fields else f"{of.kind}<{of.item.kind}>"


def _row_data(row: FactSpec) -> dict[str, Value]:
    return {"name": row.name, "type": str(row.type), "owner": str(row.owner), "meaning": row.meaning}


def _show_snapshot(path: Path, choice: _Choice, *, as_data: bool) -> None:
    from hostproof.facts.codec import read_snapshot, snapshot_digest

    snapshot = read_snapshot(path)
    names = sorted(name for name in (*snapshot.values, *snapshot.unknown) if _is_chosen(snapshot, name, choice))
    if as_data:
        show(as_json(_snapshot_data(snapshot, snapshot_digest(snapshot), names)))
    else:
        show(_snapshot_text(snapshot, snapshot_digest(snapshot), names))


def _is_chosen(snapshot: Snapshot, name: str, choice: _Choice) -> bool:
    info = snapshot.facts.get(name)
    return choice.has(name, known=name in snapshot.values, owner=str(info.owner) if info else "")


def _snapshot_data(snapshot: Snapshot, digest: str, names: Sequence[str]) -> dict[str, Value]:
    from dataclasses import asdict

    return {
        "host": asdict(snapshot.host),
        "target": snapshot.target,
        "created": format_time(snapshot.created),
        "digest": digest,
        "packs": [{"name": pack.name, "digest": pack.digest} for pack in snapshot.packs],
        "facts": [_fact_data(snapshot, name) for name in names],
    }


def _fact_data(snapshot: Snapshot, name: str) -> dict[str, Value]:
    info = snapshot.facts.get(name)
    about: dict[str, Value] = {"name": name, "type": str(info.type) if info else "any"}
    if info:
        about["owner"] = str(info.owner)
    if name in snapshot.values:
        return about | {"value": snapshot.values[name]}
    unknown = snapshot.unknown[name]
    return about | {"unknown": {"cause": str(unknown.cause), "detail": unknown.detail, "cure": unknown.cure}}


def _snapshot_text(snapshot: Snapshot, digest: str, names: Sequence[str]) -> str:
    host = snapshot.host
    about = [
        ("host", one_line(" ".join(part for part in (host.name, host.distribution, host.kernel, host.arch) if part))),
        ("target", one_line(snapshot.target)),
        ("taken", format_time(snapshot.created)),
        ("digest", digest),
        ("packs", one_line(", ".join(pack.name for pack in snapshot.packs))),
    ]
    known = [_known_row(snapshot, name) for name in names if name in snapshot.values]
    unknown = [_unknown_row(snapshot, name) for name in names if name in snapshot.unknown]
    parts = [columns(about), f"\n{len(known)} known\n", columns(known)]
    return "".join([*parts, f"\n{len(unknown)} unknown\n", columns(unknown)] if unknown else parts)


def _known_row(snapshot: Snapshot, name: str) -> tuple[str, str, str]:
    info = snapshot.facts.get(name)
    value = format_value(snapshot.values[name], info.type if info else ANY)
    return one_line(name), str(info.owner) if info else "", value


def _unknown_row(snapshot: Snapshot, name: str) -> tuple[str, str, str]:
    unknown = snapshot.unknown[name]
    cure = f" ({unknown.cure})" if unknown.cure else ""
    return one_line(name), str(unknown.cause), one_line(unknown.detail + cure)
