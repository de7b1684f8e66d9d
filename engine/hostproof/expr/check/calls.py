"""Calls: a function's name and arguments in, its form and the type of its result out."""

from __future__ import annotations

from hostproof.expr import model
from hostproof.expr.check.context import Context, Sheet
from hostproof.expr.check.needs import checked, solid
from hostproof.expr.check.words import article, asked
from hostproof.expr.dimensions import SEQUENCES, has_any
from hostproof.expr.functions import Form, Function, functions
from hostproof.expr.functions.row import UNTYPED, match, result, untyped
from hostproof.expr.model import Node
from hostproof.expr.syntax import nodes
from hostproof.facts.snapshot import Value
from hostproof.facts.types import BOOL, STRING, Type
from hostproof.facts.typetext import parse_type
from hostproof.source.near import nearest

SPECIAL = ("known", "cause")
PATTERNS = ("matches", "extract")
PATTERN_HINT = "patterns are RE2's: https://github.com/google/re2/wiki/Syntax"
KINDS = ("all", "any", "none", "one", "count", "filter", "map")
# What other languages call it.
_ELSEWHERE = {
    "size": "len",
    "length": "len",
    "has": "known",
    "defined": "known",
    "exists": "any",
    "forall": "all",
    "every": "all",
    "some": "any",
    "average": "mean",
    "avg": "mean",
    "percentile": "quantile",
    "match": "matches",
    "regex": "matches",
    "starts_with": "startswith",
    "startsWith": "startswith",
    "endsWith": "endswith",
    "ends_with": "endswith",
    "trim": "strip",
    "tolower": "lower",
    "toupper": "upper",
    "sorted": "sort",
    "uniq": "unique",
    "distinct": "unique",
    "coalesce": "the operator ??",
    "default": "the operator ??",
    "not": "the operator not",
    "semver": "version",
    "cidr": "in_network",
    "str": 'a message: "{value}"',
}


def check_call(sheet: Sheet, parsed: nodes.Call, context: Context) -> Node | None:
    """Check a call; all its arguments are checked even if the name is wrong."""
    name = _name(sheet, parsed)
    if name in KINDS:
        _tell_comprehension(sheet, parsed, name)
        return None
    arguments = sheet.nodes(parsed.arguments, context)
    if name is None:
        return None
    if name in SPECIAL:
        return None if arguments is None else _special(sheet, parsed, name, arguments)
    function = functions().get(name)
    if function is None:
        _tell_unknown(sheet, parsed, name)
        return None
    return None if arguments is None else _call(sheet, parsed, function, arguments)


def check_matching(sheet: Sheet, parsed: nodes.Matching, context: Context) -> Node | None:
    """Check `text matches pattern`, which is a call of `matches`."""
    arguments = sheet.nodes((parsed.text, parsed.pattern), context)
    return None if arguments is None else _call(sheet, parsed, functions()["matches"], arguments)


def _name(sheet: Sheet, parsed: nodes.Call) -> str | None:
    callee = parsed.callee
    if isinstance(callee, nodes.Path) and "." not in callee.text:
        return callee.text
    shown, hint = sheet.quote(callee.start, callee.end), "write function(value)"
    if isinstance(callee, (nodes.Path, nodes.Attribute)):
        names = callee.text if isinstance(callee, nodes.Path) else callee.names
        method = names.rpartition(".")[2]
        target = shown.removesuffix(method).removesuffix(".")
        inside = [sheet.quote(argument.start, argument.end) for argument in parsed.arguments]
        hint = f"write {_ELSEWHERE.get(method, method)}({', '.join([target, *inside])})"
    sheet.report("HP-E228", f"{shown} is not a function", callee.start, callee.end, hint)
    return None


def _tell_comprehension(sheet: Sheet, parsed: nodes.Call, name: str) -> None:
    inside = [sheet.quote(argument.start, argument.end) for argument in parsed.arguments[:1]]
    bound = parsed.arguments[:1] and isinstance(parsed.arguments[0], nodes.Membership)
    walked = inside[0] if bound else f"i in {inside[0] if inside else 'list'}"
    body = "value" if name == "map" else "condition"
    message = f"{name} walks over a list, and says behind a colon what it looks at"
    sheet.report("HP-E229", message, parsed.start, parsed.end, f"write {name}({walked}: {body})")


def _tell_unknown(sheet: Sheet, parsed: nodes.Call, name: str) -> None:
    near = _ELSEWHERE.get(name) or nearest(name, (*functions(), *SPECIAL, *KINDS))
    hint = f"did you mean {near}?" if near else "docs/language.md lists the functions"
    sheet.report("HP-E228", f'no function is called "{name}"', parsed.callee.start, parsed.callee.end, hint)


