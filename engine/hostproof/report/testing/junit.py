"""What cases came to, as JUnit XML: a suite for each pack, a case for each of its cases and for each threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from hostproof.evaluate.cases import CaseOutcome, PackTested, Wanted, shortfalls
from hostproof.report.junit import BEGIN, END, MOST_MESSAGE, MOST_NAME, MOST_TEXT, for_all_readers, unique
from hostproof.report.testing.terminal import place
from hostproof.source.harmless import bounded, harmless, one_line

if TYPE_CHECKING:
    from junit_xml import TestCase


def render_junit_tests(tested: Sequence[PackTested], wanted: Wanted) -> str:
    """Return the XML text, to be written as UTF-8; it keeps to what all readers take, as reports of hosts do."""
    from junit_xml import TestSuite

    root = ElementTree.Element("testsuites")
    for number, one in enumerate(tested):
        cases = list(_cases(one, wanted))
        suite = TestSuite(f"{one.name} cases", cases, hostname="cases", id=str(number), package=one.name)
        root.append(for_all_readers(suite.build_xml_doc(), [0] * len(cases)))
    ElementTree.indent(root)
    whole = ElementTree.tostring(root, encoding="unicode")
    return f"{BEGIN}{whole.removeprefix('<testsuites>').removesuffix('</testsuites>').lstrip(chr(10))}{END}"


def _cases(tested: PackTested, wanted: Wanted) -> Iterator[TestCase]:
    used: set[str] = set()
    for outcome in tested.outcomes:
        yield _case(tested, outcome, used)
    short = dict(shortfalls(tested, wanted))
    asked = [share.sort for share in tested.shares] if wanted.coverage is not None else []
    asked += ["mutants"] if tested.score is not None and wanted.mutants is not None else []
    for sort in asked:
        yield _threshold(tested, sort, short.get(sort, ""))


def _case(tested: PackTested, outcome: CaseOutcome, used: set[str]) -> TestCase:
    from junit_xml import TestCase

    case, result = outcome.case, outcome.result
    name = one_line(f"{case.rule}: {case.title or case.expect}", MOST_NAME)
    made = TestCase(unique(name, used), classname=f"{tested.name}.{result.group}")
    if outcome.wrong:
        lines = [outcome.wrong, *map(str, result.findings or result.unknowns), f"at: {place(case.where)}"]
        text = bounded(harmless("\n".join([*lines, f"assert: {result.expression}"])), MOST_TEXT)
        made.add_failure_info(one_line(outcome.wrong, MOST_MESSAGE), text, str(result.verdict))
    return made


def _threshold(tested: PackTested, sort: str, short: str) -> TestCase:
    from junit_xml import TestCase

    made = TestCase(f"enough {sort}", classname=f"{tested.name}.coverage")
    if short:
        made.add_failure_info(short, bounded(harmless("\n".join(_lacking(tested, sort))), MOST_TEXT), "threshold")
    return made


def _lacking(tested: PackTested, sort: str) -> Iterator[str]:
    if sort == "mutants":
        survivors = tested.score.survivors if tested.score else ()
        yield from (f"{place(one.where)}: {one.rule.id}: {one.said}: {one.text}" for one in survivors)
        return
    missed = (missed for share in tested.shares if share.sort == sort for missed in share.missed)
    yield from (f"{place(one.where)}: {one.rule}: no case in which {one.said}" for one in missed)
