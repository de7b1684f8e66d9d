"""Comprehensions: `all(i in xs: condition)` and its kin."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.check.calls import KINDS
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.needs import checked, solid, truth
from hostproof.expr.check.words import article
from hostproof.expr.dimensions import SEQUENCES
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.expr.syntax.limits import DEEPEST_COMPREHENSION
from hostproof.facts.types import ANY, BOOL, COUNT, STRING, Kind, Type, list_of
from hostproof.source.near import nearest


def check_comprehension(sheet: Sheet, parsed: nodes.Comprehension, context: Context) -> Node | None:
    """Check the list first, then the body with the variable bound."""
    kind, binding = _kind(sheet, parsed), _binding(sheet, parsed)
    if binding is None:
        return None
    variable, container = binding
    if not _may_bind(sheet, variable, parsed, context):
        return None
    source = sheet.node(container, context)
    source = None if source is None else _walked(sheet, source)
    before = sheet.size
    body = sheet.node(parsed.body, context.within(variable.text, None if source is None else _item(source.type)))
    if body is None or source is None or kind is None:
        return None
    if kind != "map":
        body = truth(sheet, body, f"{kind}(...)")
        if body is None:
            return None
    of, slot = _result(kind, source.type, body.type), len(context.variables)
    cost = sheet.size - before
    return model.Comprehension(parsed.start, parsed.end, of, kind, variable.text, slot, source, body, cost)


def _kind(sheet: Sheet, parsed: nodes.Comprehension) -> str | None:
    callee = parsed.callee
    name = callee.text if isinstance(callee, nodes.Path) else ""
    if name in KINDS:
        return name
    near = {"exists": "any", "forall": "all", "every": "all", "some": "any"}.get(name) or nearest(name, KINDS)
    hint = f"did you mean {near}?" if near else f"{', '.join(KINDS)} walk over a list"
    message = f"{sheet.quote(callee.start, callee.end)} does not walk over a list"
    sheet.report("HP-E229", message, callee.start, callee.end, hint)
    return None


def _binding(sheet: Sheet, parsed: nodes.Comprehension) -> tuple[nodes.Path, nodes.Node] | None:
    binding = parsed.binding
    if isinstance(binding, nodes.Membership) and not binding.negated:
        if isinstance(binding.item, nodes.Path) and "." not in binding.item.text:
            return binding.item, binding.container
        binding = binding.item
    name, body = sheet.quote(parsed.callee.start, parsed.callee.end), sheet.quote(parsed.body.start, parsed.body.end)
    shown = sheet.quote(binding.start, binding.end)
    if isinstance(parsed.binding, nodes.Path):
        hint = f"write {name}(i in {shown}: {body.replace(shown, 'i')})"
    else:
        hint = f"write {name}(i in list: {body})"
    sheet.report("HP-E229", f"before the colon stands `name in list`, not {shown}", binding.start, binding.end, hint)
    return None


def _may_bind(sheet: Sheet, variable: nodes.Path, parsed: nodes.Parsed, context: Context) -> bool:
    name = variable.text
    taken = "a variable" if name in context.variables else "a `let`" if name in sheet.scope.lets else ""
    if name == "params":
        taken = "the name of the parameters"
    if taken:
        sheet.report("HP-E241", f"{name} is {taken} already", variable.start, variable.end, "choose another name")
        return False
    if len(context.variables) >= DEEPEST_COMPREHENSION:
        message = f"lists may be walked {DEEPEST_COMPREHENSION} deep at most"
        sheet.report("HP-E240", message, parsed.start, parsed.end, "split it into two rules")
        return False
    return True


def _walked(sheet: Sheet, source: Node) -> Node | None:
    if not solid(sheet, source):
        return None
    kind = source.type.kind
    if kind in SEQUENCES or kind is Kind.MAP:
        return source
    if kind is Kind.ANY:
        return checked(source, list_of(ANY))
    shown = sheet.shown(source)
    hint = (
        f'write split({shown}, "\\n") for its lines' if kind is Kind.STRING else "all, any and the like walk over lists"
    )
    sheet.report("HP-E236", f"{shown} is {article(source.type)} and no list", source.start, source.end, hint)
    return None


def _item(of: Type) -> Type:
    return STRING if of.kind is Kind.MAP else of.item or ANY


def _result(kind: str, source: Type, body: Type) -> Type:
    if kind == "count":
        return COUNT
    if kind == "filter":
        return list_of(_item(source))
    return list_of(body) if kind == "map" else BOOL
