"""A pack's own facts from probes: `{probe: tcp, with: {connections: 200}}` in, requests and rows of the catalog out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from hostproof.facts.builtin.probes import ALL_PROBES
from hostproof.facts.catalog import Catalog, FactSpec
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import FactRequest, ProbeSource
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.rulepack.model import Param
from hostproof.rulepack.sections.params import less, value_fault
from hostproof.rulepack.sections.shape import Shape
from hostproof.rulepack.sections.values import MisfitError, read_value
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar

PROBE_KEYS = ("probe", "with")
_ELSEWHERE = ("run", "file")
_PARAM = re.compile(r"params\.(\w+)")


@dataclass(frozen=True, slots=True)
class Known:
    """The pack's parameters that are right, and the names of those that are wrong, of which that was told."""

    params: dict[str, Param]
    wrong: frozenset[str] | set[str]


def read_probe(name: str, node: Mapping, catalog: Catalog, known: Known, shape: Shape) -> FactRequest | None:
    """Return the request of the fact `name`, written with `probe`, or None with problems added."""
    _tell_of_keys(node, name, shape)
    written = node.get("probe")
    word = shape.word(written, tuple(ALL_PROBES), "HP-E115", "a probe") if written is not None else ""
    if not word:
        return None
    arguments: dict[str, Value] = {}
    bound: dict[str, str] = {}
    for key, value in shape.entries(node.get("with"), "`with`"):
        param = _param(ALL_PROBES[word], key, shape)
        if param is not None:
            _read_argument(param, value, known, shape, (arguments, bound))
    if shape.problems.errors:
        return None
    rows = rows_of(ALL_PROBES[word], catalog)
    gives = Type(Kind.RECORD, fields=tuple((short, row.type) for short, row in rows.items()))
    source = ProbeSource(word, tuple(arguments.items()), tuple(bound.items()))
    return FactRequest(name, source, None, gives, ALL_PROBES[word].timeout)


def rows_of(spec: ProbeSpec, catalog: Catalog) -> dict[str, FactSpec]:
    """Return the built-in facts of a probe by their short names."""
    return {row.name.removeprefix(spec.before): row for row in catalog if row.collector == spec.collector}


def probe_rows(request: FactRequest, pack: str, catalog: Catalog) -> list[FactSpec]:
    """Return the rows that a probe of a pack's own adds to the catalog: those of the probe under another name."""
    source = request.source
    rows = rows_of(ALL_PROBES[source.name], catalog) if isinstance(source, ProbeSource) else {}
    return [replace(row, name=f"{request.name}.{short}", collector=pack) for short, row in rows.items()]


def bounded(params: dict[str, Param], requests: Iterable[FactRequest]) -> dict[str, Param]:
    """Return the parameters, within the limits of the arguments of probes that they are taken for too."""
    found = dict(params)
    for request in requests:
        source = request.source
        if isinstance(source, ProbeSource):
            limits = {param.name: param for param in ALL_PROBES[source.name].params}
            found |= {name: _within(found[name], limits[argument]) for argument, name in source.bound}
    return found


def _within(param: Param, limits: ProbeParam) -> Param:
    least, most, kind = param.least, param.most, param.type.kind
    if limits.least is not None and (least is None or less(least, limits.least, kind)):
        least = limits.least
    if limits.most is not None and (most is None or less(limits.most, most, kind)):
        most = limits.most
    return replace(param, least=least, most=most)


def _tell_of_keys(node: Mapping, name: str, shape: Shape) -> None:
    """Tell of keys that a fact of a probe doesn't have: a probe is a source, and knows its types itself."""
    what = f"the fact {name.partition(':')[2]!r}"
    others = [key for key, _ in node.entries if key.text in _ELSEWHERE]
    for key in others:
        message = f"{what} has both `probe` and `{key.text}`"
        shape.problems.add("HP-E114", message, key.where, "say where it comes from, once")
    shape.keys(node, (*PROBE_KEYS, *(key.text for key in others)), (), f"{what}, of a probe,")


def _param(spec: ProbeSpec, key: Scalar, shape: Shape) -> ProbeParam | None:
    names = [param.name for param in spec.params]
    if key.text in names:
        return spec.params[names.index(key.text)]
    near = nearest(key.text, names)
    takes = f"it takes {', '.join(names)}" if names else "it takes none"
    message = f"the probe {spec.name!r} has no argument {key.text[:200]!r}"
    shape.problems.add("HP-E129", message, key.where, f"did you mean {near!r}?" if near else takes)
    return None


def _read_argument(
    param: ProbeParam, node: Node, known: Known, shape: Shape, into: tuple[dict[str, Value], dict[str, str]]
) -> None:
    """Read a value, or the name of the parameter that it is, into the one or the other of two mappings."""
    arguments, bound = into
    reference = _PARAM.fullmatch(node.text) if isinstance(node, Scalar) and node.plain else None
    if reference is not None:
        if _fitting(param, reference[1], node, known, shape):
            bound[param.name] = reference[1]
        return
    try:
        value = read_value(node, param.type, shape.problems, "HP-E130")
    except MisfitError:
        return
    fault = value_fault(value, _as_param(param))
    if fault:
        shape.problems.add("HP-E131", f"{param.name}: {fault}", node.where, param.description)
    arguments[param.name] = value


def _fitting(param: ProbeParam, name: str, node: Node, known: Known, shape: Shape) -> bool:
    """Say whether a parameter of the pack has the type of an argument, and a default within its limits."""
    found = known.params.get(name)
    if found is None:
        if name not in known.wrong:
            near = nearest(name, known.params)
            hint = f"did you mean params.{near}?" if near else f"parameters are {', '.join(known.params) or 'none'}"
            shape.problems.add("HP-E132", f"there is no parameter {name[:200]!r}", node.where, hint)
        return False
    if found.type not in (param.type, replace(param.type, nullable=False)):
        message = f"the parameter {name!r} is {found.type}, and the argument {param.name!r} is {param.type}"
        shape.problems.add("HP-E130", message, node.where, f"declare it as {param.type}")
        return False
    fault = value_fault(found.default, _as_param(param))
    if fault:
        message = f"the default of {name!r} does not do for {param.name}: {fault}"
        shape.problems.add("HP-E131", message, node.where, param.description)
    return not fault


def _as_param(param: ProbeParam) -> Param:
    return Param(param.name, param.type, param.default, param.description, param.least, param.most)