def _special(sheet: Sheet, parsed: nodes.Call, name: str, arguments: tuple[Node, ...]) -> Node | None:
    if len(arguments) != 1:
        _tell_count(sheet, parsed, name, "1 argument", len(arguments))
        return None
    if name == "known":
        return model.Known(parsed.start, parsed.end, BOOL, arguments[0])
    return model.CauseOf(parsed.start, parsed.end, STRING.optional(), arguments[0])


def _tell_count(sheet: Sheet, parsed: nodes.Parsed, name: str, wanted: str, given: int) -> None:
    sheet.report("HP-E238", f"{name} takes {wanted}, not {given}", parsed.start, parsed.end, _usage(name))


def _usage(name: str) -> str:
    function = functions().get(name)
    return f"write it as in {function.example[0]}" if function else f"write {name}(value)"


def _call(sheet: Sheet, parsed: nodes.Parsed, function: Function, arguments: tuple[Node, ...]) -> Node | None:
    fitting = [form for form in function.forms if form.taken(len(arguments)) is not None]
    if not fitting:
        counts = sorted({len(form.takes) for form in function.forms})
        more = " or more" if any(form.repeats for form in function.forms) else ""
        wanted = " or ".join(map(str, counts)) + more + (" argument" if counts == [1] else " arguments")
        _tell_count(sheet, parsed, function.name, wanted, len(arguments))
        return None
    for form in fitting:
        letters: dict[str, Type] = {}
        takes = form.taken(len(arguments)) or ()
        if all(match(takes[at], argument.type, letters) for at, argument in enumerate(arguments)):
            of = result(form.gives, letters)
            looked = tuple(_looked(argument, takes[at]) for at, argument in enumerate(arguments))
            call = model.Call(parsed.start, parsed.end, of, function.name, function.forms.index(form), looked)
            return _with_constants(sheet, call, function)
    _tell_mismatch(sheet, function, fitting, arguments)
    return None


def _with_constants(sheet: Sheet, call: model.Call, function: Function) -> Node | None:
    """Look at the arguments that stand in the text; a version that does is a literal."""
    wrong = function.refuse(tuple(map(_constant, call.arguments))) if function.refuse else None
    if wrong is not None:
        at, what = wrong
        hint = PATTERN_HINT if function.name in PATTERNS else _usage(function.name)
        sheet.report("HP-E239", what, call.arguments[at].start, call.arguments[at].end, hint)
        return None
    if function.name == "version" and isinstance(call.arguments[0], model.Literal):
        return model.Literal(call.start, call.end, call.type, call.arguments[0].value)
    return call


def _constant(node: Node) -> Value:
    return node.value if isinstance(node, model.Literal) else None


_TAKES_ALL = frozenset({"any", "list<any>", "map<any>", "samples<any>"})


def _looked(argument: Node, pattern: str) -> Node:
    """Return an argument whose untyped parts are looked at when they are met."""
    wanted = untyped(pattern)
    return checked(argument, parse_type(wanted)) if has_any(argument.type) and wanted not in _TAKES_ALL else argument


def _tell_mismatch(sheet: Sheet, function: Function, forms: list[Form], arguments: tuple[Node, ...]) -> None:
    """Blame the first argument that no form takes, or the last one if only together they don't fit."""
    at = next((i for i in range(len(arguments)) if not _fits_somewhere(forms, i, arguments)), len(arguments) - 1)
    node = arguments[at]
    if not solid(sheet, node):
        return
    wanted = [(form.taken(len(arguments)) or ())[at] for form in forms]
    what = asked(pattern for pattern in wanted if pattern != UNTYPED)
    message = f"{function.name} takes {what} here, and {sheet.shown(node)} is {article(node.type)}"
    sheet.report("HP-E237", message, node.start, node.end, _mismatch_hint(sheet, function, arguments, at, wanted))


def _fits_somewhere(forms: list[Form], at: int, arguments: tuple[Node, ...]) -> bool:
    return any(match((form.taken(len(arguments)) or ())[at], arguments[at].type, {}) for form in forms)


def _mismatch_hint(sheet: Sheet, function: Function, arguments: tuple[Node, ...], at: int, wanted: list[str]) -> str:
    node, item = arguments[at], arguments[at].type.item
    shown = sheet.shown(node)
    if function.name == "contains" and node.type.kind in SEQUENCES:
        return f"write {sheet.shown(arguments[1])} in {shown}"
    if node.type.kind in SEQUENCES and item is not None and any(match(pattern, item, {}) for pattern in wanted):
        inside = ", ".join("i" if other is node else sheet.shown(other) for other in arguments)
        called = f"{shown}: {function.name}({inside})"
        return f"write all(i in {called}), or any(i in {called})"
    return _usage(function.name)
