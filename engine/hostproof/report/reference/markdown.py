"""GitHub-flavoured Markdown about packs: a PackText in, a page out; several in, the page that leads to them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from hostproof.evaluate.reference import CaseText, OwnFact, PackText, RuleText
from hostproof.report.markdowntext import block, code, link, paragraph, prose
from hostproof.report.wording import is_commands

MOST_TITLES = 12  # of the cases of one rule that expect one verdict
_NOTE = "<!-- Made by `hostproof docs`; edit the pack instead. -->"
_VERDICTS = ("fail", "pass", "skipped", "unknown")


def render_pack(pack: PackText) -> str:
    """Return the page; texts of the pack cannot add markup to it."""
    chapters = (_head(pack), _rule_list(pack), _params(pack), _own_facts(pack), _rules(pack), _facts(pack), _rest(pack))
    return "\n\n".join(part for chapter in chapters for part in chapter) + "\n"


def render_index(packs: Sequence[PackText]) -> str:
    """Return the page that leads to the others, which lie beside it as `NAME.md`."""
    rows = [
        (f"[{prose(pack.name)}]({pack.name}.md)", prose(pack.title), str(len(pack.rules)), _cell(pack.first_sentence))
        for pack in packs
    ]
    table = _table(("pack", "title", "rules", "what it is for"), rows)
    return f"# Packs\n\n{_NOTE}\n\n{table}\n"


def _head(pack: PackText) -> Iterator[str]:
    yield f"# {code(pack.name)}: {prose(pack.title)}"
    yield _NOTE
    yield from (_standing(text) for text in _purpose(pack))
    counts = (_count(pack.rules, "rule"), _count(pack.params, "parameter"), _things(pack.cases, "case"))
    yield f"{', '.join(counts)}."


def _standing(text: str) -> str:
    """Return a paragraph that stands by itself: nor does its beginning mean anything to Markdown."""
    return paragraph(text) if text[:1].isalpha() or text[:1] == "`" else prose(text)


def _purpose(pack: PackText) -> list[str]:
    return [text for text in pack.purpose.split("\n\n") if text.strip()]


def _rule_list(pack: PackText) -> Iterator[str]:
    yield "## Rules"
    rows = [(f"[{prose(rule.id)}](#{rule.id})", rule.severity, prose(rule.title)) for rule in pack.rules]
    yield _table(("rule", "severity", "what holds"), rows)


def _params(pack: PackText) -> Iterator[str]:
    if not pack.params:
        return
    yield "## Parameters"
    yield f"Set by {code('--param NAME=VALUE')}, or by {code('params:')} of a profile; each has a default."
    rows = [
        (_code(one.name), _code(one.type), _code(one.default), _allowed(one.allowed), _cell(one.description))
        for one in pack.params
    ]
    yield _table(("parameter", "type", "default", "allowed", "what it is"), rows)


def _allowed(text: str) -> str:
    return prose(text) if text else "any"


def _own_facts(pack: PackText) -> Iterator[str]:
    """Give what the pack learns itself, beside the built-in facts."""
    if not pack.own:
        return
    yield "## Facts of its own"
    for fact in pack.own:
        yield f"### {prose(fact.name)}"
        yield _learnt(fact)
        if fact.effects:
            yield f"What that does to the machine: {paragraph(fact.effects)}"
        yield _table(("fact", "type"), [(_code(name), _code(of)) for name, of in fact.gives])


def _learnt(fact: OwnFact) -> str:
    how = ""
    if fact.how:
        how = f" with {code(fact.how)}" if fact.verb == "probes" else f", taken as {code(fact.how)}"
    verb = {"probes": "Runs the probe", "runs": "Runs", "reads": "Reads"}[fact.verb]
    return f"{verb} {code(fact.what)}{how}; at most {fact.timeout}."


def _rules(pack: PackText) -> Iterator[str]:
    yield "## Each rule"
    for rule in pack.rules:
        yield f'### <a id="{rule.id}"></a>{prose(rule.id)}'
        tags = f" · {', '.join(map(code, rule.tags))}" if rule.tags else ""
        yield f"**{prose(rule.title)}** · {rule.severity}{tags}"
        yield block("\n".join(rule.lines))
        yield from _said(rule)
        yield from _used(rule)
        yield from _cases(rule.cases)


def _said(rule: RuleText) -> Iterator[str]:
    """Give what a rule has to say, to whoever it fails for."""
    if rule.message:
        yield f"**Says:** {paragraph(rule.message)}"
    if rule.why:
        yield f"**Why:** {paragraph(rule.why)}"
    if rule.fix and is_commands(rule.fix):
        yield f"**Fix:**\n\n{block(rule.fix)}"
    elif rule.fix:
        yield f"**Fix:** {paragraph(rule.fix)}"
    if rule.sources:
        yield f"**Sources:** {', '.join(map(link, rule.sources))}"


def _used(rule: RuleText) -> Iterator[str]:
    if rule.params:
        yield f"**Parameters:** {', '.join(map(code, rule.params))}"
    if rule.facts:
        yield f"**Facts:** {', '.join(map(code, rule.facts))}"


def _cases(cases: Sequence[CaseText]) -> Iterator[str]:
    """Give a line for each verdict: how many cases expect it, and what they show."""
    if not cases:
        yield "**Cases:** none"
        return
    ordered = sorted(cases, key=lambda case: _VERDICTS.index(case.expect))
    lines = [_verdict(expect, list(same)) for expect, same in groupby(ordered, key=lambda case: case.expect)]
    yield "**Cases:**\n\n" + "\n".join(lines)


def _verdict(expect: str, cases: Sequence[CaseText]) -> str:
    titles = [case.title for case in cases if case.title]
    left_out = len(titles) - MOST_TITLES
    shown = "; ".join(map(prose, titles[:MOST_TITLES])) + (f"; and {left_out} more" if left_out > 0 else "")
    return f"- {expect} ({len(cases)}){f': {shown}' if shown else ''}"


def _facts(pack: PackText) -> Iterator[str]:
    if not pack.facts:
        return
    yield "## Built-in facts it uses"
    yield _table(
        ("fact", "type", "what it is"), [(_code(name), _code(of), prose(what)) for name, of, what in pack.facts]
    )


def _rest(pack: PackText) -> Iterator[str]:
    if pack.tables:
        yield "## Tables in its reports"
        yield "\n".join(f"- {prose(title)}: {code(rows)}" for title, rows in pack.tables)
    if pack.redact:
        yield "## What it redacts"
        yield "Whatever matches is taken out of all that is kept."
        yield "\n".join(f"- {code(pattern)}" for pattern in pack.redact)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(text: str) -> str:
    """Return a text as a cell; code in it stays code where no pipe could end the cell."""
    return prose(text) if "|" in text else paragraph(text)


def _code(text: str) -> str:
    """Return code for a cell: an escaped pipe is a pipe there, but behind a backslash nobody agrees on what it is."""
    if "|" in text and "\\" in text:
        return prose(text)
    return code(text).replace("|", "\\|")


def _count(things: Sequence[object], noun: str) -> str:
    return _things(len(things), noun)


def _things(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
