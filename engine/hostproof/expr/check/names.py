"""Names: a path in, the fact, parameter, let or variable it begins with and the fields behind it out."""

from __future__ import annotations

from collections.abc import Iterable

from hostproof.expr import model
from hostproof.expr.check.context import Context, Part, Sheet, place
from hostproof.expr.check.missing import listed, tell_no_fact, tell_no_field, tell_no_item
from hostproof.expr.check.needs import checked, solid
from hostproof.expr.dimensions import SEQUENCES
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.expr.syntax.literals import Misspelt, read_text
from hostproof.facts.catalog import FactSpec
from hostproof.facts.types import ANY, INT, STRING, Kind, Type, map_of
from hostproof.source.near import nearest


def check_path(sheet: Sheet, parsed: nodes.Path | nodes.Attribute | nodes.Subscript, context: Context) -> Node | None:
    """Resolve a path; all of its parts that are names or quoted names are taken together."""
    parts = _parts(parsed)
    if parts is not None:
        found = _resolve(sheet, parts, context, parsed.start)
        if found is not None:
            found.__dict__["end"] = parsed.end  # with the brackets around it, as it begins with them
        return found
    if isinstance(parsed, nodes.Attribute):
        return _attribute(sheet, parsed, context)
    return _subscript(sheet, parsed, context) if isinstance(parsed, nodes.Subscript) else None


def _parts(parsed: nodes.Parsed) -> list[Part] | None:
    """Return the parts of a path made of names alone, else None."""
    match parsed:
        case nodes.Path(text=text, start=start):
            return _dotted(text, start)
        case nodes.Attribute(target=target, names=names, at=at):
            before = _parts(target)
            return None if before is None else before + _dotted(names, at)
        case nodes.Subscript(target=target, key=nodes.Text(text=text, start=start, end=end)):
            before, name = _parts(target), read_text(text)
            if before is None or isinstance(name, Misspelt):
                return None
            return [*before, Part(str(name[0]), start, end, parsed.end, quoted=True)]
    return None


def _dotted(text: str, start: int) -> list[Part]:
    parts = []
    for name in text.split("."):
        parts.append(Part(name, start, start + len(name), start + len(name)))
        start += len(name) + 1
    return parts


def _resolve(sheet: Sheet, parts: list[Part], context: Context, start: int) -> Node | None:
    first = parts[0]
    if first.name in context.variables:
        slot, of = context.variables[first.name]
        if of is None:
            return None
        found: Node = model.Variable(start, first.until, of, first.name, slot)
        return _members(sheet, found, parts[1:], context)
    if first.name in sheet.scope.lets:
        return _members(sheet, _let(sheet, first, start), parts[1:], context)
    if first.name == "params":
        return _param(sheet, parts, context, start)
    return _fact(sheet, parts, context, start)


def _let(sheet: Sheet, part: Part, start: int) -> Node | None:
    expr = sheet.scope.lets[part.name]
    if expr is None:
        return None
    sheet.size += expr.size
    sheet.deepest_let = max(sheet.deepest_let, expr.depth)
    sheet.facts.update(expr.types)
    return model.Let(start, part.until, expr.type, part.name, expr)


def _param(sheet: Sheet, parts: list[Part], context: Context, start: int) -> Node | None:
    params = sheet.scope.params
    if len(parts) == 1:
        hint = f"parameters are {listed(f'params.{name}' for name in params)}" if params else "the pack has no params"
        sheet.report("HP-E222", "params is followed by the name of a parameter", start, parts[0].end, hint)
        return None
    name = parts[1].name
    if name not in params:
        near = nearest(name, params)
        hint = f"did you mean params.{near}?" if near else f"parameters are {listed(params)}"
        hint = hint if params else "declare it under `params:`"
        sheet.report("HP-E222", f'no parameter is called "{name}"', parts[1].start, parts[1].end, hint)
        return None
    of = params[name]
    return None if of is None else _members(sheet, model.Param(start, parts[1].until, of, name), parts[2:], context)


def _fact(sheet: Sheet, parts: list[Part], context: Context, start: int) -> Node | None:
    names = tuple(part.name for part in parts)
    for path in _spellings(sheet, names):
        found = sheet.scope.catalog.resolve(path)
        if found is not None:
            spec, used = found
            name = ".".join(path[:used])
            if spec.family:
                _warn_near(sheet, name, parts, start, spec)
            sheet.facts[name] = spec.type
            fact = model.Fact(start, parts[used - 1].until, spec.type, name)
            return _members(sheet, fact, parts[used:], context)
    tell_no_fact(sheet, parts, context, start)
    return None


