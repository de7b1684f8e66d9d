"""JUnit XML: an Evaluation in, one XML file out that every CI reads alike.

The rules a file keeps, learnt from the readers (Jenkins, GitLab, GitHub's reporters, Buildkite, xunit-viewer, Ant's
XSD): a bare `testsuites`; each suite with package, id, timestamp without zone and hostname, and in this order
properties, cases, system-out, system-err; each case with classname, name and time (3 decimals) and at most one result
element; suite + name unique, since the second of two is silently lost (mikepenz looks at the name alone); no
character that XML forbids; no empty system-err (EnricoMi's action breaks on it); a line that looks like one of a stack
trace, from which dorny's reporter learns file and line; nothing that asks for a file to be attached.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from hostproof.evaluate.model import Evaluation, ObjectResult, PackResults, Result, Verdict
from hostproof.facts.snapshot import Evidence
from hostproof.report import wording
from hostproof.source.harmless import bounded, harmless, one_line

if TYPE_CHECKING:
    from junit_xml import TestCase, TestSuite

MOST_TEXT = 16_384  # characters of a result element: GitLab and Jenkins load whole files into memory
MOST_MESSAGE = 1_000
MOST_NOTICES = 100  # of waivers
MOST_EVIDENCE = 2_000
MOST_NAME = 240  # with a number behind it less than 256, which Azure and GitLab cut names to
BEGIN, END = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n', "</testsuites>\n"
_FOLDERS = re.compile(r"[a-z_][^./\s()]*(?:/[a-z_][^./\s()]*)*")  # that a trace can name: lower case, without dots
_NOT_FOR_READERS = {"testsuite": ("disabled",), "skipped": ("type",)}  # refused by one XSD or the other


def render_junit(evaluation: Evaluation) -> str:
    """Return the XML text, to be written as UTF-8; a suite for each pack, a case for each rule or object of one."""
    return f"{BEGIN}{junit_suites(evaluation)}{END}"


def junit_suites(evaluation: Evaluation, first: int = 0) -> str:
    """Return the suites alone, indented, as they stand between `BEGIN` and `END`; their numbers begin at `first`."""
    root = ElementTree.Element("testsuites")
    suites: set[str] = set()
    for number, pack in enumerate(evaluation.packs, first):
        suite = _suite(evaluation, pack, number, unique(_suite_name(evaluation, pack), suites))
        root.append(
            for_all_readers(suite.build_xml_doc(), [took for result in pack.results for took in _times(result)])
        )
    ElementTree.indent(root)
    whole = ElementTree.tostring(root, encoding="unicode")
    return whole.removeprefix("<testsuites>\n").removesuffix("</testsuites>") if len(root) else ""


def _suite_name(evaluation: Evaluation, pack: PackResults) -> str:
    return one_line(f"{_word(pack.name, 'pack')} @ {_word(wording.host_name(evaluation), 'localhost')}", MOST_NAME)


def _suite(evaluation: Evaluation, pack: PackResults, number: int, name: str) -> TestSuite:
    from junit_xml import TestSuite

    used: set[str] = set()
    return TestSuite(
        name,
        [case for result in pack.results for case in _cases(evaluation, pack, result, used)],
        hostname=_word(wording.host_name(evaluation), "localhost"),
        id=str(number),
        package=_word(pack.name, "pack"),
        timestamp=wording.moment(evaluation.created),
        properties=_properties(evaluation, pack),
        stdout=_summary(evaluation),
    )


def _summary(evaluation: Evaluation) -> str:
    step, more = wording.next_step(evaluation), len(evaluation.notices) - MOST_NOTICES
    lines = (
        f"{wording.verdict_word(evaluation)}: {wording.headline(evaluation)}",
        wording.counts(evaluation),
        f"next: {step}" if step else "",
        *map(wording.noticed, evaluation.notices[:MOST_NOTICES]),
        f"and {more} more waivers to look at" if more > 0 else "",
    )
    return _unattached("\n".join(one_line(line) for line in lines if line))


def _unattached(text: str) -> str:
    """Take the meaning from what makes Jenkins and GitLab attach a file to a result."""
    return text.replace("[[ATTACHMENT|", "[ [ATTACHMENT|")


def _properties(evaluation: Evaluation, pack: PackResults) -> dict[str, str]:
    gate = evaluation.gate
    rows = {
        "hostproof.version": evaluation.version,
        "hostproof.verdict": wording.verdict_word(evaluation),
        "hostproof.exit_code": str(evaluation.exit_code),
        "hostproof.gate": f"fail_on {gate.fail_on}, unknown {gate.unknown}",
        "hostproof.date": evaluation.date,
        "hostproof.snapshot": evaluation.snapshot_digest,
        "hostproof.pack": pack.digest,
        **{f"hostproof.param.{name}": text for name, text in pack.params},
        **{f"host.{name}": value for name, value in wording.host_facts(evaluation)},
    }
    return {name: one_line(value) for name, value in rows.items()}


def _cases(evaluation: Evaluation, pack: PackResults, result: Result, used: set[str]) -> list[TestCase]:
    """Return a rule's case, or one for each of the objects it was judged over."""
    if not result.objects:
        return [_case(evaluation, pack, result, used)]
    return [_object(pack, result, one, used) for one in result.objects]


