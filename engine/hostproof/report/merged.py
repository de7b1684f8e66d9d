"""One report over several hosts: what each of them adds (a part, rendered wherever), and the whole made of the parts.

A part is rendered from one Evaluation alone, so that parts can be made in several processes and thrown away; the whole
takes them one by one, in the order of the hosts, and never holds two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from hostproof import __version__
from hostproof.evaluate.hosts import HostRow, RuleRow, exit_code_of
from hostproof.evaluate.model import Evaluation, Gate
from hostproof.report import junit, summary
from hostproof.report.formats import OF_ROWS, pipeline
from hostproof.source.harmless import one_line
from hostproof.source.records import field, record

MOST_IN_FULL = 8  # hosts whose reports a person reads one after the other on a terminal
_SUITE = re.compile(r'(<testsuite\b[^>]*? name="[^"]*)(?=")')  # ElementTree escapes > and " in attributes


@record
class Hosts:
    """All that a whole says of itself: the hosts in their order, and the rules and the gate that all were judged by."""

    hosts: tuple[HostRow, ...]
    rules: tuple[RuleRow, ...]
    gate: Gate = field(default_factory=Gate)


def has_parts(form: str, number: int) -> bool:
    """Return whether a report of that format over that many hosts is made of parts, or of their rows alone."""
    return form not in OF_ROWS and (form != "terminal" or number <= MOST_IN_FULL)


def part(form: str, evaluation: Evaluation, number: int) -> str:
    """Return what the host of that number, counted from 0, adds to a format that is made of parts."""
    one = pipeline(form)
    if one is not None:
        return one.part(evaluation)
    if form == "junit":
        return junit.junit_suites(evaluation, number * len(evaluation.packs))
    if form == "json":
        from textwrap import indent

        from hostproof.report.jsonfile import render_json

        return indent(render_json(evaluation).rstrip("\n"), "    ")
    from hostproof.report.markdown import render_markdown

    return render_markdown(evaluation, level=2)


def whole(form: str, about: Hosts, parts: Iterable[str]) -> Iterator[str]:
    """Yield the pieces of a report; `parts` are those of all hosts, in their order.

    JUnit: the suites of all hosts, a second one of a name with a number. JSON: schema reports-1. Markdown: tables of
    hosts and rules, then each host's page. Formats of rows alone leave the parts unread.
    """
    one = pipeline(form)
    if one is not None:
        return one.whole(parts)
    if form == "nagios":
        from hostproof.report.monitors.nagios import render_many

        return iter([render_many(about.hosts, about.gate)])
    if form == "prometheus":
        from hostproof.report.monitors.prometheus import render_many as render_series

        return render_series(about.hosts, about.rules)
    made = {"junit": _junit, "json": _json, "markdown": _markdown, "step-summary": _step_summary}
    return made[form](about, parts)


def _junit(about: Hosts, parts: Iterable[str]) -> Iterator[str]:
    used: Counter[str] = Counter()
    yield junit.BEGIN
    for host, text in zip(about.hosts, parts, strict=True):
        name = one_line(host.name)
        used[name] += 1
        again = f" ({used[name]})"
        # Suite, class and name together must be unique: the second of two is silently lost by some readers.
        yield _SUITE.sub(lambda found, again=again: found[1] + again, text) if used[name] > 1 else text  # type: ignore[misc]
    yield junit.END


def _json(about: Hosts, parts: Iterable[str]) -> Iterator[str]:
    import json

    said = {
        "format": "hostproof-reports-1",
        "hostproof": __version__,
        "verdict": summary.verdict_word(about.hosts),
        "exit_code": exit_code_of(about.hosts),
        "headline": summary.headline(about.hosts),
        "hosts": summary.counts(about.hosts),
    }
    yield json.dumps(said, indent=2, ensure_ascii=False).removesuffix("\n}") + ',\n  "reports": ['
    before = "\n"
    for text in parts:
        yield before + text
        before = ",\n"
    yield "\n  ]\n}\n"


def _markdown(about: Hosts, parts: Iterable[str]) -> Iterator[str]:
    yield summary.markdown_summary(about.hosts, about.rules)
    for text in parts:
        yield "\n---\n\n" + text


def _step_summary(about: Hosts, parts: Iterable[str]) -> Iterator[str]:
    from hostproof.report.pipelines.stepsummary import fitted

    return fitted(_markdown(about, parts))
