"""A checked pack as plain data that `marshal` can keep, and back: nothing is parsed or checked a second time."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from hostproof.expr.freeze import Frozen, freeze, freeze_template, thaw, thaw_template
from hostproof.expr.template import Template
from hostproof.facts.requests import FactRequest, FileSource, Reader, RunSource
from hostproof.facts.snapshot import Value
from hostproof.facts.typetext import parse_type
from hostproof.rulepack.fragments import digest_of, read_fragment
from hostproof.rulepack.model import Param, Rule, RulePack, Severity
from hostproof.source.spans import SourceFile

_Words: TypeAlias = tuple[str, ...]
_Facts: TypeAlias = tuple[str, str, str, str, _Words, _Words, frozenset[str], bool]
_Param: TypeAlias = tuple[str, str, Value, str, Value, Value, tuple[Value, ...]]
_Request: TypeAlias = tuple[str, str | tuple[_Words, str] | None, tuple[str, str] | None, str | None, int]
_Rule: TypeAlias = tuple[
    _Facts, tuple[int, int, int], tuple[Frozen, Frozen | None], tuple[Frozen | None, Frozen | None]
]
FrozenPack: TypeAlias = tuple[str, str, str, _Words, tuple[_Param, ...], tuple[_Request, ...], tuple[_Rule, ...]]


def freeze_pack(pack: RulePack) -> FrozenPack:
    """Return a pack as nested tuples of texts, numbers, JSON values and code objects."""
    params = tuple(_freeze_param(param) for param in pack.params.values())
    requests = tuple(_freeze_request(request) for request in pack.requests)
    home = Path(pack.path).parent
    included = tuple(Path(file.path).relative_to(home).as_posix() for file in pack.fragments)
    numbers = {file.path: number for number, file in enumerate(pack.fragments, 1)}
    rules = tuple(_freeze_rule(rule, numbers.get(rule.span.file.path, 0)) for rule in pack.rules)
    return pack.name, pack.title, pack.digest, included, params, requests, rules


def thaw_pack(data: FrozenPack, file: SourceFile) -> RulePack:
    """Return the pack again; `file` is its text under the name it was loaded by, and what it includes is read.

    Raises ValueError like `expr.thaw`, and where an included file is another one by now; ProblemError where it can't
    be read.
    """
    name, title, digest, included, params, requests, rules = data
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
        (name, title, severity, rationale, references, tags, needs, confident),
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
    )


def _freeze_facts(rule: Rule) -> _Facts:
    severity = str(rule.severity)
    return rule.id, rule.title, severity, rule.rationale, rule.references, rule.tags, rule.needs, rule.confident


def _freeze_text(template: Template | None) -> Frozen | None:
    return None if template is None else freeze_template(template)


def _freeze_param(param: Param) -> _Param:
    return param.name, str(param.type), param.default, param.description, param.least, param.most, param.choices


def _thaw_param(data: _Param) -> Param:
    name, kind, default, description, least, most, choices = data
    return Param(name, parse_type(kind), default, description, least, most, choices)


def _freeze_request(request: FactRequest) -> _Request:
    source, reader = request.source, request.reader
    where = source.path if isinstance(source, FileSource) else (source.argv, source.shell) if source else None
    how = (reader.kind, reader.option) if reader else None
    return request.name, where, how, None if request.gives is None else str(request.gives), request.timeout


def _thaw_request(data: _Request) -> FactRequest:
    name, where, how, gives, timeout = data
    source = FileSource(where) if isinstance(where, str) else RunSource(*where) if where else None
    reader = Reader(*how) if how else None
    return FactRequest(name, source, reader, None if gives is None else parse_type(gives), timeout)
