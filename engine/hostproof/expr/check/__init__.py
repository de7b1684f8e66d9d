"""The check: an expression's text and the names in scope in, a typed `Expr` or problems at their characters out."""

from __future__ import annotations

from hostproof.expr.check.context import Context, Sheet, solid_if
from hostproof.expr.check.needs import as_type, truth_hint
from hostproof.expr.check.rules import check_node
from hostproof.expr.check.words import article
from hostproof.expr.model import Expr, Node
from hostproof.expr.parse import Refusal, parse
from hostproof.expr.scope import Scope
from hostproof.expr.syntax.complaints import Stop, complain
from hostproof.expr.syntax.limits import DEEPEST, MOST_NODES
from hostproof.facts.types import Kind, Type
from hostproof.source.problems import Problems
from hostproof.source.spans import Located

__all__ = ["check_expression"]


def check_expression(source: Located, scope: Scope, problems: Problems, want: Type | None = None) -> Expr | None:
    """Parse, resolve, type and compile one expression; `want` is the type its value must have.

    Returns None after adding at least one error to `problems`: all that can be told at once, each at its characters.
    Warnings may be added besides a returned `Expr`.
    """
    parsed = parse(source.text)
    if isinstance(parsed, Refusal):
        _tell_refusal(source, parsed, problems)
        return None
    sheet = Sheet(source, scope, problems, check_node)
    given = scope.given
    root = sheet.node(parsed, Context(solid=solid_if(given.root, True) if given else frozenset()))
    if root is not None and want is not None:
        root = _as_wanted(sheet, root, want)
    depth = parsed.depth + sheet.deepest_let
    if root is None or not _small_enough(sheet, depth):
        return None
    return Expr(source.text, root.type, sheet.facts, sheet.size, depth, lambda: root, source)


def _tell_refusal(source: Located, refusal: Refusal, problems: Problems) -> None:
    complaint = complain(Stop(source.text, refusal.kind, refusal.start, refusal.found, refusal.expected))
    span = source.span(refusal.start, refusal.start + complaint.marked if complaint.marked else refusal.end)
    problems.add(complaint.code, complaint.message, span, complaint.hint)


def _small_enough(sheet: Sheet, depth: int) -> bool:
    end = len(sheet.source.text)
    if sheet.size > MOST_NODES:
        message = f"an expression may have {MOST_NODES:,} parts at most, its lets included; this one has {sheet.size:,}"
        sheet.report("HP-E204", message, 0, end, "split it into two rules")
    elif depth > 2 * DEEPEST:
        message = f"an expression may nest {2 * DEEPEST} deep at most, its lets included"
        sheet.report("HP-E203", message, 0, end, "split it into two rules")
    else:
        return True
    return False


def _as_wanted(sheet: Sheet, root: Node, want: Type) -> Node | None:
    found = as_type(root, want)
    if found is None:
        wanted = "a condition" if want.kind is Kind.BOOL else article(want)
        hint = truth_hint(sheet, root) if want.kind is Kind.BOOL else f"write {wanted}"
        message = f"{sheet.shown(root)} is {article(root.type)}, and {wanted} is wanted here"
        sheet.report("HP-E242", message, root.start, root.end, hint)
    return found
