"""Tables of packs: checked ones and what they are filled from in, texts for reports out."""

from __future__ import annotations

from hostproof.evaluate.model import TableResult
from hostproof.expr.evaluate import evaluate
from hostproof.expr.scope import Env
from hostproof.expr.template import render_template
from hostproof.facts.snapshot import Value
from hostproof.facts.types import ANY, Type
from hostproof.facts.units import format_value
from hostproof.rulepack.model import RulePack

MOST_ROWS = 1_000


def filled(pack: RulePack, env: Env) -> tuple[TableResult, ...]:
    """Return a pack's tables; one whose rows are none, or could not be learnt, is left out: the rules say why."""
    found = []
    for table in pack.tables:
        rows, fields = evaluate(table.rows, env), (table.rows.type.item or ANY).fields
        if isinstance(rows, list) and rows:
            cells = tuple(tuple(_cell(row, name, of) for name, of in fields) for row in rows[:MOST_ROWS])
            found.append(TableResult(render_template(table.title, env), tuple(name for name, _ in fields), cells))
    return tuple(found)


def _cell(row: Value, name: str, of: Type) -> str:
    """Return a field as a person writes it; `unknown` where the record lacks it."""
    if not isinstance(row, dict) or name not in row:
        return "unknown"
    value = row[name]
    if value is None:
        return "none"
    return value if isinstance(value, str) else format_value(value, of)
