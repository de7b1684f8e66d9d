"""A checked pack as plain data that `marshal` can keep, and back: nothing is parsed or checked a second time."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from hostproof.expr.each import Each
from hostproof.expr.freeze import Frozen, freeze, freeze_template, thaw, thaw_template
from hostproof.expr.template import Template
from hostproof.facts.requests import FactRequest, FileSource, ProbeSource, Reader, RunSource, Source
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.typetext import parse_type
from hostproof.rulepack.fragments import digest_of, read_fragment
from hostproof.rulepack.model import Param, Rule, RulePack, Severity, Table
from hostproof.source.spans import SourceFile

_Words: TypeAlias = tuple[str, ...]
_Facts: TypeAlias = tuple[str, str, str, str, _Words, _Words, frozenset[str], bool, _Words]
_Param: TypeAlias = tuple[str, str, Value, str, Value, Value, tuple[Value, ...]]
_Pairs: TypeAlias = tuple[tuple[str, str], ...]
_Asked: TypeAlias = tuple[str, tuple[tuple[str, Value], ...], _Pairs]  # of a probe
_Source: TypeAlias = str | tuple[_Words, str] | _Asked
_Request: TypeAlias = tuple[str, _Source, tuple[str, str] | None, str | _Pairs | None, int]
_Rule: TypeAlias = tuple[
    _Facts, tuple[int, int, int], tuple[Frozen, Frozen | None], tuple[Frozen | None, Frozen | None]
]
_Tables: TypeAlias = tuple[tuple[Frozen, Frozen], ...]
FrozenPack: TypeAlias = tuple[
    str, str, str, _Words, tuple[_Param, ...], tuple[_Request, ...], tuple[_Rule, ...], _Tables, _Words
]


def freeze_pack(pack: RulePack) -> FrozenPack:
    """Return a pack as nested tuples of texts, numbers, JSON values and code objects."""
    params = tuple(_freeze_param(param) for param in pack.params.values())
    requests = tuple(_freeze_request(request) for request in pack.requests)
    home = Path(pack.path).parent
    included = tuple(Path(file.path).relative_to(home).as_posix() for file in pack.fragments)
    numbers = {file.path: number for number, file in enumerate(pack.fragments, 1)}
    rules = tuple(_freeze_rule(rule, numbers.get(rule.span.file.path, 0)) for rule in pack.rules)
    tables = tuple((freeze_template(table.title), freeze(table.rows)) for table in pack.tables)
    return pack.name, pack.title, pack.digest, included, params, requests, rules, tables, pack.redact


def thaw_pack(data: FrozenPack, file: SourceFile) -> RulePack:
    """Return the pack again; `file` is its text under the name it was loaded by, and what it includes is read.

    Raises ValueError like `expr.thaw`, and where an included file is another one by now; ProblemError where it can't
    be read.
    """
    name, title, digest, included, params, requests, rules, tables, redact = data
    fragments = tuple(read_fragment(file.path, path) for path in included)
    if digest != digest_of(file, fragments):
        raise ValueError("the pack was made of other texts")
    files = (file, *fragments)
    return RulePack(
        name,
        title,
        file.path,
        digest,
        tuple(_thaw_rule(rule, files) for rule in rules),
        {param[0]: _thaw_param(param) for param in params},
        tuple(map(_thaw_request, requests)),
        fragments,
        tuple(Table(thaw_template(heading), thaw(rows)) for heading, rows in tables),
        redact,
    )


def _freeze_rule(rule: Rule, file: int) -> _Rule:
    return (
        _freeze_facts(rule),
        (file, rule.span.start, rule.span.end),
        (freeze(rule.holds), None if rule.applies is None else freeze(rule.applies)),
        (_freeze_text(rule.message), _freeze_text(rule.remediation)),
    )


def _thaw_rule(data: _Rule, files: tuple[SourceFile, ...]) -> Rule:
    (
        (name, title, severity, rationale, references, tags, needs, confident, each),
        (file, start, end),
        (holds, applies),
        texts,
    ) = data
    message, remediation = texts
    return Rule(
        name,
        title,
        Severity(severity),
        thaw(holds),
        files[file].span(start, end),
        None if applies is None else thaw(applies),
        None if message is None else thaw_template(message),
        rationale,
        None if remediation is None else thaw_template(remediation),
        references,
        tags,
        needs,
        confident,
        Each(*each) if each else None,
    )


def _freeze_facts(rule: Rule) -> _Facts:
    severity = str(rule.severity)
    each = (rule.each.name, rule.each.took, rule.each.output) if rule.each else ()
    return rule.id, rule.title, severity, rule.rationale, rule.references, rule.tags, rule.needs, rule.confident, each


def _freeze_text(template: Template | None) -> Frozen | None:
    return None if template is None else freeze_template(template)


def _freeze_param(param: Param) -> _Param:
    return param.name, str(param.type), param.default, param.description, param.least, param.most, param.choices


def _thaw_param(data: _Param) -> Param:
    name, kind, default, description, least, most, choices = data
    return Param(name, parse_type(kind), default, description, least, most, choices)


def _freeze_request(request: FactRequest) -> _Request:
    reader, gives = request.reader, request.gives
    how = (reader.kind, reader.option) if reader else None
    if gives is not None and isinstance(request.source, ProbeSource):  # names like `echo.failed`, which no type has
        return (
            request.name,
            _freeze_source(request),
            how,
            tuple((n, str(of)) for n, of in gives.fields),
            request.timeout,
        )
    return request.name, _freeze_source(request), how, None if gives is None else str(gives), request.timeout


def _freeze_source(request: FactRequest) -> _Source:
    source = request.source
    if isinstance(source, FileSource):
        return source.path
    if isinstance(source, RunSource):
        return source.argv, source.shell
    if isinstance(source, ProbeSource):
        return source.name, source.arguments, source.bound
    raise ValueError(f"{request.name} has no source")


def _thaw_request(data: _Request) -> FactRequest:
    name, source, how, gives, timeout = data
    reader = Reader(*how) if how else None
    return FactRequest(name, _thaw_source(source), reader, _thaw_gives(gives), timeout)


def _thaw_source(data: _Source) -> Source:
    if isinstance(data, str):
        return FileSource(data)
    return ProbeSource(*data) if len(data) == 3 else RunSource(*data)


def _thaw_gives(data: str | _Pairs | None) -> Type | None:
    if isinstance(data, tuple):
        return Type(Kind.RECORD, fields=tuple((name, parse_type(kind)) for name, kind in data))
    return None if data is None else parse_type(data)
