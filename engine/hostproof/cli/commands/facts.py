"""`hostproof facts`: what rules may use (names, types, owners, meanings), or what a snapshot holds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from hostproof.cli.arguments.given import Given
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

SHORTEST_PART = 3  # characters; two stand in too many names to mean one


def run(given: Given) -> int:
    """List the facts of the catalog, of names, or of snapshots; raises ProblemError for what is neither."""
    as_data = wants_json(given)
    paths = [word for word in given.rest if _is_path(word)]
    names = [word for word in given.rest if not _is_path(word)]
    if names or not paths:
        rows = _named(names, builtin_catalog())
        show(as_json([_row_data(row) for row in rows]) if as_data else _catalog_text(rows))
    for path in paths:
        _show_snapshot(Path(path), as_data=as_data)
    return 0


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


def _show_snapshot(path: Path, *, as_data: bool) -> None:
    from hostproof.facts.codec import read_snapshot, snapshot_digest

    snapshot = read_snapshot(path)
    if as_data:
        show(as_json(_snapshot_data(snapshot, snapshot_digest(snapshot))))
    else:
        show(_snapshot_text(snapshot, snapshot_digest(snapshot)))


def _snapshot_data(snapshot: Snapshot, digest: str) -> dict[str, Value]:
    from dataclasses import asdict

    return {
        "host": asdict(snapshot.host),
        "target": snapshot.target,
        "created": format_time(snapshot.created),
        "digest": digest,
        "packs": [{"name": pack.name, "digest": pack.digest} for pack in snapshot.packs],
        "facts": [_fact_data(snapshot, name) for name in sorted({*snapshot.values, *snapshot.unknown})],
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


def _snapshot_text(snapshot: Snapshot, digest: str) -> str:
    host = snapshot.host
    about = [
        ("host", one_line(" ".join(part for part in (host.name, host.distribution, host.kernel, host.arch) if part))),
        ("target", one_line(snapshot.target)),
        ("taken", format_time(snapshot.created)),
        ("digest", digest),
        ("packs", one_line(", ".join(pack.name for pack in snapshot.packs))),
    ]
    known = [_known_row(snapshot, name) for name in sorted(snapshot.values)]
    unknown = [_unknown_row(snapshot, name) for name in sorted(snapshot.unknown)]
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
