"""Tables of packs: parameters and facts that are lists of records, shown in reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import FactInfo, Snapshot
from hostproof.report.jsonfile import render_json
from hostproof.report.markdown import render_markdown
from hostproof.rulepack.frozen import freeze_pack, thaw_pack
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.files import read_source
from hostproof.source.problems import Level, ProblemError
from hostproof.source.records import replace

PACK = """\
hostproof: 1
pack: tenants
title: Tenants
params:
  classes:
    type: "list<{{name: string, gogc: count?, pause: duration}}>"
    default: [{{name: inter|active, gogc: 50, pause: 5ms}}, {{name: batch, gogc: null, pause: 50ms}}]
rules:
  - {{id: cpu.some, title: Some, severity: low, assert: len(params.classes) > 0}}
tables:
  - {{title: "{title}", rows: {rows}}}
"""


def pack_of(folder: Path, title: str, rows: str) -> RulePack:
    """Return a pack with a table."""
    (folder / "pack.yaml").write_text(PACK.format(title=title, rows=rows))
    return load_pack(folder / "pack.yaml", builtin_catalog())


def test_a_parameter_becomes_a_table(tmp_path: Path, snapshot: Callable[..., Snapshot]) -> None:
    """Columns are the fields, values have units, and nothing in a text is markup."""
    pack = pack_of(tmp_path, "{len(params.classes)} classes", "params.classes")
    (table,) = evaluate_packs([pack], snapshot()).packs[0].tables
    assert (table.title, table.columns) == ("2 classes", ("name", "gogc", "pause"))
    assert table.rows == (("inter|active", "50", "5ms"), ("batch", "none", "50ms"))
    page = render_markdown(evaluate_packs([pack], snapshot()))
    assert "## 2 classes\n\n| name | gogc | pause |\n| --- | --- | --- |\n| inter\\|active | 50 | 5ms |\n" in page
    report = json.loads(render_json(evaluate_packs([pack], snapshot())))
    assert report["packs"][0]["tables"] == [
        {"title": "2 classes", "columns": ["name", "gogc", "pause"], "rows": [list(row) for row in table.rows]}
    ]


def test_a_fact_becomes_a_table_or_is_left_out(tmp_path: Path, snapshot: Callable[..., Snapshot]) -> None:
    """The fact is collected for it; records that lack a field say so; without the fact there is no table."""
    pack = pack_of(tmp_path, "Mounts", "mounts")
    assert "mounts" in {request.name for request in pack.needed()}
    row = builtin_catalog().get("mounts")
    assert row is not None
    taken = snapshot({"mounts": [{"path": "/"}]})
    taken = replace(taken, facts={**taken.facts, "mounts": FactInfo(row.type, row.owner)})
    found = evaluate_packs([pack], taken).packs[0].tables
    assert "/" in found[0].rows[0]
    assert "unknown" in found[0].rows[0]
    assert evaluate_packs([pack], snapshot()).packs[0].tables == ()


def test_a_table_survives_the_cache(tmp_path: Path, snapshot: Callable[..., Snapshot]) -> None:
    """A pack from the cache has the same tables."""
    pack = pack_of(tmp_path, "{len(params.classes)} classes", "params.classes")
    again = thaw_pack(freeze_pack(pack), read_source(tmp_path / "pack.yaml"))
    assert evaluate_packs([again], snapshot()).packs[0].tables == evaluate_packs([pack], snapshot()).packs[0].tables


@pytest.mark.parametrize(
    ("title", "rows", "code"),
    [
        ("x", "'params.classes[0]'", "HP-E242"),
        ("x", "cpu.online", "HP-E242"),
        ("x", '"[1, 2]"', "HP-E242"),
        ("x", "params.clases", "HP-E222"),
        ("{cpu.onlin}", "params.classes", "HP-E220"),
        ("x", '""', "HP-E105"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, title: str, rows: str, code: str) -> None:
    """Its rows are a list of records, of names that there are."""
    with pytest.raises(ProblemError) as refused:
        pack_of(tmp_path, title, rows)
    assert [problem.code for problem in refused.value.problems if problem.level is Level.ERROR] == [code]
