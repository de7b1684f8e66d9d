"""`hostproof baseline select`: which baseline a snapshot, or this machine, would be compared with, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hostproof.cli.arguments.given import Given
from hostproof.cli.baseline.given import baseline_name, read_baselines, read_reach, refused, relative, wanted_name
from hostproof.cli.baseline.listing import as_json, format_of
from hostproof.cli.job import Job, read_packs
from hostproof.cli.screen import show
from hostproof.cli.sources import find_snapshots, load_snapshot
from hostproof.cli.taking import read_taking, take_snapshot
from hostproof.evaluate.baseline.fingerprint import Fingerprint, fingerprint_of
from hostproof.evaluate.baseline.gate import choose
from hostproof.evaluate.baseline.nearness import Near, rank
from hostproof.source.harmless import one_line

FOUND, NONE = 0, 3


def run(given: Given) -> int:
    """Name the nearest baseline, and how near every one is; 3 if none is near enough."""
    form, reach = format_of(given), read_reach(given)
    name = wanted_name(given) or baseline_name([pack.name for pack in read_packs(given)])
    here = _here(given)
    store = read_baselines(given)
    ranked = rank(store.named(name), here)
    chosen = choose(ranked, reach)
    if form == "json":
        show(json.dumps(_json(name, ranked, chosen), indent=2, ensure_ascii=False) + "\n")
    else:
        show(_text(name, here, ranked, chosen, store.names()))
    return FOUND if chosen else NONE


def _here(given: Given) -> Fingerprint:
    if len(given.rest) > 1:
        raise refused("HP-E418", f"select takes one snapshot, here are {len(given.rest)}", "call it for each")
    if given.rest:
        paths = find_snapshots(given.rest)
        if len(paths) > 1:
            raise refused("HP-E418", f"{given.rest[0]} holds {len(paths)} snapshots", "name one of them")
        return fingerprint_of(load_snapshot(paths[0]).host)
    return fingerprint_of(take_snapshot(read_taking(given), Job(())).host)


def _text(name: str, here: Fingerprint, ranked: Sequence[Near], chosen: Near | None, names: Sequence[str]) -> str:
    lines = [f"here: {one_line(str(here))}"]
    if not ranked:
        others = f"; there are {', '.join(names)}: name one with --name" if names else ""
        lines.append(f"there is no baseline of {name}{others}")
    elif chosen is None:
        lines.append(f"no baseline of {name} is near enough")
    for number, one in enumerate(ranked, 1):
        mark = "*" if one is chosen else " "
        lines += [f"{mark} {number}. {relative(one.baseline.folder)}", f"     {one_line(str(one))}"]
    return "".join(f"{line}\n" for line in lines)


def _json(name: str, ranked: Sequence[Near], chosen: Near | None) -> dict[str, object]:
    rows = [{"level": str(one.level), "near_enough": one is chosen, **_near(one)} for one in ranked]
    return {"name": name, "nearest": relative(chosen.baseline.folder) if chosen else None, "baselines": rows}


def _near(one: Near) -> dict[str, object]:
    differs = {part.name: {"there": part.there, "here": part.here} for part in one.differing}
    return {"differs": differs, **as_json(one.baseline)}
