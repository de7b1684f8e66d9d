"""The section `rules` of a pack: each rule's texts, and its expressions checked against the names in scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hostproof.expr.check import check_expression
from hostproof.expr.confidence.quantiles import confident
from hostproof.expr.model import Expr, Literal
from hostproof.expr.scope import Scope
from hostproof.expr.template import Template, check_template
from hostproof.facts.types import BOOL, Type
from hostproof.rulepack.model import Rule, Severity
from hostproof.rulepack.sections.decide import check_decidable, read_decide
from hostproof.rulepack.sections.each import read_each
from hostproof.rulepack.sections.ids import read_id
from hostproof.rulepack.sections.include import Part
from hostproof.rulepack.sections.names import tag_fault, word_fault
from hostproof.rulepack.sections.shape import MOST_TEXT, Shape
from hostproof.source.nodes import Node, Scalar
from hostproof.source.problems import Problems

RULE_KEYS = (
    "id",
    "title",
    "severity",
    "when",
    "let",
    "decide",
    "assert",
    "each",
    "message",
    "rationale",
    "remediation",
    "references",
    "tags",
)
REQUIRED = ("id", "title", "severity", "assert")
MOST_RULES = 10_000
MOST_EXPRESSION = 1_000_000  # the language has a smaller bound of its own, and says it better
MOST_LISTED = 50
MOST_LETS = 50
_IDS = ("HP-E107", "HP-E108")  # wrong, and twice
_PROVE = "compare a fact with what it has to be; `hostproof facts` lists them"

_NAME, _DASHED = re.compile(r"\w+"), re.compile(r"[\w-]+")
# RFC 3986, as far as a link in a report goes: a scheme a browser opens, a host, and no blanks, brackets or quotes.
_LINK = re.compile(r"""https?://[A-Za-z0-9\[][^\s<>"'`\\^{|}]*""")


