"""The section `tables` of a pack: titles and expressions that come to lists of records, for reports to show."""

from __future__ import annotations

from hostproof.expr.check import check_expression
from hostproof.expr.scope import Scope
from hostproof.expr.template import check_template
from hostproof.facts.types import Kind
from hostproof.rulepack.model import Table
from hostproof.rulepack.sections.shape import MOST_LINE, Shape
from hostproof.source.nodes import Node

TABLE_KEYS = ("title", "rows")
MOST_TABLES = 20
MOST_EXPRESSION = 4_000


def read_tables(node: Node | None, scope: Scope, shape: Shape) -> tuple[Table, ...]:
    """Return the tables that are right; the others are left out, with their problems added."""
    if node is None:
        return ()
    items = shape.sequence(node, "`tables`", "tables: [{title: Classes, rows: params.classes}]") or ()
    if len(items) > MOST_TABLES:
        message = f"a pack may have {MOST_TABLES} tables, and this one has {len(items):,}"
        shape.problems.add("HP-E122", message, items[MOST_TABLES].where)
    found = (_read_table(item, scope, shape) for item in items[:MOST_TABLES])
    return tuple(table for table in found if table is not None)


def _read_table(node: Node, scope: Scope, shape: Shape) -> Table | None:
    table = shape.mapping(node, "a table", "{title: Classes, rows: params.classes}")
    if table is None:
        return None
    shape.keys(table, TABLE_KEYS, TABLE_KEYS, "a table")
    title = shape.text(table.get("title"), "a table's title", MOST_LINE)
    written = shape.written(table.get("rows"), "`rows`", MOST_EXPRESSION)
    heading = check_template(title, scope, shape.problems) if title else None
    rows = check_expression(written, scope, shape.problems) if written else None
    if rows is None or heading is None or written is None:
        return None
    item = rows.type.item
    if rows.type.kind is not Kind.LIST or item is None or item.kind is not Kind.RECORD or item.nullable:
        message = f"the rows of a table are a list of records, not {rows.type}"
        shape.problems.add("HP-E242", message, written.where, "name a parameter or a fact that is list<{...}>")
        return None
    return Table(heading, rows)
