"""The section `params` of a pack: typed values with defaults and limits that a team may set."""

from __future__ import annotations

from functools import partial

from hostproof.facts.debian import debian_key
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.typetext import parse_type, type_words
from hostproof.facts.units import format_value
from hostproof.facts.versions import version_key
from hostproof.rulepack.model import Param
from hostproof.rulepack.sections.include import Part, entries_of
from hostproof.rulepack.sections.names import word_fault
from hostproof.rulepack.sections.shape import Shape, beginning
from hostproof.rulepack.sections.values import MisfitError, read_value
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node

PARAM_KEYS = ("type", "default", "description", "min", "max", "choices")
_NUMBERS = frozenset({Kind.INT, Kind.COUNT, Kind.FLOAT, Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.RATE, Kind.TIME})
_ORDERED = _NUMBERS | {Kind.VERSION, Kind.DEBIAN}


def read_params(parts: tuple[Part, ...], shape: Shape) -> dict[str, Param]:
    """Return the parameters that a pack declares; one that is wrong is left out, with its problems added."""
    found: dict[str, Param] = {}
    for key, value in entries_of(parts, "params", shape):
        fault = word_fault(key.text)
        if fault:
            shape.problems.add("HP-E107", fault, key.where)
        declared = shape.mapping(value, f"the parameter {key.text!r}", "{type: count, default: 4096}")
        if declared is not None:
            apart = shape.apart()
            param = _read_param(key.text, declared, apart)
            shape.problems.found += apart.problems.found
            if param is not None and not fault:
                found[key.text] = param
    return found


def read_type(node: Node | None, what: str, shape: Shape) -> Type | None:
    """Return the type that a text spells, or None with the problem added; `what` is "the type of ...".

    A missing node is no problem here.
    """
    scalar = shape.text(node, what, most=2000)
    if scalar is None:
        return None
    try:
        return parse_type(scalar.text)
    except ValueError as error:
        shape.problems.add("HP-E111", f"{what}: {error}", scalar.where, _type_hint(scalar.text))
        return None


def _type_hint(text: str) -> str:
    if not text.isidentifier() or text in type_words():
        return ""
    near = nearest(text, type_words())
    return f"did you mean {near!r}?" if near else f"types are {', '.join(type_words())}"


def value_fault(value: Value, param: Param) -> str:
    """Return why a value of the right type is beyond a parameter's limits, or an empty text."""
    shown = partial(format_value, type=param.type)
    if value is None:
        return ""
    if param.least is not None and less(value, param.least, param.type.kind):
        return f"{shown(value)} is below the least, {shown(param.least)}"
    if param.most is not None and less(param.most, value, param.type.kind):
        return f"{shown(value)} is above the most, {shown(param.most)}"
    if param.choices and not any(_same(value, choice) for choice in param.choices):
        return f"{shown(value)} is not one of {', '.join(map(shown, param.choices))}"
    return ""


def _read_param(name: str, node: Mapping, shape: Shape) -> Param | None:
    shape.keys(node, PARAM_KEYS, ("type", "default"), f"the parameter {name!r}")
    kind = read_type(node.get("type"), f"the type of {name!r}", shape)
    description = shape.line(node.get("description"), f"the description of {name!r}")
    if kind is None:
        return None
    values = _values(node, kind, shape)
    if shape.problems.errors:
        return None
    choices = values.get("choices")
    if choices == []:
        shape.problems.add("HP-E113", f"the choices of {name!r} leave nothing", beginning(node))
    param = Param(
        name,
        kind,
        values["default"],
        description,
        values.get("min"),
        values.get("max"),
        tuple(choices) if isinstance(choices, list) else (),
    )
    _check_limits(param, node, shape)
    return param


def _values(node: Mapping, kind: Type, shape: Shape) -> dict[str, Value]:
    """Read default, limits and choices; whatever is wrong with one is told and the others are read."""
    wanted = {"default": kind, "min": kind.required(), "max": kind.required(), "choices": Type(Kind.LIST, kind)}
    values: dict[str, Value] = {}
    for name, of in wanted.items():
        given = node.get(name)
        if given is None:
            continue
        if name in ("min", "max") and kind.kind not in _ORDERED:
            shape.problems.add("HP-E113", f"{kind} has no order, and so no {name!r}", given.where)
            continue
        try:
            values[name] = read_value(given, of, shape.problems, "HP-E112")
        except MisfitError:
            continue  # told already
    return values


def _check_limits(param: Param, node: Mapping, shape: Shape) -> None:
    default = node.get("default")
    fault = value_fault(param.default, param)
    if fault and default is not None:
        shape.problems.add("HP-E113", f"the default of {param.name!r} is wrong: {fault}", default.where)
    most = node.get("max")
    if most is not None and param.least is not None and less(param.most, param.least, param.type.kind):
        shape.problems.add("HP-E113", f"the limits of {param.name!r} leave nothing: 'min' is above 'max'", most.where)


def less(value: Value, other: Value, kind: Kind) -> bool:
    """Compare two values of an ordered kind."""
    if isinstance(value, str) and isinstance(other, str):
        if kind is Kind.DEBIAN:
            return debian_key(value) < debian_key(other)
        return version_key(value) < version_key(other)
    return isinstance(value, (int, float)) and isinstance(other, (int, float)) and value < other


def _same(value: Value, other: Value) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)
