"""Case files and the pack they belong to in, checked cases or problems with their places out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hostproof.evaluate.cases.case import Case
from hostproof.evaluate.guard import guarded
from hostproof.evaluate.model import Verdict
from hostproof.facts.catalog import Catalog
from hostproof.facts.codec import read_snapshot
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import Rule, RulePack
from hostproof.rulepack.sections.collectors import own_rows
from hostproof.rulepack.sections.shape import Codes, Shape, beginning
from hostproof.rulepack.sections.values import MisfitError, read_time, read_value
from hostproof.source.files import read_source
from hostproof.source.near import nearest
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.yaml import load_yaml

FORMAT = 1
DEFAULT_DATE = "2026-01-01"
FILE_KEYS = ("hostproof", "cases")
CASE_KEYS = ("rule", "title", "snapshot", "facts", "unknown", "params", "date", "expect", "message", "cause")
MALFORMED = "HP-E352"
VERDICTS = tuple(map(str, (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.SKIPPED)))
CAUSES = tuple(map(str, Cause))


def load_cases(path: str | Path, pack: RulePack, catalog: Catalog) -> tuple[Case, ...]:
    """Return the cases of one file, or of every `*.yaml` in a folder, in the order of names.

    `catalog` holds the built-in facts; the pack's own come with it. Raises ProblemError with all problems at once.
    """
    problems = Problems()
    found = check_cases(path, pack, catalog, problems)
    problems.refuse()
    return found


def check_cases(path: str | Path, pack: RulePack, catalog: Catalog, problems: Problems) -> tuple[Case, ...]:
    """Do the same, but add what is wrong to `problems`, advice included; cases without errors are returned.

    Raises ProblemError only for a file that cannot be read.
    """
    folder = Path(path)
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]
    reader = _Reader(pack, catalog, problems)
    return tuple(case for file in files for case in reader.file(load_yaml(read_source(file), problems)))


class _Reader:
    """Reads the cases of one pack; what is wrong goes to `problems`."""

    def __init__(self, pack: RulePack, catalog: Catalog, problems: Problems) -> None:
        self._rules = {rule.id: rule for rule in pack.rules}
        self._params = {name: param.type for name, param in pack.params.items()}
        self._prefix = f"{pack.name}:"
        self._own = {row.name: row.type for row in own_rows(pack.requests, pack.name, catalog)}
        self._catalog = catalog
        self._problems = problems
        self._pack = pack
        self._folder = Path()
        self._snapshots: dict[Path, Snapshot] = {}
        self._shape = Shape(problems, Codes(*[MALFORMED] * 7))

    def file(self, root: Node | None) -> Iterator[Case]:
        """Yield the cases of one file's tree; paths in it are looked for from its folder."""
        top = None if root is None else self._shape.mapping(root, "a file of cases")
        if top is None:
            return
        self._folder = Path(top.file.path).parent
        self._shape.keys(top, FILE_KEYS, FILE_KEYS, "a file of cases")
        self._shape.format_number(top, FORMAT, "cases")
        cases = top.get("cases")
        items = None if cases is None else self._shape.sequence(cases, "`cases`", "- rule: ...")
        if isinstance(cases, Sequence) and not items:
            self._problems.add(MALFORMED, "`cases` is empty", cases.where)
        for item in items or ():
            node = self._shape.mapping(item, "a case", "{rule: ..., facts: {...}, expect: pass}")
            if node is not None:
                yield from self._case(node)

    def _case(self, node: Mapping) -> Iterator[Case]:
        before = self._problems.errors
        self._shape.keys(node, CASE_KEYS, ("rule", "expect"), "a case")
        rule, expect = self._rule(node), self._word(node.get("expect"), VERDICTS, "a verdict")
        cause = self._word(node.get("cause"), CAUSES, "a cause")
        snapshot = self._snapshot(node)
        message = node.get("message")
        case = Case(
            rule=rule.id if rule else "",
            expect=Verdict(expect or Verdict.PASS),
            where=beginning(node),
            created=self._created(node) if snapshot is None or node.get("date") else snapshot.created,
            title=self._shape.line(node.get("title"), "the title"),
            values=self._facts(node, rule),
            unknown=self._unknown(node, rule),
            params=self._given_params(node),
            message=self._shape.line(message, "the message"),
            cause=Cause(cause) if cause else None,
            snapshot=snapshot,
            message_at=message if isinstance(message, Scalar) else None,
        )
        if expect:
            self._forbid_contradictions(case, node)
        if self._problems.errors == before:
            yield case

    def _rule(self, node: Mapping) -> Rule | None:
        given = self._shape.text(node.get("rule"), "the rule's id")
        if given is None:
            return None
        if given.text not in self._rules:
            hint = _did_you_mean(given.text, self._rules)
            self._problems.add("HP-E353", f"the pack has no rule {given.text!r}", given.where, hint)
        return self._rules.get(given.text)

    def _facts(self, node: Mapping, rule: Rule | None) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in self._shape.entries(node.get("facts"), "`facts`"):
            found = self._fact(key, rule)
            if found is not None:
                self._read(found[0], value, found[1], values)
        return values

    def _unknown(self, node: Mapping, rule: Rule | None) -> dict[str, Cause]:
        causes: dict[str, Cause] = {}
        for key, value in self._shape.entries(node.get("unknown"), "`unknown`"):
            found, cause = self._fact(key, rule), self._word(value, CAUSES, "a cause")
            if found is not None and cause:
                causes[found[0]] = Cause(cause)
        return causes

    def _given_params(self, node: Mapping) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in self._shape.entries(node.get("params"), "`params`"):
            wanted = self._params.get(key.text)
            if wanted is None:
                hint = _did_you_mean(key.text, self._params)
                self._problems.add("HP-E356", f"the pack has no parameter {key.text!r}", key.where, hint)
            else:
                self._read(key.text, value, wanted, values)
        return values

    def _fact(self, key: Scalar, rule: Rule | None) -> tuple[str, Type] | None:
        """Return a fact's name in the snapshot and its type, or None with a problem added."""
        own, row = self._prefix + key.text, self._catalog.get(key.text)
        if own not in self._own and row is None:
            known = [*(name.removeprefix(self._prefix) for name in self._own), *(row.name for row in self._catalog)]
            hint = _did_you_mean(key.text, known) or "`hostproof facts` lists the built-in facts"
            self._problems.add("HP-E354", f"nobody collects the fact {key.text!r}", key.where, hint)
            return None
        name = key.text if row and own not in self._own else own
        if rule is not None and name not in rule.needs:
            reads = ", ".join(sorted(need.removeprefix(self._prefix) for need in rule.needs))
            message = f"the rule {rule.id} does not read the fact {key.text!r}"
            self._problems.add("HP-W351", message, key.where, f"it reads {reads}")
        return name, self._own[own] if name == own or row is None else row.type

    def _read(self, name: str, node: Node, wanted: Type, values: dict[str, Value]) -> None:
        try:
            values[name] = read_value(node, wanted, self._problems, "HP-E355")
        except MisfitError:
            return  # the problem is told, and the case left out

    def _snapshot(self, node: Mapping) -> Snapshot | None:
        """Return the snapshot that a case builds on, looked over as one that is judged; it is read once."""
        given = self._shape.text(node.get("snapshot"), "the snapshot")
        if given is None:
            return None
        path = self._folder / given.text
        try:
            if path not in self._snapshots:
                self._snapshots[path] = guarded(read_snapshot(path), (self._pack,))
        except ProblemError as error:
            hint = "name a file from this file's folder; hostproof collect -o FILE takes one"
            self._problems.add("HP-E360", error.problems[0].message, given.where, hint)
        return self._snapshots.get(path)

    def _created(self, node: Mapping) -> int:
        given = self._shape.text(node.get("date"), "the date")
        try:
            return read_time(given.text if given else DEFAULT_DATE)
        except ValueError as error:
            hint = "write a UTC day or time: 2026-07-01 or 2026-07-01T12:00:00Z"
            place = given.where if given else node.where
            self._problems.add("HP-E358", f"the date is malformed: {error}", place, hint)
            return 0

    def _word(self, node: Node | None, words: tuple[str, ...], what: str) -> str:
        return "" if node is None else self._shape.word(node, words, "HP-E357", what)

    def _forbid_contradictions(self, case: Case, node: Mapping) -> None:
        for key, _ in self._shape.entries(node.get("unknown"), "`unknown`"):
            if {key.text, self._prefix + key.text} & case.values.keys():
                self._problems.add("HP-E359", f"the fact {key.text!r} is both known and unknown", key.where)
        place = beginning(node)
        if case.cause and case.expect is not Verdict.UNKNOWN:
            hint = "leave cause out, or expect unknown"
            self._problems.add("HP-E359", f"a verdict of {case.expect} has no cause", place, hint)
        if case.message and case.expect not in (Verdict.FAIL, Verdict.SKIPPED):
            hint = "leave message out: only fail and skipped say something"
            self._problems.add("HP-E359", f"a verdict of {case.expect} has no message", place, hint)


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    near = nearest(text, known)
    return f"did you mean {near!r}?" if near else ""
