"""What a pack is, as texts: a RulePack and its cases in, all that a page about it tells out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from hostproof.evaluate.cases.case import Case
from hostproof.expr.model import Expr
from hostproof.expr.mutants import lets_of, params_read
from hostproof.expr.template import Template
from hostproof.facts.builtin.probes import ALL_PROBES
from hostproof.facts.catalog import Catalog
from hostproof.facts.requests import FactRequest, FileSource, ProbeSource, RunSource
from hostproof.facts.types import ANY, DURATION, Kind, Type
from hostproof.facts.units import format_value
from hostproof.rulepack.model import Param, Rule, RulePack
from hostproof.source.records import record

_SCHEMA = "yaml-language-server:"


@record
class ParamText:
    """A parameter; `allowed` says which values it takes, empty for any of its type."""

    name: str
    type: str
    default: str
    allowed: str
    description: str


@record
class OwnFact:
    """A pack's own fact: `verb` and `what` say how it is learnt (`runs`, `uname -r`), `how` what is made of that.

    `gives` are the names and types of what rules read; `effects` is what a probe does to a machine.
    """

    name: str
    verb: str
    what: str
    how: str
    timeout: str
    gives: tuple[tuple[str, str], ...]
    effects: str = ""


@record
class CaseText:
    """A case by its verdict and title; of one without a title that is empty."""

    expect: str
    title: str


@record
class RuleText:
    """A rule: `lines` are its conditions as written, names before colons; `facts` with what is known of each."""

    id: str
    title: str
    severity: str
    lines: tuple[str, ...]
    message: str
    why: str
    fix: str
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    params: tuple[str, ...]
    facts: tuple[str, ...]
    cases: tuple[CaseText, ...]


@record
class PackText:
    """A pack: `purpose` is the comment that its file begins with; `facts` are the built-in ones with type and meaning.

    `tables` are titles and expressions of what reports show beside the rules; `redact` the patterns of its secrets.
    """

    name: str
    title: str
    purpose: str
    params: tuple[ParamText, ...]
    own: tuple[OwnFact, ...]
    rules: tuple[RuleText, ...]
    facts: tuple[tuple[str, str, str], ...]
    tables: tuple[tuple[str, str], ...]
    redact: tuple[str, ...]

    @property
    def first_sentence(self) -> str:
        """The first sentence of its purpose."""
        return re.split(r"(?<=[.?!:])\s+(?=[A-Z`])", self.purpose, maxsplit=1)[0]

    @property
    def cases(self) -> int:
        """How many cases its rules have."""
        return sum(len(rule.cases) for rule in self.rules)


def describe_pack(pack: RulePack, cases: Sequence[Case], catalog: Catalog, text: str) -> PackText:
    """Return what is to be told of a pack; `text` is that of its own file."""
    rules = tuple(_rule(rule, [case for case in cases if case.rule == rule.id], pack) for rule in pack.rules)
    needs = frozenset[str]().union(*(rule.needs for rule in pack.rules), *(table.needs for table in pack.tables))
    found = [(name, catalog.get(name)) for name in sorted(needs) if ":" not in name]
    return PackText(
        name=pack.name,
        title=pack.title,
        purpose=purpose_of(text),
        params=tuple(map(_param, pack.params.values())),
        own=tuple(_own(request) for request in pack.requests),
        rules=rules,
        facts=tuple((name, str(row.type), row.meaning) for name, row in found if row),
        tables=tuple((table.title.text, table.rows.text) for table in pack.tables),
        redact=pack.redact,
    )


def purpose_of(text: str) -> str:
    r"""Return the comment that a file begins with, without what it tells an editor; paragraphs an empty line apart.

    >>> purpose_of("# yaml-language-server: $schema=x\n#\n# Is it sound?\n# It may be.\nhostproof: 1\n")
    'Is it sound?\nIt may be.'
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        words = line.removeprefix("#").strip()
        if not words.startswith(_SCHEMA):
            lines.append(words)
    return "\n".join(lines).strip("\n")