def _object(pack: PackResults, result: Result, one: ObjectResult, used: set[str]) -> TestCase:
    from junit_xml import TestCase

    classname = _classname(pack, result)
    case = TestCase(unique(one_line(f"{result.id}: {one.name}", MOST_NAME), used), classname=classname)
    output = _unattached(bounded(harmless(one.output), MOST_TEXT))
    said = "; ".join(map(str, one.findings or one.unknowns)) or f"{result.expression} is not so for it"
    if one.verdict is Verdict.FAIL:
        case.add_failure_info(one_line(said, MOST_MESSAGE), output, str(result.severity))
    elif one.verdict is Verdict.UNKNOWN:
        case.add_error_info(one_line(said, MOST_MESSAGE), output, str(one.unknowns[0].cause))
    elif output:
        case.stdout = output
    return case


def _classname(pack: PackResults, result: Result) -> str:
    return f"{_word(pack.name, 'pack')}.{_word(result.group, 'rule')}"


def _case(evaluation: Evaluation, pack: PackResults, result: Result, used: set[str]) -> TestCase:
    from junit_xml import TestCase

    classname = _classname(pack, result)
    case = TestCase(unique(one_line(f"{result.id}: {result.title}", MOST_NAME), used), classname=classname)
    text = bounded(harmless(_text(evaluation, result)), MOST_TEXT)
    if result.verdict is Verdict.FAIL:
        case.add_failure_info(_message(result), text, str(result.severity))
    elif result.verdict is Verdict.UNKNOWN:
        case.add_error_info(_message(result), text, _cause(result))
    elif result.verdict in (Verdict.SKIPPED, Verdict.WAIVED):
        case.add_skipped_info(_message(result), text)
    return case


def _message(result: Result) -> str:
    if result.verdict is Verdict.FAIL:
        text = result.message or "; ".join(map(str, result.findings)) or f"{result.expression} is false"
    elif result.verdict is Verdict.UNKNOWN:
        text = "; ".join(map(str, result.unknowns)) or "could not be decided"
    else:
        text = wording.waived_by(result) or result.reason or "skipped"
    return one_line(text, MOST_MESSAGE) or str(result.verdict)  # junit-xml drops a result that says nothing


def _cause(result: Result) -> str:
    return str(result.unknowns[0].cause) if result.unknowns else "unknown"


def _text(evaluation: Evaluation, result: Result) -> str:
    place = (
        f"at: {result.file}:{result.line}" if result.file else "",
        _trace(result),
        f"assert: {result.expression}",
        f"severity: {result.severity}",
    )
    if result.verdict is Verdict.SKIPPED:
        return _joined(result.reason, *place)
    lines = [result.message.strip(), *map(str, result.findings)]
    for unknown in result.unknowns:
        lines += [str(unknown), f"to decide: {unknown.cure}" if unknown.cure else ""]
    lines += [
        wording.waived_by(result),
        result.reason,
        wording.ungated_note(result, evaluation),
        f"why: {result.rationale.strip()}" if result.rationale else "",
        f"fix: {result.remediation.strip()}" if result.remediation else "",
        *(f"see: {reference}" for reference in result.references),
    ]
    return _joined(*lines, *place, *map(_evidence, result.evidence))


def _trace(result: Result) -> str:
    """Return the rule's place as Java would write it: dorny's reporter takes the words before `(` for folders."""
    folder, _, file = result.file.rpartition("/")
    if not folder or not _FOLDERS.fullmatch(folder) or not result.line:
        return ""
    return f"at {folder.replace('/', '.')}.Rule({file}:{result.line})"


def _evidence(evidence: Evidence) -> str:
    output = bounded(wording.evidence_output(evidence), MOST_EVIDENCE)
    return f"evidence: {wording.evidence_title(evidence)}\n{output}".rstrip("\n")


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def for_all_readers(suite: ElementTree.Element, times: list[int]) -> ElementTree.Element:
    """Put junit-xml's element into the form that both schemas accept; it can't write times of three decimals.

    `times` are how long its cases took, in nanoseconds.
    """
    for element in suite.iter():
        for name in _NOT_FOR_READERS.get(element.tag, ()):
            element.attrib.pop(name, None)
    for case, took in zip(suite.findall("testcase"), times, strict=True):
        case.set("time", _seconds(took))
    total = sum(map(_milliseconds, times))
    suite.set("time", _seconds(total * 1_000_000))
    _put_last(suite, "system-out")
    _put_last(suite, "system-err")
    return suite


def _times(result: Result) -> list[int]:
    return [one.took for one in result.objects] or [result.took]


def _put_last(suite: ElementTree.Element, tag: str) -> None:
    element = suite.find(tag)
    if element is None:  # junit-xml leaves out an empty one
        element = ElementTree.Element(tag)
        element.text = "\n"
    else:
        suite.remove(element)
    suite.append(element)


def _milliseconds(nanoseconds: int) -> int:
    return max(nanoseconds, 0) // 1_000_000


def _seconds(nanoseconds: int) -> str:
    whole, rest = divmod(_milliseconds(nanoseconds), 1000)
    return f"{whole}.{rest:03}"


def _word(text: str, otherwise: str) -> str:
    return one_line(text, MOST_NAME) or otherwise


def unique(name: str, used: set[str]) -> str:
    """Return `name`, with a number behind it if an earlier one was the same, and remember it in `used`."""
    free, number = name, 1
    while free in used:
        number += 1
        free = f"{name} ({number})"
    used.add(free)
    return free