def _spellings(sheet: Sheet, names: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Yield the path as the pack's own fact, if it begins with one, and as it stands."""
    alias = sheet.scope.aliases.get(names[0])
    if alias is not None:
        yield (alias, *names[1:])
    yield names


def _warn_near(sheet: Sheet, name: str, parts: list[Part], start: int, spec: FactSpec) -> None:
    """Advise where a name that only a family takes is one slip away from a name with a row of its own."""
    near = next((row.name for row in sheet.scope.catalog if not row.family and _one_slip(name, row.name)), None)
    if near is not None:
        message = f"{name} is not among the known names of {spec.name}"
        sheet.report("HP-W201", message, start, parts[-1].until, f"did you mean {near}?")


def _one_slip(name: str, known: str) -> bool:
    """Say whether one letter was left out, added, or swapped with its neighbour.

    A letter replaced by another is no slip: `tcp_rmem` and `tcp_wmem`, `ipv4` and `ipv6` both exist.
    """
    if abs(len(name) - len(known)) > 1 or name == known or name[:4] != known[:4]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(name, known, strict=False)) if a != b), min(len(name), len(known)))
    if len(name) == len(known):
        return name[at : at + 2] == known[at : at + 2][::-1] and name[at + 2 :] == known[at + 2 :]
    short, long = sorted((name, known), key=len)
    return short[at:] == long[at + 1 :]


def narrowed(node: Node, context: Context) -> Node:
    """Return the node without null in its type if the expression has ruled it out."""
    if node.type.nullable and place(node) in context.solid:
        return node.as_type(node.type.required())
    return node


def _members(sheet: Sheet, found: Node | None, parts: list[Part], context: Context) -> Node | None:
    for part in parts:
        if found is None:
            return None
        found = member(sheet, narrowed(found, context), part)
    return None if found is None else narrowed(found, context)


def member(sheet: Sheet, target: Node, part: Part) -> Node | None:
    """Return a field of a record, or a key of a map or of untyped data."""
    if not solid(sheet, target):
        return None
    of = target.type
    found: Type | None = None
    if of.kind is Kind.RECORD:
        found = of.field(part.name)
    elif of.kind is Kind.MAP:
        found = of.item or ANY
    elif of.kind is Kind.ANY:
        target, found = checked(target, map_of(ANY)), ANY
    if found is None:
        tell_no_field(sheet, target, part)
        return None
    return model.Field(target.start, part.until, found, target, part.name)


def _attribute(sheet: Sheet, parsed: nodes.Attribute, context: Context) -> Node | None:
    target = sheet.node(parsed.target, context)
    return _members(sheet, target, _dotted(parsed.names, parsed.at), context)


def _subscript(sheet: Sheet, parsed: nodes.Subscript, context: Context) -> Node | None:
    target, key = sheet.node(parsed.target, context), sheet.node(parsed.key, context)
    if target is None or key is None or not solid(sheet, target) or not solid(sheet, key):
        return None
    if isinstance(key, model.Literal) and isinstance(key.value, str) and target.type.kind not in SEQUENCES:
        found = member(sheet, target, Part(key.value, key.start, key.end, parsed.end, quoted=True))
    else:
        found = _index(sheet, target, key, parsed.end)
    return None if found is None else narrowed(found, context)


def _index(sheet: Sheet, target: Node, key: Node, end: int) -> Node | None:
    kind, by_number = target.type.kind, key.type.kind in {Kind.INT, Kind.COUNT}
    by_text = key.type.kind is Kind.STRING
    if kind in SEQUENCES and (by_number or key.type.kind is Kind.ANY):
        key = key if by_number else checked(key, INT)
        if isinstance(key, model.Literal) and isinstance(key.value, int) and key.value < 0:
            hint = f"the last item is {sheet.shown(target)}[len({sheet.shown(target)}) - 1]"
            sheet.report("HP-E225", "items are counted from 0", key.start, key.end, hint)
            return None
        return model.Index(target.start, end, target.type.item or ANY, target, key)
    if kind is Kind.MAP and (by_text or key.type.kind is Kind.ANY):
        key = key if by_text else checked(key, STRING)
        return model.Index(target.start, end, target.type.item or ANY, target, key)
    if kind is Kind.ANY and (by_text or by_number):
        inner = checked(target, map_of(ANY) if by_text else Type(Kind.LIST, ANY))
        return model.Index(target.start, end, ANY, inner, key)
    tell_no_item(sheet, target, key)
    return None
