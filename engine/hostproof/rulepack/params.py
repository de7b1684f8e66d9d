"""Setting parameters: what a command line or a profile gives in, typed values for each pack out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.rulepack.model import Param, RulePack
from hostproof.rulepack.sections.params import value_fault
from hostproof.rulepack.sections.values import MisfitError, read_value
from hostproof.source.near import nearest
from hostproof.source.nodes import Node, Scalar
from hostproof.source.problems import MOST_PROBLEMS, Problems
from hostproof.source.scalars import resolve
from hostproof.source.spans import SourceFile, Span
from hostproof.source.yaml import load_yaml

_STRUCTURED = frozenset({Kind.LIST, Kind.MAP, Kind.RECORD, Kind.SAMPLES, Kind.ANY})


@dataclass(frozen=True, slots=True)
class GivenParam:
    """A parameter set by somebody: `name` or `pack.name`, and a YAML node, or the text of a command line."""

    name: str
    where: Span
    written: Node | str


def apply_params(pack: RulePack, given: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of a pack's parameters: its defaults, and over them the texts given by `name` or `pack.name`.

    Raises ProblemError (HP-E303 to HP-E305) with everything that is wrong.
    """
    problems = Problems()
    settled = settle_params([pack], [from_command_line(*item) for item in given.items()], problems)
    problems.refuse()
    return settled[pack.name]


def from_command_line(name: str, text: str) -> GivenParam:
    """Return what `--param name=text` gives."""
    file = SourceFile(f"--param {name}", text)
    return GivenParam(name, file.span(0, len(text)), text)


def settle_params(
    packs: Sequence[RulePack],
    given: Iterable[GivenParam],
    problems: Problems,
    together: tuple[frozenset[str], ...] = (),
) -> dict[str, dict[str, Value]]:
    """Return, by the packs' names, the values of all their parameters; of several that are given the last counts.

    `together` are the paths of packs that one collection names: a bare name sets a parameter of all of them.
    """
    settled = {pack.name: {name: param.default for name, param in pack.params.items()} for pack in packs}
    for one in given:
        if len(problems.found) >= MOST_PROBLEMS:
            break
        for pack, param in _find(packs, one, problems, together):
            try:
                settled[pack.name][param.name] = _value(one, param, problems)
            except MisfitError:
                break  # told already
    return settled


def _find(
    packs: Sequence[RulePack], given: GivenParam, problems: Problems, together: tuple[frozenset[str], ...]
) -> list[tuple[RulePack, Param]]:
    """Return the parameters that a name means, one unless packs belong together; none with a problem added."""
    pack_name, dot, name = given.name.rpartition(".")
    found = [(pack, pack.params[name]) for pack in packs if name in pack.params and (not dot or pack_name == pack.name)]
    paths = {pack.path for pack, _ in found}
    if len(found) == 1 or (found and any(paths <= one for one in together)):
        return found
    if found:
        names = " or ".join(f"{pack.name}.{name}" for pack, _ in found)
        message = f"several packs have a parameter {given.name!r}"
        problems.add("HP-E306", message, given.where, f"write {names}")
        return []
    known = [f"{pack.name}.{param}" if dot else param for pack in packs for param in pack.params]
    near = nearest(given.name, known)
    hint = f"did you mean {near!r}?" if near else f"parameters are {', '.join(known[:20]) or 'none'}"
    problems.add("HP-E303", f"there is no parameter {given.name[:200]!r}", given.where, hint)
    return []


def _value(given: GivenParam, param: Param, problems: Problems) -> Value:
    """Return the typed value; raises MisfitError after adding problems."""
    node = _node(given, param.type, problems) if isinstance(given.written, str) else given.written
    value = read_value(node, param.type, problems, "HP-E304")
    fault = value_fault(value, param)
    if fault:
        problems.add("HP-E305", f"{given.name}: {fault}", node.where, param.description)
        raise MisfitError
    return value


def _node(given: GivenParam, kind: Type, problems: Problems) -> Node:
    """Return a command line's text as a node: lists and records in YAML, anything else as it stands."""
    file = given.where.file
    if kind.kind in _STRUCTURED:
        node = load_yaml(file, problems)
        if node is None:
            raise MisfitError
        return node
    if kind.kind in (Kind.STRING, Kind.VERSION, Kind.DEBIAN) and not kind.nullable:
        return Scalar(file.text, file.text, '"', file, 0, len(file.text))
    try:
        return Scalar(file.text, resolve(file.text), "", file, 0, len(file.text))
    except OverflowError as error:
        problems.add("HP-E304", f"{given.name}: {error}", given.where)
        raise MisfitError from None