def _param(param: Param) -> ParamText:
    return ParamText(
        name=param.name,
        type=str(param.type),
        default=_default(param),
        allowed=_allowed(param),
        description=param.description,
    )


def _default(param: Param) -> str:
    """Return a default in full: what is cut elsewhere is looked up here."""
    if param.default is None:
        return "null"
    if param.type.kind is not Kind.LIST or not isinstance(param.default, list):
        return format_value(param.default, param.type)
    return f"[{', '.join(format_value(item, param.type.item or ANY) for item in param.default)}]"


def _allowed(param: Param) -> str:
    if param.choices:
        return ", ".join(format_value(choice, param.type) for choice in param.choices)
    least, most = (None if bound is None else format_value(bound, param.type) for bound in (param.least, param.most))
    if least and most:
        return f"{least} to {most}"
    return f"at least {least}" if least else f"at most {most}" if most else ""


def _own(request: FactRequest) -> OwnFact:
    name, source = request.name.partition(":")[2], request.source
    verb, what, how, effects = "reads", "", "", ""
    if isinstance(source, FileSource):
        what = source.path
    elif isinstance(source, RunSource):
        verb, what = "runs", source.shell or shlex.join(source.argv)
    elif isinstance(source, ProbeSource):
        probe = ALL_PROBES.get(source.name)
        verb, what, how = "probes", source.name, _arguments(source)
        effects = probe.effects if probe else ""
    if request.reader:
        option = f" {request.reader.option}" if request.reader.option else ""
        how = f"{request.reader.kind}{option}"
    given = tuple(_fields(name, request.gives)) if request.gives else ()
    return OwnFact(name, verb, what, how, format_value(request.timeout, DURATION), given, effects)


def _arguments(source: ProbeSource) -> str:
    """Return what a probe is given: values, and parameters whose values it has."""
    probe = ALL_PROBES.get(source.name)
    types = {param.name: param.type for param in probe.params} if probe else {}
    given = [f"{name}: {format_value(value, types.get(name, ANY))}" for name, value in source.arguments]
    return ", ".join([*given, *(f"{name}: params.{param}" for name, param in source.bound)])


def _fields(name: str, gives: Type) -> Iterator[tuple[str, str]]:
    if gives.kind is not Kind.RECORD:
        yield name, str(gives)
    for field, of in gives.fields if gives.kind is Kind.RECORD else ():
        yield f"{name}.{field}", str(of)


def _rule(rule: Rule, cases: Sequence[Case], pack: RulePack) -> RuleText:
    templates = (rule.message, rule.remediation)
    texts = [part for one in templates if one for part in one.parts if isinstance(part, Expr)]
    lets = lets_of(rule.applies, rule.holds, *texts)
    exprs = [expr for expr in (rule.applies, rule.holds, *lets.values(), *texts) if expr is not None]
    read = {name for expr in exprs for name, _, _ in params_read(expr)}
    return RuleText(
        id=rule.id,
        title=rule.title,
        severity=str(rule.severity),
        lines=tuple(_conditions(rule, lets)),
        message=_text(rule.message),
        why=rule.rationale,
        fix=_text(rule.remediation),
        sources=rule.references,
        tags=rule.tags,
        params=tuple(name for name in pack.params if name in read),
        facts=tuple(sorted(name.removeprefix(f"{pack.name}:") for name in rule.needs)),
        cases=tuple(CaseText(str(case.expect), case.title) for case in cases),
    )


def _conditions(rule: Rule, lets: Mapping[str, Expr]) -> Iterator[str]:
    """Yield what decides a rule, in the words of its pack."""
    yield from (f"let {name}: {expr.text}" for name, expr in lets.items())
    if rule.applies is not None:
        yield f"when: {rule.applies.text}"
    yield f"assert: {rule.holds.text}"
    if rule.confident:
        yield "decide: confident"


def _text(template: Template | None) -> str:
    return template.text if template else ""