def read_rules(parts: tuple[Part, ...], scope: Scope, shape: Shape, wrong: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules that are right, of all files; the others are left out, with their problems added.

    Expressions that use a name of `wrong`, something that was declared wrongly, are not checked: of that was told.
    """
    seen: dict[str, Scalar] = {}
    found: list[Rule] = []
    for item in _items(parts, shape):
        if shape.enough:
            break
        apart = shape.apart()
        rule = _Written(item, scope, apart, wrong).rule(seen)
        shape.problems.found += apart.problems.found
        found += [rule] if rule is not None else []
    return tuple(found)


def _items(parts: tuple[Part, ...], shape: Shape) -> tuple[Node, ...]:
    found: tuple[Node, ...] = ()
    for part in parts:
        node = part.root.get("rules")
        items = shape.sequence(node, "`rules`") if node is not None else None
        if node is not None and items == ():
            shape.problems.add("HP-E109", "a pack without a rule proves nothing", node.where, "write at least one rule")
        found += items or ()
    if len(found) > MOST_RULES:
        message = f"a pack may have {MOST_RULES:,} rules, and this one has {len(found):,}"
        shape.problems.add("HP-E122", message, found[MOST_RULES].where, "split it")
        return ()
    return found


class _Written:
    """One rule as it is written."""

    def __init__(self, node: Node, scope: Scope, shape: Shape, wrong: frozenset[str]) -> None:
        self._node = shape.mapping(node, "a rule", "- id: group.name")
        self._scope = scope
        self._shape = shape
        self._problems = shape.problems
        self._wrong = wrong
        self._confident = False

    def rule(self, seen: dict[str, Scalar]) -> Rule | None:
        """Return the checked rule, or None with problems added; `seen` holds the ids so far."""
        if self._node is None:
            return None
        self._shape.keys(self._node, RULE_KEYS, REQUIRED, "a rule")
        name = read_id(self._get("id"), seen, self._shape, self._problems, _IDS)
        severity, title = self._severity(), self._shape.line(self._node.get("title"), "`title`")
        decide = self._node.get("decide")
        self._confident = read_decide(decide, self._shape)
        applies = self._when_and_lets()
        self._scope = replace(self._scope, given=applies)
        holds = self._expression("assert", self._problems)
        if self._confident and decide is not None:
            check_decidable((applies, holds), decide, self._problems)
        self._advise_of_nothing(holds, applies)
        each = read_each(self._node.get("each"), holds, self._shape)
        message, remediation = self._template("message"), self._template("remediation")
        rationale = self._shape.text(self._node.get("rationale"), "`rationale`", MOST_TEXT)
        references = self._listed("references", _link_fault, "HP-E121")
        tags = self._listed("tags", tag_fault, "HP-E107")
        if self._problems.errors or name is None or holds is None or severity is None:
            return None
        parts = (holds, applies, message, remediation)
        return Rule(
            id=name.text,
            title=title,
            severity=severity,
            holds=holds,
            span=name.where,
            applies=applies,
            message=message,
            rationale=rationale.text.strip() if rationale else "",
            remediation=remediation,
            references=references,
            tags=tags,
            needs=frozenset[str]().union(*(part.needs for part in parts if part is not None)),
            confident=self._confident,
            each=each,
        )

    def _advise_of_nothing(self, holds: Expr | None, applies: Expr | None) -> None:
        """Tell of an assert that says the same of every host; `false` under a `when` does not."""
        node = self._get("assert")
        if holds is None or node is None or holds.needs:
            return
        if isinstance(holds.root, Literal) and holds.root.value is True:
            self._problems.add("HP-W104", "the assert is always true: it can't fail", node.where, _PROVE)
        elif applies is None or not applies.needs:
            self._problems.add("HP-W104", "no fact is read: that is the same on every host", node.where, _PROVE)

    def _get(self, name: str) -> Node | None:
        return self._node.get(name) if self._node else None

    def _severity(self) -> Severity | None:
        node = self._get("severity")
        word = self._shape.word(node, tuple(Severity), "HP-E110", "a severity") if node else ""
        return Severity(word) if word else None

    def _when_and_lets(self) -> Expr | None:
        """Check `when` and `let`: what `when` rules out to be null isn't in a `let` either, unless `when` uses lets."""
        draft = Problems()
        applies = self._expression("when", draft)
        if applies is not None:
            self._problems.found += draft.found
            self._scope = replace(self._scope, given=applies)
        self._lets()
        return applies or self._expression("when", self._problems)

    def _lets(self) -> None:
        """Add the rule's own names to the scope, each of which may use those before it."""
        lets: dict[str, Expr] = {}
        for key, value in self._shape.entries(self._get("let"), "`let`", MOST_LETS):
            fault = word_fault(key.text)
            if fault:
                self._problems.add("HP-E107", fault, key.where)
            found = self._checked(value, f"`let` {key.text}", None, self._problems)
            if found is None:
                self._wrong |= {key.text}
            else:
                lets[key.text] = found
                self._scope = replace(self._scope, lets=dict(lets))

    def _expression(self, name: str, problems: Problems) -> Expr | None:
        node = self._get(name)
        return self._checked(node, f"`{name}`", BOOL, problems) if node else None

    def _checked(self, node: Node, what: str, want: Type | None, problems: Problems) -> Expr | None:
        written = self._shape.written(node, what, MOST_EXPRESSION)
        if written is None:
            return None
        self._warn_comment(written)
        if self._names_wrong(written):
            return None
        found = check_expression(written, self._scope, problems, want)
        return confident(found) if found is not None and self._confident else found

    def _template(self, name: str) -> Template | None:
        text = self._shape.text(self._get(name), f"`{name}`", MOST_TEXT)
        if text is None:
            return None
        self._warn_comment(text)
        return None if self._names_wrong(text) else check_template(text, self._scope, self._problems)

    def _names_wrong(self, text: Scalar) -> bool:
        return bool(self._wrong) and not self._wrong.isdisjoint(_NAME.findall(text.text) + _DASHED.findall(text.text))

    def _warn_comment(self, scalar: Scalar) -> None:
        comment = scalar.comment_follows()
        if comment is not None:
            hint = "if it is part of the text, write the whole in quotes; else put it on a line of its own"
            self._problems.add("HP-W001", "the text ends before this comment", comment, hint)

    def _listed(self, name: str, fault_of: Callable[[str], str], code: str) -> tuple[str, ...]:
        """Return the texts of a list; `fault_of` says what is wrong with one."""
        node = self._get(name)
        if node is None:
            return ()
        items = self._shape.sequence(node, f"`{name}`") or ()
        if len(items) > MOST_LISTED:
            self._problems.add("HP-E122", f"`{name}` may have {MOST_LISTED} items, and has {len(items)}", node.where)
        found = [self._shape.text(item, f"an item of `{name}`", 2000) for item in items[:MOST_LISTED]]
        for scalar in found:
            fault = fault_of(scalar.text) if scalar else ""
            if scalar and fault:
                self._problems.add(code, fault, scalar.where)
        return tuple(scalar.text for scalar in found if scalar)


def _link_fault(text: str) -> str:
    return "" if _LINK.fullmatch(text) else f"{text[:80]!r} is not a link: write https://..."
