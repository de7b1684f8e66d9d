"""The gate as a unified diff: an Outcome in, what `diff -u` would say of both sides written as texts out.

Verdicts and facts are a text each, with a line for every one that changed and was not allowed; each output that changed
is a text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hostproof.evaluate.baseline.gate import Outcome
from hostproof.evaluate.difference.model import Decision, FactChange, OutputChange, VerdictChange
from hostproof.evaluate.difference.texts import Patience, unified
from hostproof.report.gate.wording import value_text
from hostproof.source.harmless import one_line

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._+=,@:-]+")


def render_patch(outcome: Outcome) -> str:
    """Return the patch; empty where nothing differs, or nothing was compared."""
    if outcome.difference is None:
        return ""
    found = outcome.difference
    verdicts = ((_verdict(one, one.before), _verdict(one, one.after)) for one in found.verdicts)
    facts = [one for one in found.facts if one.ruling.decision is not Decision.ALLOW]
    values = ((_value(one, before=True), _value(one, before=False)) for one in facts)
    outputs = (one for one in found.outputs if one.diff and one.ruling.decision is not Decision.ALLOW)
    return "".join((*_file("verdicts", verdicts), *_file("facts", values), *_outputs(outputs)))


def _verdict(change: VerdictChange, verdict: object) -> str:
    name = f"{change.pack}:{change.id}" + (f" ({change.object})" if change.object else "")
    return f"{one_line(name)}: {verdict}\n" if verdict else ""


def _value(change: FactChange, *, before: bool) -> str:
    return f"{one_line(change.name)} = {value_text(change.before if before else change.after, change.type)}\n"


def _file(name: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(pairs)
    found = unified("".join(old for old, _ in rows), "".join(new for _, new in rows), Patience())
    if found.lines:
        yield _headed(name, found.lines)


def _outputs(changes: Iterable[OutputChange]) -> Iterator[str]:
    for change in changes:
        yield _headed(f"outputs/{_NOT_PLAIN.sub('-', change.name)[:120].strip('-') or 'output'}", change.diff)


def _headed(name: str, lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (f"--- baseline/{name}", f"+++ now/{name}", *lines))
